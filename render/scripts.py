#!/usr/bin/env python3
"""Copy a script without the lines that are only a comment, and without the blanks around lines.

usage: scripts.py OUTPUT.js INPUT.js

Conservative: nothing within a line is touched. A template literal must not span lines; one that
does is refused.
"""
import re
import sys


def main():
    output, path = sys.argv[1:3]
    with open(path, encoding="utf-8") as source:
        lines = [line.strip() for line in source]
    for number, line in enumerate(lines, 1):
        if not line.startswith("//") and re.sub(r"\[[^\]]*\]", "", line).count("`") % 2:
            sys.exit(f"{path}:{number}: a template literal goes over several lines")
    with open(output, "w", encoding="utf-8") as out:
        out.write("".join(line + "\n" for line in lines if line and not line.startswith("//")))


main()
