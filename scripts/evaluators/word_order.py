#!/usr/bin/env python3
"""Counts in which order English has its words, for the semantic evaluators.

    word_order.py DOCUMENTS.jsonl RST_FOLDER

Writes "order" of Sources/Evaluators/Semantic/Resources/semantic-model.json: logarithms of how likely each class of words
(english.json beside it) is behind another. Counted over the good answers that may be fitted on
(evaluations/labelled/relevancy.jsonl, part "fit"), the first 1,200 paragraphs of DOCUMENTS.jsonl (lines with a "text"; the
default corpus of ./dev setup, Jane Austen's novels) and the prose of RST_FOLDER (the sources of Python's documentation
3.11: tutorial, howto, reference and the first 80 files of library). No text is kept, only 62 x 62 counts.
"""

import json
import math
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
RESOURCES = ROOT / "Sources/Evaluators/Semantic/Resources"
MODEL = RESOURCES / "semantic-model.json"
TOKEN = re.compile(r"\w(?:[\w]|[.'’-](?=\w))*|[.!?;](?=\s|$)|\n")
AUSTEN_PARAGRAPHS = 1200


class Words:
    def __init__(self):
        file = json.loads((RESOURCES / "english.json").read_text())
        self.tags = file["tags"]
        self.known = {word: tag for tag, words in file["classes"].items() for word in words}
        self.own = set(file["own"])
        self.suffixes = file["suffixes"]

    def tag(self, word, is_capital):
        if word in self.own:
            return "=" + word
        if is_capital:
            return "NAME"
        if word in self.known:
            return self.known[word]
        if word[0].isdigit():
            return "NUM"
        for ending, least, tag in self.suffixes:
            if len(word) >= least and word.endswith(ending) and not (ending == "s" and word.endswith("ss")):
                return tag
        return "X"

    def sentences(self, text):
        row = []
        for found in TOKEN.finditer(text):
            token = found.group().replace("’", "'")
            if token in ".!?;\n":
                if row:
                    yield row
                row = []
            else:
                row.append(self.tag(token.lower(), token[0].isupper() and bool(row) and token != "I"))
        if row:
            yield row


def prose_of_rst(text):
    """Paragraphs without markup, headings, lists and code."""
    for part in re.split(r"\n\s*\n", text):
        if part[:1] in " .*#-=>+|:~^" or re.search(r"\n[-=~^*]{3,}", part) or "::" in part or len(part.split()) < 8:
            continue
        part = re.sub(r":[a-z:+-]+:`~?!?([^`<]*?)\s*(?:<[^>]*>)?`", r"\1", part)
        part = re.sub(r"`([^`<]+?)\s*<[^>]+>`_+", r"\1", part)
        yield re.sub(r"\s+", " ", re.sub(r"[`*|]", "", part))


def texts(documents, folder):
    for line in (ROOT / "evaluations/labelled/relevancy.jsonl").read_text().splitlines():
        row = json.loads(line)
        if row["part"] == "fit":
            yield row["answer"]
    count = 0
    for line in open(documents):
        for part in json.loads(line)["text"].split("\n\n"):
            if len(part.split()) > 8 and count < AUSTEN_PARAGRAPHS:
                count += 1
                yield re.sub(r"[\s_]+", " ", part)
    files = [*sorted(folder.glob("tutorial/*")), *sorted(folder.glob("howto/*")), *sorted(folder.glob("reference/*")),
             *sorted(folder.glob("library/*"))[:80]]
    for file in files:
        yield from prose_of_rst(file.read_text())


def main(arguments):
    words = Words()
    place = {tag: index for index, tag in enumerate(words.tags)}
    counts = [[0.5] * len(place) for _ in place]
    total = 0
    for text in texts(arguments[0], pathlib.Path(arguments[1])):
        for row in words.sentences(text):
            tags = [0, *(place[tag] for tag in row), 1]
            total += len(row)
            for first, second in zip(tags, tags[1:]):
                counts[first][second] += 1
    rows = []
    for row in counts:
        whole = sum(row)
        rows.append("".join(chr(48 + min(78, round(-8 * math.log(count / whole)))) for count in row))
    model = json.loads(MODEL.read_text()) if MODEL.exists() else {}
    model["order"] = rows
    MODEL.write_text(json.dumps(model, indent=1) + "\n")
    print(f"{total} words")


if __name__ == "__main__":
    main(sys.argv[1:])
