#!/usr/bin/env python3
"""Write a C file that holds the given files as bytes.

usage: embed.py OUTPUT.c TABLE ROOT FILE...

TABLE becomes `const struct embedded TABLE[]` (locales/embedded.h), sorted by name and ended by an
entry whose name is NULL. A file's name in it is its path below ROOT, or its last part where the
build made it elsewhere. Every file's bytes are followed by a NUL that its size does not count, so
text can be used as a C string.
"""
import os
import sys


def name_of(path, root):
    name = os.path.relpath(path, root)
    return os.path.basename(path) if name.startswith("..") else name


def main():
    output, table, root = sys.argv[1:4]
    files = sorted((name_of(path, root), path) for path in sys.argv[4:])
    with open(output, "w", encoding="utf-8") as out:
        out.write('#include "locales/embedded.h"\n\n')
        for index, (_, path) in enumerate(files):
            with open(path, "rb") as source:
                data = source.read()
            body = ",".join(str(byte) for byte in data + b"\0")
            out.write(f"static const unsigned char file_{index}[] = {{{body}}};\n")
        out.write(f"\nextern const struct embedded {table}[];\nconst struct embedded {table}[] = {{\n")
        for index, (name, path) in enumerate(files):
            size = os.path.getsize(path)
            out.write(f'    {{"{name}", (const char *)file_{index}, {size}}},\n')
        out.write("    {0, 0, 0},\n};\n")


main()
