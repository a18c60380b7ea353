#!/usr/bin/env python3
"""Writes Sources/Tokenization/Unicode/UnicodeTables+Table.swift: what the `tokenizers` package takes characters for.

Asked of the package itself, because its parts follow Unicode versions of their own: its regular expressions a recent one,
its normalisations and BERT's classes much older ones.

    python3 -m venv venv && venv/bin/pip install tokenizers==0.22.1
    venv/bin/python scripts/oracles/unicode_tables.py
"""
import pathlib
import unicodedata

import tokenizers
from tokenizers import Regex, normalizers, pre_tokenizers

TARGET = pathlib.Path(__file__).parents[2] / "Sources/Tokenization/Unicode/UnicodeTables+Table.swift"
SCALARS = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]
# The order is that of GeneralCategory in Swift.
CATEGORIES = "Lu Ll Lt Lm Lo Mn Mc Me Nd Nl No Pc Pd Ps Pe Pi Pf Po Sm Sc Sk So Zs Zl Zp Cc Cf Cs Co Cn".split()
NFC, NFD, NFKD = normalizers.NFC(), normalizers.NFD(), normalizers.NFKD()


def matching(pattern):
    split = pre_tokenizers.Split(Regex(pattern), "removed", invert=True)
    found = set()
    for start in range(0, len(SCALARS), 4096):
        for piece, _ in split.pre_tokenize_str("".join(map(chr, SCALARS[start:start + 4096]))):
            found.update(map(ord, piece))
    return found


def joined_to_a_letter(pre_tokenizer):
    found = {ord("a")}
    for start in range(0, len(SCALARS), 2048):
        text = "".join(f"a{chr(c)} " for c in SCALARS[start:start + 2048])
        found.update(ord(c) for piece, _ in pre_tokenizer.pre_tokenize_str(text) if piece[0] == "a" for c in piece[1:])
    return found


def cut_off(pre_tokenizer):
    found = set()
    for start in range(0, len(SCALARS), 2048):
        text = "".join("a" + chr(c) for c in SCALARS[start:start + 2048]) + "a"
        found.update(ord(p) for p, _ in pre_tokenizer.pre_tokenize_str(text) if p[0] != "a" and len(p) == 1)
    return found


def dropped_by(normalizer):
    return {c for c in SCALARS if normalizer.normalize_str("a" + chr(c)) == "a"}


def bert(**settings):
    return normalizers.BertNormalizer(**(dict(clean_text=False, handle_chinese_chars=False, strip_accents=False,
                                              lowercase=False) | settings))


def combining_classes():
    """The canonical combining class of every mark: Python's, where the package reorders accordingly."""
    marks = [c for c in SCALARS if unicodedata.combining(chr(c))]
    representative = {}
    for c in marks:
        if c < 0x800 or unicodedata.combining(chr(c)) not in representative:
            representative.setdefault(unicodedata.combining(chr(c)), c)

    def stays(first, second):
        return NFD.normalize_str(f"a{chr(first)}{chr(second)}") == NFD.normalize_str("a" + chr(first)) + NFD.normalize_str(
            chr(second))

    classes = {}
    for c in marks:
        value = unicodedata.combining(chr(c))
        other = representative[1 if value != 1 else 230]
        moves = not (stays(c, other) and stays(other, c))
        if moves and stays(c, representative[value]) and stays(representative[value], c):
            classes[c] = value
        else:
            assert not moves, hex(c)
    return classes


def number(value):
    """A number in digits of five bits, the least first; 32 is added to all but the last."""
    digits = ""
    while value >= 32:
        digits += chr(48 + 32 + value % 32)
        value //= 32
    return digits + chr(48 + value)


def signed(value):
    return number(value * 2 if value >= 0 else -value * 2 - 1)


def ranges(scalars):
    """Gap and length less one of each range."""
    text, position = "", 0
    ordered = sorted(scalars)
    index = 0
    while index < len(ordered):
        start = index
        while index + 1 < len(ordered) and ordered[index + 1] == ordered[index] + 1:
            index += 1
        text += number(ordered[start] - position) + number(index - start)
        position = ordered[index] + 1
        index += 1
    return text


def runs(value_of):
    """Length less one and value of each run over all scalars."""
    text, start = "", 0
    for c in range(1, 0x110001):
        if c == 0x110000 or value_of(c) != value_of(start):
            text += number(c - 1 - start) + number(value_of(start))
            start = c
    return text


def mappings(mapping):
    """Of each entry: the gap, how many scalars it maps to, and each as a difference to the one before it."""
    text, position = "", 0
    for c, target in sorted(mapping.items()):
        text += number(c - position) + number(len(target))
        last = c
        for scalar in map(ord, target):
            text += signed(scalar - last)
            last = scalar
        position = c + 1
    return text


def literal(name, comment, text):
    lines = [text[start:start + 110] for start in range(0, len(text), 110)]
    return (f"  /// {comment}\n  static let {name}: StaticString = #\"\"\"\n"
            + "\n".join("    " + line for line in lines) + "\n    \"\"\"#\n")


def main():
    category = {}
    for index, name in enumerate(CATEGORIES):
        if name != "Cs":
            category.update(dict.fromkeys(matching(rf"\p{{{name}}}"), index))
    category.update(dict.fromkeys(range(0xD800, 0xE000), CATEGORIES.index("Cs")))
    in_words = {CATEGORIES.index(k) for k in "Lu Ll Lt Lm Lo Mn Mc Me Nd Nl Pc".split()}
    plain = {c for c in SCALARS if category[c] in in_words}
    word = matching(r"\w")
    assert plain <= word
    crate_word = joined_to_a_letter(pre_tokenizers.Whitespace())
    assert {c for c in SCALARS if category[c] in {8, 9, 10}} == (
        {ord(p) for c in SCALARS if len(p := "".join(x for x, _ in pre_tokenizers.Digits(True).pre_tokenize_str("a" + chr(c))[1:])) == 1})
    assert matching(r"\d") == {c for c in SCALARS if category[c] == 8}
    space = matching(r"\s")
    assert space == {*range(9, 14), 32, 133, 160, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000}
    punctuation = cut_off(pre_tokenizers.BertPreTokenizer())
    assert punctuation - space == cut_off(pre_tokenizers.Punctuation("isolated"))
    canonical = {c: d for c in SCALARS if (d := NFD.normalize_str(chr(c))) != chr(c) and not 0xAC00 <= c < 0xD7A4}
    compatible = {c: d for c in SCALARS if (d := NFKD.normalize_str(chr(c))) != chr(c) and d != canonical.get(c)
                  and not 0xAC00 <= c < 0xD7A4}
    composed = {}
    for c in canonical:
        parts = [chr(int(x, 16)) for x in unicodedata.decomposition(chr(c)).split() if x[0] != "<"]
        if len(parts) == 2 and NFC.normalize_str("".join(parts)) == chr(c):
            composed[c] = "".join(parts)
    lower = normalizers.Lowercase()
    lowercase = {c: d for c in SCALARS if (d := lower.normalize_str(chr(c))) != chr(c)}
    tables = [
        ("generalCategories", "The general category of every scalar, in runs.", runs(category.__getitem__)),
        ("extraWordScalars", "`\\w` of regular expressions beyond letters, marks, digits, letter numbers and connectors.",
         ranges(word - plain)),
        ("crateWordScalars", "Where `\\w` of added tokens and of Whitespace differs from that.", ranges(crate_word ^ word)),
        ("punctuation", "What Punctuation and BertPreTokenizer cut off.", ranges(punctuation - space)),
        ("bertControls", "What BertNormalizer's clean_text removes.", ranges(dropped_by(bert(clean_text=True)))),
        ("bertAccents", "What BertNormalizer's strip_accents removes.", ranges(dropped_by(bert(strip_accents=True)))),
        ("combiningMarks", "What StripAccents removes.", ranges(dropped_by(normalizers.StripAccents()))),
        ("lowercase", "Lowercase.", mappings(lowercase)),
        ("canonicalDecompositions", "NFD, but for Hangul.", mappings(canonical)),
        ("compatibilityDecompositions", "NFKD, where it differs from NFD.", mappings(compatible)),
        ("compositions", "The two scalars that compose to one under NFC.", mappings(composed)),
        ("combiningClasses", "The canonical combining class of every scalar, in runs.",
         runs(lambda c, classes=combining_classes(): classes.get(c, 0))),
    ]
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(
        "// swift-format-ignore-file\n"
        f"// Made by scripts/oracles/unicode_tables.py from tokenizers {tokenizers.__version__}; not written by hand.\n\n"
        "extension UnicodeTables {\n" + "\n".join(literal(*table) for table in tables) + "}\n")
    for name, _, text in tables:
        print(name, len(text))


if __name__ == "__main__":
    main()
