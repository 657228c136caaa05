#!/usr/bin/env python3
"""Do the fonts of the site hold what its languages are written with?

usage: test_fonts.py SITE.css FONTS SOURCES

Reads what readers get: the families a language is given by the built style sheet, and the
characters that each file of a family has. Texts: the names of all languages, the alphabets below,
the words of the catalogs and the starter's articles. Han, kana and Hangul are the system's.
"""
import glob
import json
import os
import re
import sys
import unicodedata

from fontTools.ttLib import TTFont

EUROPE = "ÀÂÆÇÉÈÊËÎÏÔŒÙÛÜŸàâæçéèêëîïôœùûüÿ ÁÍÑÓÚáíñóú¿¡ ÃÕãõ ÄÖßäöẞ"
VIETNAMESE = "".join(unicodedata.normalize("NFC", letter + tone) for letter in
                     "AĂÂEÊIOÔƠUƯYaăâeêioôơuưy" for tone in ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")) + "Đđ"
# Vietnam's own languages have no catalogs yet; these are the letters that Vietnamese lacks.
ALPHABETS = {
    "en": "Hà Nội, Đắk Lắk, Êđê, naïve “quoted” ‘so’ – — … 5° m² CO₂ ½ → ≈ −4 €",
    "fr": EUROPE + "« \u202f»", "es": EUROPE, "pt": EUROPE, "de": EUROPE + "„“", "id": "Éé",
    "vi": VIETNAMESE + "₫",
    "rad": VIETNAMESE + "ƀɃčČĕĔĭĬñÑŏŎŭŬ Ê̆ ê̆ Ô̆ ô̆ Ơ̆ ơ̆ Ư̆ ư̆",
    "jra": VIETNAMESE + "ƀɃčČĕĔĭĬñÑŏŎŭŬ Ê̆ ê̆ Ô̆ ô̆ Ơ̆ ơ̆ Ư̆ ư̆",
    "bdq": VIETNAMESE + "ƀɃčČĕĔĭĬñÑŏŎŭŬ ê̆ ô̆ ơ̆ ư̆",
    "cjm": VIETNAMESE + "āīūēōñÑ ꨀꨁꨂꨆꨇꨚꨛꨩꨪꨳꩀꩌ꩐꩙꩜",
    "hmn": VIETNAMESE + "ñ",
    "blt": VIETNAMESE + "ꪀꪁꪼꪕꪒꪾꪲꫂꫛ",
    "ru": "АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯабвгдеёжзийклмнопрстуфхцчшщъыьэюя№«»а\u0301",
    "ar": "ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىيـًٌٍَُِّْٰٱپچژگ٠١٢٣٤٥٦٧٨٩،؛؟٪٫٬«»",
    "th": "".join(map(chr, [*range(0xE01, 0xE3B), *range(0xE3F, 0xE5C)])),
    "lo": "ກຂຄງຈສຊຍດຕຖທນບປຜຝພຟມຢຣລວຫອຮຯະັາຳິີຶືຸູົຼຽເແໂໃໄໆ່້໊໋໌ໍ໐໑໒໓໔໕໖໗໘໙ໜໝ",
    "km": "".join(map(chr, [*range(0x1780, 0x17A3), *range(0x17A5, 0x17B4), *range(0x17B6, 0x17DD), *range(0x17E0, 0x17EA)])),
}
SYSTEM = re.compile("CJK|HIRAGANA|KATAKANA|HANGUL|IDEOGRAPHIC|FULLWIDTH|KANGXI")


def ranges_of(text):
    for span in text.replace("U+", "").split(","):
        first, _, last = span.strip().partition("-")
        yield int(first, 16), int(last or first, 16)


def families_of(css, fonts):
    """{family: set of the code points that it answers for and has}"""
    held, families = {}, {}
    for rule in re.findall(r"@font-face\s*{([^}]*)}", css):
        family = re.search(r'font-family:\s*"([^"]+)"', rule)[1]
        file = re.search(r"url\(([^)]+)\)", rule)
        if not file:
            continue
        if file[1] not in held:
            held[file[1]] = set(TTFont(os.path.join(fonts, file[1])).getBestCmap())
        span = re.search(r"unicode-range:([^;}]+)", rule)
        points = held[file[1]]
        if span:
            spans = list(ranges_of(span[1]))
            points = {point for point in points if any(a <= point <= b for a, b in spans)}
        weight = re.search(r"font-weight:\s*(\d+)", rule)[1]
        if "Display" not in family and weight == "700":
            family += " bold"
        families.setdefault(family, set()).update(points)
    return families


def stacks_of(css, tag):
    """The stacks of a language by name: of the rule that names it, else of the one for all."""
    found = {}
    for selector, body in re.findall(r"([^{}]+){([^{}]*)}", css):
        named = [part.strip() for part in selector.split(",")]
        if ":where(:root" in selector or f":lang({tag})" in named:
            for name, value in re.findall(r"--(sans|serif):\s*([^;}]+)", body):
                found[name] = re.findall(r'"([^"]+)"', value)
    return found


def missing(text, stack, families, bold=False):
    known = set()
    for family in stack:
        regular = families.get(family, set())
        known |= families.get(family + " bold", regular) if bold else regular
        if bold and family == "Sen":  # Tai Viet has no bold: the browser thickens it
            known |= {point for point in regular if 0xAA80 <= point <= 0xAADF}
    gone = set()
    for letter in unicodedata.normalize("NFC", text):
        if letter.isspace() and letter not in "\u00a0\u202f" or unicodedata.category(letter) in ("Cc", "Cf"):
            continue
        if ord(letter) not in known and not SYSTEM.match(unicodedata.name(letter, "")):
            gone.add(letter)
    return sorted(gone)


def strings(value):
    if isinstance(value, dict):
        return " ".join(strings(one) for one in value.values())
    return value if isinstance(value, str) else ""


def texts_of(tag, sources):
    yield "alphabet", ALPHABETS.get(tag, "")
    catalog = os.path.join(sources, "locales/messages", tag + ".json")
    if os.path.exists(catalog):
        with open(catalog, encoding="utf-8") as file:
            yield "catalog", strings(json.load(file))
    for path in sorted(glob.glob(os.path.join(sources, "content/starter/*/*", tag + ".md"))):
        with open(path, encoding="utf-8") as file:
            yield os.path.relpath(path, sources), file.read()


def main():
    sheet, fonts, sources = sys.argv[1:4]
    with open(sheet, encoding="utf-8") as file:
        css = file.read()
    with open(os.path.join(sources, "locales/registry.json"), encoding="utf-8") as file:
        locales = json.load(file)["locales"]
    families = families_of(css, fonts)
    failures, checked = [], 0
    for locale in locales:
        tag = locale["tag"]
        gone = missing(locale["name"], ["Sen Names"], families)
        if gone:
            failures.append(f"{tag}: Sen Names lacks {gone}")
        if tag.split("-")[0] in ("zh", "ja", "ko"):
            continue
        stacks = stacks_of(css, tag)
        for where, text in texts_of(tag, sources):
            checked += len(text)
            # Headings hold words, not signs: arrows and the like are not asked of their face.
            for name, bold in (("sans", False), ("sans", True), ("serif", False)):
                asked = text if name == "sans" else "".join(c for c in text if unicodedata.category(c)[0] in "LMN")
                gone = missing(asked, stacks[name], families, bold)
                if gone:
                    failures.append(f"{tag}, {where}: --{name}{' bold' if bold else ''} lacks "
                                    + " ".join(f"{c} U+{ord(c):04X}" for c in gone))
    # What this test says of a letter that no font of ours has.
    if missing("ა", stacks_of(css, "en")["sans"], families) != ["ა"] or checked < 100000:
        failures.append("the test finds nothing missing where something is")
    print("\n".join(failures) or f"{checked} characters have their glyphs")
    sys.exit(1 if failures else 0)


main()
