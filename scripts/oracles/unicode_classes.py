#!/usr/bin/env python3
"""Writes Sources/Tokenization/Patterns/ScalarClass+Ranges.swift: which scalars the `tokenizers` package takes for
letters and numbers. Asked of the package itself, because its regular expressions follow a Unicode version of their own.

    python3 -m venv venv && venv/bin/pip install tokenizers==0.22.1
    venv/bin/python scripts/oracles/unicode_classes.py
"""
import pathlib
import tokenizers
from tokenizers import Regex, pre_tokenizers

TARGET = pathlib.Path(__file__).parents[2] / "Sources/Tokenization/Patterns/ScalarClass+Ranges.swift"
SCALARS = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]


def ranges(pattern):
    """The scalars a pattern of one character matches, as [first, last] pairs."""
    split = pre_tokenizers.Split(Regex(pattern), "removed", invert=True)
    found = []
    for start in range(0, len(SCALARS), 4096):
        text = "".join(map(chr, SCALARS[start:start + 4096]))
        for piece, _ in split.pre_tokenize_str(text):
            for character in piece:
                scalar = ord(character)
                if found and found[-1][1] == scalar - 1:
                    found[-1][1] = scalar
                else:
                    found.append([scalar, scalar])
    return found


def literal(name, comment, pairs):
    numbers = [f"0x{number:X}" for pair in pairs for number in pair]
    lines, line = [], "   "
    for number in numbers:
        if len(line) + len(number) + 2 > 118:
            lines.append(line)
            line = "   "
        line += f" {number},"
    lines.append(line)
    return f"  /// {comment}\n  static let {name}: [UInt32] = [\n" + "\n".join(lines) + "\n  ]\n"


space = ranges(r"\s")
assert space == [[9, 13], [32, 32], [133, 133], [160, 160], [0x1680, 0x1680], [0x2000, 0x200A], [0x2028, 0x2029],
                 [0x202F, 0x202F], [0x205F, 0x205F], [0x3000, 0x3000]], space
TARGET.write_text(
    "// swift-format-ignore-file\n"
    f"// Made by scripts/oracles/unicode_classes.py from tokenizers {tokenizers.__version__}; not written by hand.\n\n"
    "extension ScalarClass {\n"
    + literal("letterRanges", "`\\p{L}`: first and last scalar of each range.", ranges(r"\p{L}")) + "\n"
    + literal("numberRanges", "`\\p{N}`: first and last scalar of each range.", ranges(r"\p{N}"))
    + "}\n")
