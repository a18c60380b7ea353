#!/usr/bin/env python3
"""Writes the oracle of the samplers: Tests/GenerationTests/Fixtures/sampling.json.

    rows            logits in fp32
    cases           row, prompt and generated tokens, parameters, and the distribution that Hugging Face transformers'
                    logits processors and warpers leave, in the order that `generate` puts them, as [id, probability]
    log_probabilities
                    for each row, torch's log-softmax of some tokens, and its best

Presence and frequency penalties are not in transformers; theirs is OpenAI's published formula, over the generated tokens,
after the repetition penalty and before the temperature as in vLLM.

    python3 -m venv /tmp/oracles && /tmp/oracles/bin/pip install -r scripts/requirements-oracles.txt
    /tmp/oracles/bin/python scripts/oracles/sampling_oracle.py
"""

import json
import math
from pathlib import Path

import torch
from transformers import (
    LogitsProcessorList,
    MinPLogitsWarper,
    RepetitionPenaltyLogitsProcessor,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
)

OUTPUT = Path(__file__).resolve().parents[2] / "Tests" / "GenerationTests" / "Fixtures" / "sampling.json"


def rows() -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(11)
    normal = torch.randn(211, generator=generator) * 3
    flat = torch.randn(157, generator=generator) * 0.05
    steep = torch.randn(97, generator=generator) * 25 - 400
    # Every value twice or more, and tokens that are ruled out.
    tied = torch.round(torch.randn(131, generator=generator) * 4) / 2
    tied[::17] = -math.inf
    return [normal, flat, steep, tied]


SETTINGS = [
    {},
    {"temperature": 0.7},
    {"temperature": 1.9},
    {"top_k": 1},
    {"top_k": 7},
    {"top_k": 50, "temperature": 0.8},
    {"top_k": 100000},
    {"top_p": 0.9},
    {"top_p": 0.35, "temperature": 1.4},
    {"top_p": 0.001},
    {"top_p": 0.9999},
    {"min_p": 0.05},
    {"min_p": 0.4, "temperature": 2.5},
    {"min_p": 1.0},
    {"top_k": 40, "top_p": 0.8},
    {"top_k": 40, "top_p": 0.95, "min_p": 0.1, "temperature": 0.9},
    {"top_p": 0.95, "min_p": 0.02},
    {"repetition_penalty": 1.3},
    {"repetition_penalty": 0.8, "temperature": 0.6, "top_k": 20},
    {"presence_penalty": 0.6},
    {"frequency_penalty": 0.4},
    {"repetition_penalty": 1.1, "presence_penalty": -0.5, "frequency_penalty": 0.7, "temperature": 0.8, "top_p": 0.9},
]


def distribution(row: torch.Tensor, prompt: list[int], generated: list[int], settings: dict) -> torch.Tensor:
    seen = torch.tensor([prompt + generated])
    scores = row[None].clone()
    if (penalty := settings.get("repetition_penalty", 1)) != 1:
        scores = RepetitionPenaltyLogitsProcessor(penalty)(seen, scores)
    counts = torch.bincount(torch.tensor(generated, dtype=torch.long), minlength=len(row))
    scores = scores - settings.get("frequency_penalty", 0) * counts
    scores = scores - settings.get("presence_penalty", 0) * (counts > 0)
    warpers = LogitsProcessorList()
    if "temperature" in settings:
        warpers.append(TemperatureLogitsWarper(settings["temperature"]))
    if "top_k" in settings:
        warpers.append(TopKLogitsWarper(settings["top_k"]))
    if "top_p" in settings:
        warpers.append(TopPLogitsWarper(settings["top_p"]))
    if "min_p" in settings:
        warpers.append(MinPLogitsWarper(settings["min_p"]))
    return torch.softmax(warpers(seen, scores).double(), dim=-1)[0]


def finite(values: torch.Tensor) -> list[float | None]:
    return [None if math.isinf(value) else value for value in values.tolist()]


def main() -> None:
    result = {"rows": [finite(row) for row in rows()], "cases": [], "log_probabilities": []}
    for index, row in enumerate(rows()):
        prompt, generated = [3, 5, 5, 17, 90], [5, 8, 8, 8, 33, 2]
        for settings in SETTINGS:
            probabilities = distribution(row, prompt, generated, settings)
            kept = [[i, float(f"{p:.9g}")] for i, p in enumerate(probabilities.tolist()) if p > 0]
            result["cases"].append(
                {"row": index, "prompt": prompt, "generated": generated, "parameters": settings, "distribution": kept}
            )
        logarithms = torch.log_softmax(row.double(), dim=-1)
        best = torch.sort(logarithms, descending=True, stable=True)
        result["log_probabilities"].append(
            {
                "row": index,
                "tokens": [[i, logarithms[i].item()] for i in (1, 2, 40, 96)],
                "top": [[i, p] for p, i in zip(best.values[:5].tolist(), best.indices[:5].tolist())],
            }
        )
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    OUTPUT.write_text(json.dumps(result, separators=(",", ":")) + "\n")
    print(f"{OUTPUT.name}: {len(result['cases'])} cases, {OUTPUT.stat().st_size} bytes")


if __name__ == "__main__":
    main()
