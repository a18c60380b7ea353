#!/usr/bin/env python3
"""What numpy makes of latencies that the measuring client's histogram has to bound.

    python3 scripts/oracles/histogram_oracle.py

Writes Tests/MeasuringClientTests/Fixtures/histogram.json: whole numbers of three distributions and their exact nearest-rank
percentiles (numpy's method "inverted_cdf"). Needs numpy.
"""

import json
from pathlib import Path

import numpy

OUT = Path(__file__).resolve().parents[2] / "Tests/MeasuringClientTests/Fixtures/histogram.json"
PERCENTS = [0, 1, 25, 50, 75, 90, 95, 99, 99.9, 100]


def main() -> None:
    generator = numpy.random.default_rng(20)
    samples = {
        "lognormal": numpy.exp(generator.normal(19, 1.5, 701)),
        "bimodal": numpy.concatenate([generator.normal(1e7, 1e5, 500), generator.normal(5e9, 1e8, 31)]),
        "small": generator.integers(0, 3000, 400).astype(float),
    }
    cases = []
    for name, values in samples.items():
        values = numpy.maximum(values, 0).astype(numpy.int64)
        exact = numpy.quantile(values, numpy.array(PERCENTS) / 100, method="inverted_cdf")
        cases.append({
            "name": name, "values": values.tolist(), "mean": float(values.mean()),
            "percentiles": {str(percent): int(value) for percent, value in zip(PERCENTS, exact)},
        })
    OUT.write_text(json.dumps(cases, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
