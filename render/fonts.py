#!/usr/bin/env python3
"""Cut the web fonts of the site out of Noto, and write the style sheet that names them.

usage: fonts.py cut NAME OUTPUT.woff2 FOLDER   one face, out of the fonts of a folder
       fonts.py sheet OUTPUT.css               the @font-face rules
       fonts.py list                           the names of the faces

One file per script and weight, so that a page loads two or three: what a page of that script needs
of Latin (digits, punctuation, names) is merged in. The ready-made web subsets of Noto leave out the
combining breve and so break the letters of Ê Đê and Gia Rai; these keep every mark of the alphabets
in the table, with what sets it (ccmp, mark, mkmk, kern) and, for the scripts that are shaped, every
feature. The same sources give the same bytes.
"""
import logging
import os
import re
import sys
import tempfile

from fontTools import merge, subset
from fontTools.ttLib import TTFont

# What is written with Latin letters: Europe's languages, Vietnamese, and Vietnam's own languages.
LATIN = ("20-7E A0-181 18A 192 19D 1A0-1A1"
         " 1AF-1B0 1CD-1D4 218-21B 243 253 257 272 2BC 2C6-2C7 2D8-2DD 300-30C 323 327-328 331 1E0C-1E0D"
         " 1E24-1E25 1E32-1E33 1E62-1E63 1E80-1E85 1E9E 1EA0-1EF9 2007 2009-200A 200B-200F 2010-2015"
         " 2018-201E 2020-2022 2026 202F 2030 2032-2033 2039-203A 2044 2060 2070 2074-2079 2080-2089"
         " 20AB-20AC 2116 2122 2153-2154 215B-215E FEFF")
SIGNS = "2190-2193 2196-2199 2212 2248 2260 2264-2265"
# What headings and bold words in another script need of Latin before they name somebody; running
# text names Vietnamese places all the time and has the whole of it.
BASIC = ("20-7E A0 A7 A9 AB B0-B3 B7 BB BD D7 200B-200F 2010-2015 2018-201E 2022 2026 202F 2030 2039-203A"
         " 20AB-20AC FEFF")
CYRILLIC = "300-301 306 308 400-45F 490-491 2116"
ARABIC = "60C 61B 61E-61F 621-63A 640-655 660-66D 670-671 67E 686 698 6A9 6AF 6CC 6F0-6F9 25CC"
THAI = "E01-E3A E3F-E5B 25CC"
LAO = "E81-E82 E84 E86-E8A E8C-EA3 EA5 EA7-EBD EC0-EC4 EC6 EC8-ECD ED0-ED9 EDC-EDF 25CC"
KHMER = "1780-17DD 17E0-17E9 17F0-17F9 25CC"
CHAM = "AA00-AA36 AA40-AA4D AA50-AA59 AA5C-AA5F 25CC"
TAI_VIET = "AA80-AAC2 AADB-AADF 25CC"

# The languages' own names, for the switch: no page loads five scripts for a list.
NAMES = [
    ("NotoSans-Regular", "Tiếng Việt English Français Español Русский Português Deutsch Bahasa "
                         "Indonesia Êđê Jrai Bahnar Chăm Mông Thái"),
    ("NotoSansArabic-Regular", "العربية"),
    ("NotoSansThai-Regular", "ไทย"),
    ("NotoSansLao-Regular", "ລາວ"),
    ("NotoSansKhmer-Regular", "ខ្មែរ"),
]

# name: the parts of a file. The looped Thai and Lao faces of 2020 set a tone mark into the vowel below
# it, so they are not taken.
FACES = {
    "latin-400": [("NotoSans-Regular", LATIN), ("NotoSansMath-Regular", SIGNS)],
    "latin-700": [("NotoSans-Bold", LATIN), ("NotoSansMath-Regular", SIGNS)],
    "latin-display": [("NotoSerifDisplay-Bold", LATIN)],
    "cyrillic-400": [("NotoSans-Regular", LATIN + " " + CYRILLIC),
        ("NotoSansMath-Regular", SIGNS)],
    "cyrillic-700": [("NotoSans-Bold", BASIC + " " + CYRILLIC)],
    "cyrillic-display": [("NotoSerifDisplay-Bold", BASIC + " " + CYRILLIC)],
    "arabic-400": [("NotoSans-Regular", LATIN), ("NotoNaskhArabic-Regular", ARABIC),
        ("NotoSansMath-Regular", SIGNS)],
    "arabic-700": [("NotoSans-Bold", BASIC), ("NotoNaskhArabic-Bold", ARABIC)],
    "arabic-display": [("NotoSans-Bold", BASIC), ("NotoKufiArabic-Bold", ARABIC)],
    "thai-400": [("NotoSans-Regular", LATIN), ("NotoSansThai-Regular", THAI),
        ("NotoSansMath-Regular", SIGNS)],
    "thai-700": [("NotoSans-Bold", BASIC), ("NotoSansThai-Bold", THAI)],
    "thai-display": [("NotoSerifDisplay-Bold", BASIC), ("NotoSerifThai-Bold", THAI)],
    "lao-400": [("NotoSans-Regular", LATIN), ("NotoSansLao-Regular", LAO),
        ("NotoSansMath-Regular", SIGNS)],
    "lao-700": [("NotoSans-Bold", BASIC), ("NotoSansLao-Bold", LAO)],
    "lao-display": [("NotoSerifDisplay-Bold", BASIC), ("NotoSerifLao-Bold", LAO)],
    "khmer-400": [("NotoSans-Regular", LATIN), ("NotoSansKhmer-Regular", KHMER),
        ("NotoSansMath-Regular", SIGNS)],
    "khmer-700": [("NotoSans-Bold", BASIC), ("NotoSansKhmer-Bold", KHMER)],
    "khmer-display": [("NotoSerifDisplay-Bold", BASIC), ("NotoSerifKhmer-Bold", KHMER)],
    "cham-400": [("NotoSansCham-Regular", CHAM)],
    "cham-700": [("NotoSansCham-Bold", CHAM)],
    "taiviet-400": [("NotoSansTaiViet-Regular", TAI_VIET)],
    "names": NAMES,
}

# Where the letters of a script stand. In the families that hold every script a file answers for
# these alone, so that a page loads only what its text needs.
RANGES = {
    "latin": "U+0-2FF,U+302-305,U+307,U+309-36F,U+1E00-1EFF,U+2000-2115,U+2117-22FF,U+FEFF",
    "cyrillic": "U+300-301,U+306,U+308,U+400-4FF,U+2116",
    "arabic": "U+600-6FF",
    "thai": "U+E00-E7F",
    "lao": "U+E80-EFF",
    "khmer": "U+1780-17FF",
    "cham": "U+AA00-AA5F",
    "taiviet": "U+AA80-AADF",
}
# Chinese, Japanese and Korean take letters and digits from here, and their punctuation, which is as
# wide as a character, from the system's font.
LETTERS = "U+30-39,U+41-5A,U+61-7A,U+C0-D6,U+D8-F6,U+F8-24F,U+300-36F,U+1E00-1EFF"

LATIN_FONTS = ("NotoSans-", "NotoSerif-", "NotoSerifDisplay-", "NotoSansMath-")


def code_points(text):
    """The characters of a table entry: hexadecimal ranges, or a text of the script itself."""
    if not re.fullmatch("[0-9A-F -]+", text):
        return {ord(letter) for letter in text}
    found = set()
    for span in text.split():
        first, _, last = span.partition("-")
        found.update(range(int(first, 16), int(last or first, 16) + 1))
    return found


def cut_part(folder, name, text):
    options = subset.Options()
    options.hinting = False
    options.notdef_outline = True
    options.drop_tables += ["DSIG", "MATH", "STAT"]
    if name.startswith(LATIN_FONTS):
        options.layout_features = ["ccmp", "locl", "mark", "mkmk", "kern", "liga"]
    else:
        options.layout_features = ["*"]
    font = TTFont(os.path.join(folder, name + ".ttf"), recalcTimestamp=False)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=code_points(text))
    cutter.subset(font)
    return font


def cut(name, output, folder):
    parts = [cut_part(folder, font, text) for font, text in FACES[name]]
    modified = parts[0]["head"].modified
    font = parts[0]
    if len(parts) > 1:
        with tempfile.TemporaryDirectory() as shelf:
            paths = [os.path.join(shelf, f"{index}.ttf") for index in range(len(parts))]
            for part, path in zip(parts, paths):
                part.save(path)
            font = merge.Merger().merge(paths)
    font.recalcTimestamp = False
    font["head"].created = font["head"].modified = modified
    font.flavor = "woff2"
    font.save(output)


def face(family, file, weight, span=None):
    rule = (f'@font-face {{ font-family: "{family}"; src: url({file}.woff2) format("woff2");'
            f" font-weight: {weight}; font-display: swap;")
    return rule + (f" unicode-range: {span}; }}" if span else " }")


def sheet(output):
    """Families: "Sen" and "Sen Display" hold every script; "Sen thai" and so on are one whole file,
    which a page in that script puts first; "Sen Letters" is for Chinese, Japanese and Korean."""
    rules = []
    for file in FACES:
        script, _, weight = file.partition("-")
        kind = " Display" if weight == "display" else ""
        weight = {"display": "400 900", "": "400 900"}.get(weight, weight)
        if script == "names":
            rules.append(face("Sen Names", file, weight))
            continue
        rules.append(face("Sen" + kind, file, weight, RANGES[script]))
        if script == "latin":
            rules.append(face(f"Sen Letters{kind}", file, weight, LETTERS))
        elif script not in ("cham", "taiviet"):
            rules.append(face(f"Sen {script}{kind}", file, weight))
    with open(output, "w", encoding="utf-8") as out:
        out.write("\n".join(rules) + "\n")


def main():
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    if sys.argv[1] == "cut":
        cut(*sys.argv[2:5])
    elif sys.argv[1] == "sheet":
        sheet(sys.argv[2])
    else:
        sys.stdout.write("\n".join(FACES) + "\n")


main()
