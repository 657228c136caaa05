#!/usr/bin/env python3
"""Join the style sheets of a folder, in the order of their names, into one without comments.

usage: styles.py OUTPUT.css DEPFILE FOLDER FIRST.css
"""
import os
import re
import sys


def main():
    output, depfile, folder, first = sys.argv[1:5]
    paths = sorted(os.path.join(folder, name) for name in os.listdir(folder) if name.endswith(".css"))
    text = ""
    for path in [first] + paths:
        with open(path, encoding="utf-8") as source:
            text += source.read() + "\n"
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    lines = (line.strip() for line in text.split("\n"))
    with open(output, "w", encoding="utf-8") as out:
        out.write("\n".join(line for line in lines if line) + "\n")
    # The folder itself is named too, so that a new sheet is noticed.
    with open(depfile, "w", encoding="utf-8") as out:
        out.write(f"{output}: {' '.join([folder] + paths)}\n")


main()
