"""Makes Tests/RankingTests/Fixtures/tables.json: random tables with what an exact, independent ranking makes of them.

Run from the root of the repository: python3 scripts/oracles/ranking_oracle.py
"""

import csv
import io
import json
import pathlib
import random
from fractions import Fraction

random.seed(20250513)
NAMES = ["MQA", 'say "hi"', "a, b", "two\nlines", "Ünï", "x" * 30]
COLUMNS = {"PPL": "lower", "AMU_GB": "lower", "tt_per_s": "higher", "Score": "higher"}


def table():
    """Rows of groups x methods x models; some methods lack a column in every model, some in one."""
    models = [f"m{i}" for i in range(random.randint(1, 4))]
    rows = []
    for group in random.sample(["g1", "g,2", "g3"], random.randint(1, 3)):
        for method in random.sample(NAMES, random.randint(2, 5)):
            absent = {c for c in COLUMNS if random.random() < 0.15}
            for model in models:
                # Few distinct decimals, so that means tie in decimal and not always in binary.
                cells = {c: f"{random.randint(1, 6) / 10:.1f}" for c in COLUMNS}
                for c in COLUMNS:
                    if c in absent or random.random() < 0.04:
                        cells[c] = random.choice(["", "NaN", "n/a"])
                rows.append((group, method, model, cells))
    random.shuffle(rows)
    return rows


def number(text):
    return None if text in ("", "NaN", "n/a") else Fraction(text)


def expected(rows):
    result = []
    for group in sorted({r[0] for r in rows}):
        mine = [r for r in rows if r[0] == group]
        methods = sorted({r[1] for r in mine})
        entry = {"group": group, "methods": {m: {"values": {}, "ranks": {}} for m in methods}}
        for column, direction in COLUMNS.items():
            means = {}
            for m in methods:
                values = {r[2]: number(r[3][column]) for r in mine if r[1] == m}
                present = [v for v in values.values() if v is not None]
                if present:
                    means[m] = sum(present) / len(present)
            for m, mean in means.items():
                better = [o for o in means.values() if (o < mean if direction == "lower" else o > mean)]
                entry["methods"][m]["values"][column] = float(mean)
                entry["methods"][m]["ranks"][column] = 1 + len(better)
        result.append(entry)
    return result


def text(rows, terminator, mark):
    out = io.StringIO()
    writer = csv.writer(out, lineterminator=terminator)
    writer.writerow(["bucket", "technique", "size", *COLUMNS])
    for group, method, model, cells in rows:
        writer.writerow([group, method, model, *(cells[c] for c in COLUMNS)])
    return ("\ufeff" if mark else "") + out.getvalue()


fixture = []
for _ in range(12):
    rows = table()
    fixture.append(
        {
            "csv": text(rows, random.choice(["\n", "\r\n"]), random.random() < 0.5),
            "higher": ["Score"],
            "groups": expected(rows),
        }
    )

target = pathlib.Path(__file__).resolve().parents[2] / "Tests/RankingTests/Fixtures/tables.json"
target.write_text(json.dumps(fixture, indent=1, ensure_ascii=False) + "\n")
