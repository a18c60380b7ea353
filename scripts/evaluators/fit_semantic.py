#!/usr/bin/env python3
"""Fits the weights of the semantic evaluators, and says how they do on rows that they have not seen.

    EFFICIENTLLM_SEMANTIC_FEATURES=FOLDER swift test -c release -Xswiftc -enable-testing --filter SemanticFeatureDump
    fit_semantic.py FOLDER [--cross-validate | --write]

The features are those our own code computes, with the real encoder, of the rows in evaluations/labelled. Only rows of the
part "fit" are fitted on. The model is a product of logistic functions, one a gate: every gate has to be open. Each feature
may pull only the way that makes sense of it (SIGNS), so that a weight can be read. The loss is cross entropy, each kind of
row counting as the weights below say, plus, for relevancy, the softplus of how far a bad answer's odds are above those of
the good answers to the same question. Full batches of Adam from a fixed beginning: the same features give the same weights.
--write puts them into semantic-model.json. --cross-validate looks at the part "fit" alone, five-fold by question: what to
decide by which features and settings are used. Needs numpy.
"""

import hashlib
import json
import pathlib
import sys
from collections import defaultdict

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]
MODEL = ROOT / "Sources/Evaluators/Semantic/Resources/semantic-model.json"

FOLDS = 5

MODELS = {
    "relevancy": {
        "gates": {
            "topic": ["full", "full3", "standing"],
            "added": ["best", "bestStanding", "rest", "restStanding"],
            "news": ["news", "share"],
            "order": ["order", "grammar", "repeats"],
            "support": ["weakest", "weakestStanding", "unsupported", "aside", "opening"],
        },
        "falling": {"repeats", "unsupported", "aside", "opening"},
        "kinds": {
            "other-row": 5, "off-topic": 2, "absurd-reason": 2, "absurd-end": 2, "absurd-reasons": 1.5, "answer-salad": 2,
        },
        "pairs": 2.0,
    },
    "groundedness": {
        "gates": {
            "near": ["nearest", "window", "coverage", "weakestWord", "length"],
            "exact": ["otherAmount", "unknownAmount", "unknownName", "opposed", "denied"],
        },
        "falling": {"otherAmount", "unknownAmount", "unknownName", "opposed", "denied", "length"},
        "kinds": {},
        "pairs": 0.0,
    },
}


def sigmoid(x):
    return 1 / (1 + np.exp(-np.clip(x, -40, 40)))


def read(folder, name):
    rows = []
    for file in sorted(pathlib.Path(folder).glob(f"{name}*.jsonl")):
        rows += [json.loads(line) for line in file.read_text().splitlines()]
    return rows


class Fit:
    def __init__(self, rows, model):
        self.gates = model["gates"]
        self.names = [name for gate in self.gates.values() for name in gate]
        # A feature may stand in one gate only.
        assert len(set(self.names)) == len(self.names)
        self.slices, start = [], 0
        for gate in self.gates.values():
            self.slices.append(slice(start, start + len(gate)))
            start += len(gate)
        self.signs = np.array([-1.0 if name in model["falling"] else 1.0 for name in self.names])
        self.x = np.array([[row["features"][0][name] for name in self.names] for row in rows])
        self.y = np.array([float(row["label"]) for row in rows])
        self.kinds = np.array([row["kind"] for row in rows])
        self.fit = np.array([row["part"] == "fit" for row in rows])
        self.groups = defaultdict(list)
        for index, row in enumerate(rows):
            self.groups[row["question"]].append(index)
        self.mean = self.x[self.fit].mean(0)
        self.deviation = self.x[self.fit].std(0) + 1e-9
        self.z = (self.x - self.mean) / self.deviation
        self.weigh(model["kinds"])
        self.pairs_weight = model["pairs"]
        self.pair()
        self.run()

    def weigh(self, special):
        self.weight = np.zeros(len(self.y))
        totals = {0.0: 0.0, 1.0: 0.0}
        for kind in sorted(set(self.kinds)):
            chosen = (self.kinds == kind) & self.fit
            if chosen.any():
                label = self.y[chosen][0]
                self.weight[chosen] = special.get(kind, 1) / chosen.sum()
                totals[label] += special.get(kind, 1)
        self.weight[self.y == 1] *= totals[0.0] / totals[1.0]
        self.weight /= self.weight.sum()

    def pair(self):
        good, bad = [], []
        if self.pairs_weight:
            for members in self.groups.values():
                members = [index for index in members if self.fit[index]]
                for one in (index for index in members if self.y[index]):
                    for other in (index for index in members if not self.y[index]):
                        good.append(one)
                        bad.append(other)
        self.good, self.bad = np.array(good, int), np.array(bad, int)

    def logs(self, w, b):
        """The logarithm of the score, and each gate."""
        gates = np.stack([sigmoid(self.z[:, part] @ w[part] + b[k]) for k, part in enumerate(self.slices)], 1)
        return np.log(np.maximum(gates, 1e-12)).sum(1), gates

    def run(self, steps=900, rate=0.05):
        theta = np.full(len(self.names), np.log(0.3))
        b = np.full(len(self.slices), 2.0)
        state = [np.zeros(len(theta) + len(b)) for _ in range(2)]
        for step in range(1, steps + 1):
            w = np.exp(theta) * self.signs
            logs, gates = self.logs(w, b)
            p = np.clip(np.exp(logs), 1e-9, 1 - 1e-9)
            # d loss / d log p of the cross entropy: -y + (1 - y) p / (1 - p)
            slope = self.weight * (-self.y + (1 - self.y) * p / (1 - p))
            if len(self.good):
                odds = logs - np.log1p(-p)
                pull = sigmoid(odds[self.bad] - odds[self.good]) * self.pairs_weight / len(self.good)
                # d odds / d log p = 1 / (1 - p)
                ratio = 1 / (1 - p)
                np.add.at(slope, self.good, -pull * ratio[self.good])
                np.add.at(slope, self.bad, pull * ratio[self.bad])
            gradient_w = np.zeros_like(w)
            gradient_b = np.zeros_like(b)
            for k, part in enumerate(self.slices):
                inner = slope * (1 - gates[:, k])
                gradient_w[part] = self.z[:, part].T @ inner
                gradient_b[k] = inner.sum()
            gradient = np.concatenate([(gradient_w + 2e-3 * w) * w, gradient_b])
            state[0] = 0.9 * state[0] + 0.1 * gradient
            state[1] = 0.999 * state[1] + 0.001 * gradient**2
            move = rate * (state[0] / (1 - 0.9**step)) / (np.sqrt(state[1] / (1 - 0.999**step)) + 1e-8)
            theta -= move[: len(theta)]
            b -= move[len(theta):]
        self.w, self.b = np.exp(theta) * self.signs, b
        self.score = np.exp(self.logs(self.w, self.b)[0])

    def document(self):
        gates = []
        for k, (name, features) in enumerate(self.gates.items()):
            part = self.slices[k]
            weights = self.w[part] / self.deviation[part]
            bias = self.b[k] - (weights * self.mean[part]).sum()
            gates.append({
                "gate": name, "bias": round(float(bias), 5),
                "weights": {feature: round(float(weight), 5) for feature, weight in zip(features, weights)},
            })
        return gates

    def report(self, chosen, title):
        print(f"== {title}: {int(chosen.sum())} rows")
        kinds = list(dict.fromkeys(self.kinds[chosen]))
        for kind in kinds:
            of = chosen & (self.kinds == kind)
            line = f"   {kind:20s} {int(of.sum()):5d}  pass at 0.5: {(self.score[of] >= 0.5).mean():.3f}"
            if self.pairs_weight and not self.y[of][0]:
                wins = total = 0
                for members in self.groups.values():
                    good = [self.score[i] for i in members if self.kinds[i] == "good"] or [0.0]
                    for index in members:
                        if self.kinds[index] == kind and chosen[index]:
                            total += 1
                            wins += good[0] > self.score[index]
                line += f"  below the good answer: {wins} of {total}"
            print(line)
        self.figures(chosen, "all")
        if "other-row" in kinds:
            self.figures(chosen & np.isin(self.kinds, ["good", "other-row"]), "good answers and those of other rows")

    def figures(self, chosen, title):
        """Area, precision and recall at 0.5, with 95 % intervals by the bootstrap over rows."""
        random = np.random.default_rng(0)
        places = np.flatnonzero(chosen)
        draws = [places] + [random.choice(places, len(places)) for _ in range(1000)]
        values = []
        for draw in draws:
            score, label = self.score[draw], self.y[draw] == 1
            passes = score >= 0.5
            values.append((
                auc(score[label], score[~label]), (passes & label).sum() / passes.sum(), (passes & label).sum() / label.sum()))
        low, high = np.percentile(values[1:], [2.5, 97.5], axis=0)
        shown = [f"{name} {values[0][i]:.3f} ({low[i]:.3f} to {high[i]:.3f})"
                 for i, name in enumerate(("AUC", "precision", "recall"))]
        print(f"   {title}: " + ", ".join(shown))


def fold(question):
    return int(hashlib.sha256(f"fold {question}".encode()).hexdigest()[:8], 16) % FOLDS


def cross_validate(rows, model, name):
    """Scores each row of the part "fit" by weights that have not seen its question, and reports them."""
    rows = [row for row in rows if row["part"] == "fit"]
    scores = np.zeros(len(rows))
    for chosen in range(FOLDS):
        fit = Fit([{**row, "part": "out" if fold(row["question"]) == chosen else "fit"} for row in rows], model)
        scores[~fit.fit] = fit.score[~fit.fit]
    fit.score = scores
    fit.report(np.ones(len(rows), bool), f"{name}, cross-validated")


def auc(good, bad):
    bad = np.sort(bad)
    return float(((np.searchsorted(bad, good, "left") + np.searchsorted(bad, good, "right")) / 2).mean() / len(bad))


def main(arguments):
    document = json.loads(MODEL.read_text())
    for name, model in MODELS.items():
        rows = read(arguments[0], name)
        if not rows:
            continue
        if "--cross-validate" in arguments:
            cross_validate(rows, model, name)
            continue
        fit = Fit(rows, model)
        fit.report(fit.fit, f"{name}, fitted on")
        fit.report(~fit.fit, f"{name}, held out")
        document[name] = fit.document()
        for gate in document[name]:
            print("  ", json.dumps(gate))
    if "--write" in arguments:
        MODEL.write_text(json.dumps(document, indent=1) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
