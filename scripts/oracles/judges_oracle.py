"""Makes Tests/EvaluatorsTests/Fixtures/judges.json.

What other implementations say of labelled scores (scikit-learn's Cohen's kappa, precision, recall and area under the curve;
statsmodels' Wilson intervals and kappa's asymptotic one) and of ranks (scipy's Spearman). The interval of Spearman's rho
has no implementation here; it is Bonett and Wright's formula written once more, with scipy's normal quantile.

Run from the root of the repository: python3 scripts/oracles/judges_oracle.py
"""

import json
import math
import pathlib

import numpy
from scipy import stats
from sklearn import metrics
from statsmodels.stats.inter_rater import cohens_kappa
from statsmodels.stats.proportion import proportion_confint

FIXTURE = pathlib.Path("Tests/EvaluatorsTests/Fixtures/judges.json")


def share(part, whole):
    low, high = proportion_confint(part, whole, alpha=0.05, method="wilson")
    return {"value": part / whole, "lower": low, "upper": high, "count": int(whole)}


def agreement(generator, rows, noise, threshold):
    labels = generator.random(rows) < 0.6
    scores = numpy.clip(numpy.where(labels, 0.7, 0.4) + noise * generator.standard_normal(rows), 0, 1).round(3)
    called = scores >= threshold
    table = [[int((called & labels).sum()), int((called & ~labels).sum())],
             [int((~called & labels).sum()), int((~called & ~labels).sum())]]
    kappa = cohens_kappa(numpy.array(table))
    assert abs(kappa.kappa - metrics.cohen_kappa_score(called, labels)) < 1e-12
    both = int((called & labels).sum())
    result = {
        "scores": scores.tolist(), "labels": labels.tolist(), "threshold": threshold,
        "kappa": {"value": kappa.kappa, "lower": kappa.kappa_low, "upper": kappa.kappa_upp, "count": rows},
        "agreement": share(int((called == labels).sum()), rows),
        "precision": share(both, int(called.sum())), "recall": share(both, int(labels.sum())),
        "area": metrics.roc_auc_score(labels, scores),
    }
    assert abs(result["precision"]["value"] - metrics.precision_score(labels, called)) < 1e-12
    assert abs(result["recall"]["value"] - metrics.recall_score(labels, called)) < 1e-12
    return result


def ranks(first, second):
    rho = float(stats.spearmanr(first, second).statistic)
    reach = stats.norm.ppf(0.975) * math.sqrt((1 + rho * rho / 2) / (len(first) - 3))
    return {"first": [float(x) for x in first], "second": [float(x) for x in second], "rho": rho,
            "lower": math.tanh(math.atanh(rho) - reach), "upper": math.tanh(math.atanh(rho) + reach)}


def main():
    generator = numpy.random.default_rng(7)
    lengths = generator.integers(5, 400, 41)
    fixture = {
        "agreement": [agreement(generator, 83, 0.2, 0.5), agreement(generator, 40, 0.35, 0.6), agreement(generator, 211, 0.1, 0.55)],
        "ranks": [
            ranks(generator.integers(0, 5, 37) / 4, generator.integers(1, 12, 37)),
            ranks(numpy.clip(lengths / 400 + 0.2 * generator.standard_normal(41), 0, 1).round(2), lengths),
            ranks(generator.standard_normal(10), generator.standard_normal(10)),
        ],
    }
    FIXTURE.write_text(json.dumps(fixture, separators=(",", ":"), indent=0) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
