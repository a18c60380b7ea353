"""Makes the files of Tests/DatasetsTests/Fixtures: what Python's csv module, the rfc8785 package and hashlib make of the
same texts.

Run from the root of the repository, with scripts/requirements-oracles.txt: python3 scripts/oracles/datasets_oracle.py
"""

import csv
import hashlib
import io
import json
import pathlib
import random
import struct

import rfc8785

FOLDER = pathlib.Path("Tests/DatasetsTests/Fixtures")
CSV_BY_HAND = [
    "a,b\n1,2\n", "a,b\r\n1,2\r\n", "a,b\r1,2\r", "a,b\n1,2", "a\n", "", "\n", "\n\na\n\n1\n\n", ",\n,\n", "a,b\n,\n",
    'a,b\n"1,5","2"\n', 'a\n"He said ""no"""\n', 'a,b\n"two\nlines",x\n', 'a,b\r\n"two\r\nlines","x\ry"\r\n',
    'a\n""\n', 'a\n""""\n', 'a,b\n"",""\n', 'a\n"x"\r', "ä,😀\nß,e\u0301\n", "a, b \n  1 ,\t2\n", 'a,b\n"",\n,""\n',
    'a\n"\n"\n', 'a\r\n\r\n\r\n"\r\n\r\n"\r\n', "a,b\n1,2\r\n3,4\r5,6\n",
]


def parsed(text: str, delimiter: str) -> list[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    return [row for row in reader if row]  # a line with nothing on it is no row of ours


def csv_cases(draw: random.Random) -> list[dict]:
    cases = [{"delimiter": ",", "text": text} for text in CSV_BY_HAND]
    alphabet = ["a", "1", " ", ",", '"', "\n", "\r", "\r\n", "\t", ";", "é", "😀", "'", "\\"]
    for _ in range(60):
        delimiter, width = draw.choice(",,,\t"), draw.randint(1, 4)
        output = io.StringIO(newline="")
        writer = csv.writer(
            output, delimiter=delimiter, lineterminator=draw.choice(["\n", "\r\n", "\r"]),
            quoting=draw.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]))
        for _ in range(draw.randint(1, 5)):
            writer.writerow(["".join(draw.choices(alphabet, k=draw.randint(0, 8))) for _ in range(width)])
        cases.append({"delimiter": delimiter, "text": output.getvalue()})
    return [case | {"rows": parsed(case["text"], case["delimiter"])} for case in cases]


def doubles(draw: random.Random) -> list[float]:
    by_hand = [
        0.0, -0.0, 1.0, -1.5, 0.1, 0.3, 1 / 3, 1e-6, 1e-7, 1.5e-7, 123456.789, 1e20, 1e21, 1.5e21, -1e21, 5e-324,
        2.2250738585072014e-308, 1.7976931348623157e308, 9007199254740992.0, 4.35, 100.0, 1e16, 123e18, 0.000001234,
    ]
    while len(by_hand) < 300:
        value = struct.unpack("<d", draw.randbytes(8))[0]
        if value == value and abs(value) != float("inf"):
            by_hand += [value, round(draw.uniform(-1e6, 1e6), draw.randint(0, 6))]
    return by_hand


def value(draw: random.Random, depth: int):
    kind = draw.randint(0, 5 if depth else 7)
    if kind == 0:
        return draw.choice([None, True, False])
    if kind == 1:
        return draw.randint(-(2**53) + 1, 2**53 - 1)
    if kind in (2, 3):
        return round(draw.uniform(-1e3, 1e3), draw.randint(0, 9))
    if kind in (4, 5):
        return text(draw)
    if kind == 6:
        return [value(draw, depth + 1) for _ in range(draw.randint(0, 4))]
    return {text(draw): value(draw, depth + 1) for _ in range(draw.randint(0, 5))}


def text(draw: random.Random) -> str:
    # Beyond the first plane the order of UTF-16 is not that of code points: U+FB33 stands after U+1F600.
    pool = ["a", "Z", "0", " ", '"', "\\", "/", "\b", "\t", "\n", "\f", "\r", "\x00", "\x1f", "\x7f", "é", "e\u0301",
            "ö", "\u2028", "€", "\ufb33", "😀", "𝄞"]
    return "".join(draw.choices(pool, k=draw.randint(0, 6)))


def canonical_cases(draw: random.Random) -> list[dict]:
    objects = [
        {"\u20ac": "Euro", "\r": "CR", "\ufb33": "Hebrew", "1": "One", "😀": "Smiley", "\x80": "Control", "ö": "o"},
        {"b": 1, "a": {"d": [1.0, 2.50, -0.0], "c": None}}, [], {}, [[[]]], "", doubles(draw),
    ] + [value(draw, 0) for _ in range(80)]
    cases = []
    for item in objects:
        canonical = rfc8785.dumps(item)
        cases.append({
            "json": json.dumps(item, ensure_ascii=draw.random() < 0.5, indent=draw.choice([None, 1])),
            "canonical": canonical.decode(), "sha256": hashlib.sha256(canonical).hexdigest()})
    return cases


def version_case() -> dict:
    """A small file, its rows as they are to be hashed, and the hash of the version."""
    rows = [
        {"id": "q1", "input": "Why is it pending?", "expected": ["Settlement"],
         "metadata": {"country": "DE", "tokens": 12, "ratio": 0.5, "paid": True}},
        {"input": "Où? 😀", "expected": ["Ici", "Là"], "context": ["Une page."]},
        {"messages": [{"role": "user", "content": "Refund $20"}], "judged": "Done",
         "labels": [{"name": "TaskCompletion", "value": 1}], "trajectory": [{"tool": "refund", "amount": 20.0}]},
    ]
    lines = [
        '{"question":"Why is it pending?","id":"q1","answer":"Settlement","metadata":{"tokens":12.0,"country":"DE",'
        '"paid":true,"ratio":5e-1}}',
        '{"prompt":"Où? \\ud83d\\ude00","reference":["Ici","L\\u00e0"],"context":"Une page."}',
        '{"messages":[{"content":"Refund $20","role":"user"}],"judged":"Done","labels":{"TaskCompletion":1},'
        '"trajectory":[{"tool":"refund","amount":20}]}',
    ]
    canonical = [rfc8785.dumps(row) for row in rows]
    hashes = [hashlib.sha256(row).hexdigest() for row in canonical]
    return {
        "file": "\n".join(lines) + "\n", "canonical": [row.decode() for row in canonical], "hashes": hashes,
        "version": hashlib.sha256("".join(digest + "\n" for digest in hashes).encode()).hexdigest()}


def sample_case(version: dict) -> list[dict]:
    """The order in which a sample takes rows, by seed."""
    orders = []
    for seed in (0, 1, 2, 2**64 - 1):
        keys = {
            digest: hashlib.sha256(f"efficientllm-sample-1\n{seed}\n{digest}\n".encode()).hexdigest()
            for digest in version["hashes"]}
        orders.append({"seed": str(seed), "order": sorted(version["hashes"], key=keys.get)})
    return orders


def write(name: str, content) -> None:
    (FOLDER / name).write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


draw = random.Random(20250809)
version = version_case()
write("csv.json", csv_cases(draw))
write("canonical.json", canonical_cases(draw))
write("version.json", version | {"samples": sample_case(version)})
