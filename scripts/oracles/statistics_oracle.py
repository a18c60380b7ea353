"""Makes Tests/MeasuresTests/Fixtures/statistics.json and Tests/RankingTests/Fixtures/ranks.json.

Run from the root of the repository with numpy and scipy installed: python3 scripts/oracles/statistics_oracle.py
"""

import json
import math
import pathlib

import numpy
import scipy
from scipy import stats

MASK = (1 << 64) - 1


def splitmix(state):
    while True:
        state = (state + 0x9E3779B97F4A7C15) & MASK
        z = state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        yield z ^ (z >> 31)


def xoshiro(seed, count):
    """xoshiro256** after the text of Blackman and Vigna."""
    source = splitmix(seed)
    s = [next(source) for _ in range(4)]
    rotl = lambda x, k: ((x << k) | (x >> (64 - k))) & MASK
    out = []
    for _ in range(count):
        out.append((rotl((s[1] * 5) & MASK, 7) * 9) & MASK)
        t = (s[1] << 17) & MASK
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= t
        s[3] = rotl(s[3], 45)
    return out


random = numpy.random.default_rng(7)
samples = [
    random.normal(5, 2, 3),
    random.lognormal(0, 1, 40),
    random.uniform(-1, 1, 17),
]
probabilities = [0, 0.01, 0.25, 0.5, 0.9, 0.99, 1]


def t_interval(values, confidence):
    low, high = stats.t.interval(confidence, len(values) - 1, numpy.mean(values), stats.sem(values))
    return [low, high]


skewed = random.lognormal(0, 1, 40)


def bootstrap(method):
    result = stats.bootstrap(
        (skewed,), numpy.mean, method=method, n_resamples=200_000, batch=1000, rng=numpy.random.default_rng(1)
    )
    return list(result.confidence_interval)


fixture = {
    "made_with": {"numpy": numpy.__version__, "scipy": scipy.__version__},
    "samples": [
        {
            "values": list(values),
            "mean": math.fsum(values) / len(values),
            "variance": float(numpy.var(values, ddof=1)),
            "quantiles": [[p, float(numpy.quantile(values, p))] for p in probabilities],
            "t95": t_interval(values, 0.95),
            "t80": t_interval(values, 0.80),
        }
        for values in samples
    ],
    "student_quantiles": [
        [df, p, float(stats.t.ppf(p, df))]
        for df in [1, 2, 3, 4, 7, 30, 200]
        for p in [0.005, 0.025, 0.1, 0.5, 0.75, 0.975, 0.999]
    ],
    "student_cumulative": [
        [df, t, float(stats.t.cdf(t, df))] for df in [1, 2, 5, 30] for t in [-12, -2, -0.1, 0, 0.3, 1, 4, 50]
    ],
    "normal_quantiles": [[p, float(stats.norm.ppf(p))] for p in [1e-10, 0.001, 0.025, 0.3, 0.5, 0.9, 0.975, 0.9999]],
    "xoshiro": [{"seed": str(seed), "words": [str(w) for w in xoshiro(seed, 6)]} for seed in [0, 1, 2**63 + 5]],
    "bootstrap": {
        "values": list(skewed),
        "percentile": bootstrap("percentile"),
        "bca": bootstrap("BCa"),
    },
}

root = pathlib.Path(__file__).resolve().parents[2]
target = root / "Tests/MeasuresTests/Fixtures/statistics.json"
target.write_text(json.dumps(fixture, indent=1) + "\n")

ranks = []
for size in [1, 2, 3, 7, 20]:
    for _ in range(4):
        values = random.integers(0, 8, size) / 2
        ranks.append(
            {
                "values": list(values),
                "lower": [int(r) for r in stats.rankdata(values, method="min")],
                "higher": [int(r) for r in stats.rankdata(-values, method="min")],
            }
        )
target = root / "Tests/RankingTests/Fixtures/ranks.json"
target.write_text(json.dumps(ranks, indent=1) + "\n")
