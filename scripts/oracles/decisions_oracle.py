"""Makes Tests/MeasuresTests/Fixtures/decisions.json: what scipy, statsmodels and scikit-learn say of small samples.

Run from the root of the repository with scripts/requirements-oracles.txt installed:
python3 scripts/oracles/decisions_oracle.py
"""

import json
import math
import pathlib

import numpy
import scipy
import sklearn
import statsmodels
from scipy import stats
from sklearn import metrics
from statsmodels.stats import contingency_tables, inter_rater, multitest, power, proportion

random = numpy.random.default_rng(20251121)


def floats(values):
    return [float(value) for value in values]


def wilson(successes, trials, confidence):
    low, high = proportion.proportion_confint(successes, trials, alpha=1 - confidence, method="wilson")
    return {"successes": successes, "trials": trials, "confidence": confidence, "interval": floats([low, high])}


def newcombe(a, n, b, m):
    low, high = proportion.confint_proportions_2indep(a, n, b, m, method="newcomb", compare="diff", alpha=0.05)
    return {"counts": [a, n, b, m], "interval": floats([low, high])}


def paired_newcombe(a, b, c, d):
    """Newcombe 1998, method 10, from statsmodels' Wilson limits and numpy's correlation of the rows themselves."""
    n = a + b + c + d
    p, q = (a + b) / n, (a + c) / n
    l1, u1 = proportion.proportion_confint(a + b, n, method="wilson")
    l2, u2 = proportion.proportion_confint(a + c, n, method="wilson")
    first = numpy.repeat([1, 1, 0, 0], [a, b, c, d])
    second = numpy.repeat([1, 0, 1, 0], [a, b, c, d])
    if first.std() == 0 or second.std() == 0:
        phi = 0.0
    else:
        phi = float(numpy.corrcoef(first, second)[0, 1])
        association = a * d - b * c
        if association > 0:
            phi *= max(association - n / 2, 0) / association
    lower = (p - l1) ** 2 - 2 * phi * (p - l1) * (u2 - q) + (u2 - q) ** 2
    upper = (u1 - p) ** 2 - 2 * phi * (u1 - p) * (q - l2) + (q - l2) ** 2
    return [p - q - math.sqrt(lower), p - q + math.sqrt(upper)]


def mcnemar(a, b, c, d):
    exact = contingency_tables.mcnemar([[a, b], [c, d]], exact=True)
    entry = {"counts": [a, b, c, d], "exact": float(exact.pvalue), "paired_interval": paired_newcombe(a, b, c, d)}
    if b != c:  # With equal counts the correction overshoots in statsmodels.
        asymptotic = contingency_tables.mcnemar([[a, b], [c, d]], exact=False, correction=True)
        entry |= {"chi_square": float(asymptotic.statistic), "chi_square_p": float(asymptotic.pvalue)}
    return entry


def comparison(first, second):
    first, second = numpy.array(first), numpy.array(second)
    difference = first - second
    above, below = int((difference > 0).sum()), int((difference < 0).sum())
    permutation = stats.permutation_test(
        (difference,), numpy.mean, permutation_type="samples", n_resamples=numpy.inf, alternative="two-sided"
    )
    return {
        "first": floats(first),
        "second": floats(second),
        "difference": float(difference.mean()),
        "effect_size": float(difference.mean() / difference.std(ddof=1)),
        "sign_p": float(stats.binomtest(above, above + below, 0.5).pvalue) if above + below else 1.0,
        "permutation_p": float(permutation.pvalue),
    }


def large_comparison():
    """Too many rows to count the flips; the normal approximation is close then."""
    first = random.normal(0.5, 0.2, 120)
    second = first - random.normal(0.02, 0.1, 120)
    difference = first - second
    bca = stats.bootstrap(
        (difference,), numpy.mean, method="BCa", n_resamples=100_000, batch=2000, rng=numpy.random.default_rng(1)
    )
    permutation = stats.permutation_test(
        (difference,), numpy.mean, permutation_type="samples", n_resamples=100_000, batch=2000,
        rng=numpy.random.default_rng(2),
    )
    return {
        "first": floats(first),
        "second": floats(second),
        "bca": floats(bca.confidence_interval),
        "permutation_p": float(permutation.pvalue),
    }


def paired_rows(effect, significance, wanted):
    """The rows that statsmodels' noncentral t asks for."""
    rows = power.TTestPower().solve_power(effect_size=effect, alpha=significance, power=wanted, alternative="two-sided")
    return {"effect": effect, "significance": significance, "power": wanted, "rows": float(rows)}


def mcnemar_rows(b, c, significance, wanted):
    """Connor's number of pairs, and the power that McNemar's uncorrected test really has there, by enumeration."""
    za, zb = stats.norm.ppf(1 - significance / 2), stats.norm.ppf(wanted)
    p, d = b + c, b - c
    rows = math.ceil((za * math.sqrt(p) + zb * math.sqrt(p - d * d)) ** 2 / (d * d))
    reached = 0.0
    for discordant in range(1, rows + 1):
        first = numpy.arange(discordant + 1)
        rejects = numpy.abs(2 * first - discordant) >= za * math.sqrt(discordant)
        share = stats.binom.pmf(first, discordant, b / p)[rejects].sum()
        reached += stats.binom.pmf(discordant, rows, p) * share
    return {
        "first_only": b, "second_only": c, "significance": significance, "power": wanted, "rows": rows,
        "reached": float(reached),
    }


def corrections(p_values):
    return {
        "p": floats(p_values),
        "holm": floats(multitest.multipletests(p_values, method="holm")[1]),
        "benjamini_hochberg": floats(multitest.multipletests(p_values, method="fdr_bh")[1]),
    }


def kappa(first, second):
    labels = sorted(set(first) | set(second))
    table = metrics.confusion_matrix(first, second, labels=labels)
    found = inter_rater.cohens_kappa(table)
    return {
        "first": [int(v) for v in first],
        "second": [int(v) for v in second],
        "kappa": float(metrics.cohen_kappa_score(first, second)),
        "error": float(found.std_kappa),
        "interval": floats([found.kappa_low, found.kappa_upp]),
    }


def roc(scores, labels, threshold):
    """AUC by scikit-learn; DeLong's variance from the definition, pair by pair."""
    scores, labels = numpy.array(scores), numpy.array(labels)
    positive, negative = scores[labels], scores[~labels]
    kernel = (positive[:, None] > negative[None, :]) + 0.5 * (positive[:, None] == negative[None, :])
    variance = kernel.mean(axis=1).var(ddof=1) / len(positive) + kernel.mean(axis=0).var(ddof=1) / len(negative)
    called = scores >= threshold
    return {
        "scores": floats(scores),
        "labels": [bool(v) for v in labels],
        "threshold": threshold,
        "area": float(metrics.roc_auc_score(labels, scores)),
        "deviation": float(numpy.sqrt(variance)),
        "precision": float(metrics.precision_score(labels, called)),
        "recall": float(metrics.recall_score(labels, called)),
        "f1": float(metrics.f1_score(labels, called)),
        "accuracy": float(metrics.accuracy_score(labels, called)),
        "recall_interval": wilson(int((called & labels).sum()), int(labels.sum()), 0.95)["interval"],
    }


def overlapping(count, rounded):
    labels = random.random(count) < 0.4
    scores = random.normal(0, 1, count) + labels * 0.9
    return (numpy.round(scores, 0) if rounded else scores), labels


def judged(count, kinds):
    truth = random.integers(0, kinds, count)
    wrong = random.random(count) < 0.3
    return truth, numpy.where(wrong, random.integers(0, kinds, count), truth)


def tenths(count, spread):
    first = random.integers(0, 11, count) / 10
    return first, numpy.clip(numpy.round(first + random.normal(-0.05, spread, count), 1), 0, 1)


fixture = {
    "made_with": {
        "numpy": numpy.__version__, "scipy": scipy.__version__, "statsmodels": statsmodels.__version__,
        "scikit-learn": sklearn.__version__,
    },
    "wilson": [
        wilson(s, n, c)
        for s, n, c in [(0, 10, 0.95), (10, 10, 0.95), (1, 3, 0.9), (81, 263, 0.95), (15, 148, 0.99), (4990, 5000, 0.95)]
    ],
    "newcombe": [newcombe(*c) for c in [(56, 70, 48, 80), (9, 10, 3, 10), (10, 10, 0, 20), (0, 12, 0, 12)]],
    "mcnemar": [
        mcnemar(*c)
        for c in [(36, 12, 2, 50), (20, 1, 0, 3), (43, 0, 1, 0), (101, 59, 121, 33), (5, 4, 4, 7), (900, 30, 12, 300),
                  (9, 0, 0, 0), (4000, 700, 812, 3000)]
    ],
    "comparisons": [
        comparison(random.normal(1, 1, 9), random.normal(0.4, 1, 9)),
        comparison(*tenths(16, 0.2)),
        comparison([0.1, 0.2, 0.3], [0.0, 0.1, 0.2]),
        comparison([1.0, 0.5, 0.25, 0.5, 1.0, 0.0], [0.5, 0.5, 0.75, 0.25, 0.5, 0.0]),
    ],
    "large_comparison": large_comparison(),
    "paired_rows": [paired_rows(*c) for c in [(0.2, 0.05, 0.8), (0.5, 0.05, 0.9), (0.05, 0.01, 0.8), (1.0, 0.05, 0.8)]],
    "mcnemar_rows": [
        mcnemar_rows(*c) for c in [(0.2, 0.1, 0.05, 0.8), (0.15, 0.05, 0.05, 0.9), (0.05, 0.02, 0.05, 0.8), (0.3, 0.1, 0.01, 0.8)]
    ],
    "corrections": [
        corrections([0.01, 0.04, 0.03, 0.005]), corrections([0.5]), corrections([0.02, 0.02, 0.9, 1.0, 0.0001]),
        corrections(random.random(12) ** 3),
    ],
    "kappas": [kappa(*judged(50, 2)), kappa(*judged(120, 3)), kappa([0, 0, 1, 1], [0, 1, 0, 1])],
    "curves": [roc(*overlapping(60, False), 0.5), roc(*overlapping(80, True), 1.0)],
    "jeffreys": [
        [bound, successes, trials, float(stats.beta.sf(bound, successes + 0.5, trials - successes + 0.5))]
        for bound, successes, trials in [(0.9, 30, 30), (0.99, 135, 135), (0.5, 7, 20), (0.99, 995, 1000), (0.8, 0, 0),
                                         (0.999, 199_850, 200_000)]
    ],
}

target = pathlib.Path(__file__).resolve().parents[2] / "Tests/MeasuresTests/Fixtures/decisions.json"
target.write_text(json.dumps(fixture, indent=1) + "\n")
