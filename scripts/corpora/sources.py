"""What each built-in corpus is made of: functions that yield (id, text) from unpacked packages."""
import pathlib
import re

import compressed
import prose
import rdata

# A page with less running text than this is a list of links or a stub.
SHORTEST_PAGE = 1000


def read(path):
    return pathlib.Path(path).read_bytes().decode("utf-8", "replace")


def austen(folder):
    stem = folder / "usr/lib/R/site-library/janeaustenr/data/Rdata"
    for novel, lines in sorted(rdata.lazy_load_database(stem).items()):
        if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
            continue
        chapters, chapter = [], None
        for line in lines:
            if re.fullmatch(r"\s*chapter\s+([ivxlc]+|\d+)\.?\s*", line, re.IGNORECASE):
                chapter = []
                chapters.append(chapter)
            elif re.fullmatch(r"\s*(volume\s+([ivxlc]+|\d+)|the end|finis)\.?\s*", line, re.IGNORECASE):
                continue
            elif chapter is not None:
                chapter.append(line)
        for number, chapter in enumerate(chapters, 1):
            yield f"{novel}/{number}", prose.unwrapped(chapter)


def kjv(folder):
    chapters = {}
    for line in compressed.windows((folder / "usr/lib/bible.data").read_bytes()).decode("utf-8", "replace").splitlines():
        verse = re.fullmatch(r"(\d?[A-Za-z]+)(\d+):\d+ (.+)", line)
        if verse:
            chapters.setdefault(f"{verse[1]}/{verse[2]}", []).append(verse[3].strip())
    for identifier, verses in chapters.items():
        yield identifier, "\n".join(verses)


def pages(root, pattern, convert, prefix, skip=r"$^"):
    for path in sorted(pathlib.Path(root).glob(pattern)):
        name = path.relative_to(root).as_posix()
        text = "" if re.search(skip, name) else convert(read(path))
        if len(text) >= SHORTEST_PAGE:
            yield f"{prefix}/{re.sub(r'([.]en)?[.](html|rst[.]txt)$', '', name)}", text


def anarchism(folder):
    return pages(folder / "usr/share/doc/anarchism/html", "*.html", prose.from_html, "anarchism", r"con\.html$|links|new\.")


def debian_reference(folder):
    return pages(folder / "usr/share/debian-reference", "*.en.html", prose.from_html, "debian-reference", r"^index")


def linux(folder):
    for root in sorted(folder.glob("usr/share/doc/linux-doc-*/html/_sources")):
        yield from pages(root, "**/*.rst.txt", prose.from_restructured_text, "linux", r"^translations/")


CORPORA = {
    "austen": {
        "title": "Jane Austen's six novels, a document a chapter",
        "parts": [("r-cran-janeaustenr", austen)],
        "licence": "the novels (1811 to 1818) are in the public domain; their arrangement in the R package janeaustenr "
                   "is under the MIT licence, copyright 2016-2017 Julia Silge",
        "least_bytes": 3_500_000,
    },
    "kjv": {
        "title": "The King James Bible, a document a chapter",
        "parts": [("bible-kjv-text", kjv)],
        "licence": "the text (1611) is in the public domain outside the United Kingdom; its arrangement by Chip Chapin "
                   "is for unrestricted use with its notice kept",
        "least_bytes": 3_500_000,
    },
    "debian-prose": {
        "title": "Prose of Debian's documentation: An Anarchist FAQ, the Debian Reference, the Linux kernel's documents",
        "parts": [("anarchism", anarchism), ("debian-reference-en", debian_reference), ("linux-doc", linux)],
        "licence": "An Anarchist FAQ: GPL-2, 1995-2017 the Anarchist FAQ Editorial Collective; Debian Reference: GPL-2 or "
                   "later, 2007-2013 Osamu Aoki; Linux kernel documentation: GPL-2, the kernel's authors",
        "least_bytes": 5_000_000,
        # Stands for the package of the present kernel, and may be missing: its absence is said in the manifest.
        "standing_for": {"linux-doc"},
        "optional": {"linux-doc"},
    },
}
