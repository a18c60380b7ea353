#!/usr/bin/env python3
"""What the calculator of genai-prices makes of random requests: Tests/PricingTests/Fixtures/genai-prices.json.

Needs genai-prices (scripts/requirements-oracles.txt), in the release that the program's prices are from.

* `costs`: a model by one of the names it answers to, a moment, conditions and usage in OpenAI's or Anthropic's form; the
  provider and model that were found, the kinds that have a price, and the total as an exact decimal.
* `names`: how every model's own id is resolved, where that is not the model itself (an earlier model answers to it too).
"""

import json
import random
import warnings
from datetime import datetime, timedelta, timezone
from decimal import Decimal, localcontext
from importlib.metadata import version
from pathlib import Path

from genai_prices import Usage, data_snapshot

ROOT = Path(__file__).resolve().parents[2]
OUTPUT = ROOT / "Tests/PricingTests/Fixtures/genai-prices.json"
COUNT = 600


def names(clause) -> list[str]:
    """Names that a clause certainly answers to."""
    kind = type(clause).__name__
    if kind == "ClauseEquals":
        return [clause.equals]
    if kind == "ClauseStartsWith":
        return [clause.starts_with, clause.starts_with + "-20250807"]
    if kind == "ClauseEndsWith":
        return ["some-" + clause.ends_with]
    if kind == "ClauseContains":
        return ["us." + clause.contains + "-v1"]
    return [name for part in getattr(clause, "or_", []) for name in names(part)]


def anthropic(draw: random.Random) -> tuple[dict, dict]:
    fresh, read, output = draw.randrange(200_000), draw.choice([0, draw.randrange(200_000)]), draw.randrange(1, 20_000)
    short, long = draw.choice([(0, 0), (draw.randrange(9_000), 0), (draw.randrange(9_000), draw.randrange(1, 9_000))])
    document = {
        "input_tokens": fresh, "cache_read_input_tokens": read, "cache_creation_input_tokens": short + long,
        "cache_creation": {"ephemeral_5m_input_tokens": short, "ephemeral_1h_input_tokens": long},
        "output_tokens": output,
    }
    usage = {
        "input_tokens": fresh + read + short + long, "cache_read_tokens": read, "cache_write_tokens": short + long,
        "cache_write_5m_tokens": short, "cache_write_1h_tokens": long, "output_tokens": output,
    }
    return document, usage


def openai(draw: random.Random) -> tuple[dict, dict]:
    prompt = draw.choice([draw.randrange(1, 300_000), 200_000, 200_001, draw.randrange(1, 3_000)])
    cached = draw.choice([0, draw.randrange(prompt + 1)])
    completion = draw.randrange(1, 30_000)
    reasoning = draw.choice([0, draw.randrange(completion + 1)])
    document = {
        "prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion,
        "prompt_tokens_details": {"cached_tokens": cached},
        "completion_tokens_details": {"reasoning_tokens": reasoning},
    }
    usage = {
        "input_tokens": prompt, "cache_read_tokens": cached, "output_tokens": completion,
        "output_reasoning_tokens": reasoning,
    }
    if cached == 0 and draw.random() < 0.2:
        audio = draw.randrange(prompt + 1)
        document["prompt_tokens_details"] = {"cached_tokens": 0, "audio_tokens": audio}
        usage["input_audio_tokens"] = audio
    return document, usage


def main() -> None:
    warnings.simplefilter("error")
    draw = random.Random(4)
    snapshot = data_snapshot.get_snapshot()
    models = [(provider, model) for provider in snapshot.providers for model in provider.models]
    conditioned = [pair for pair in models if pair[1].price_variants]
    tiered = [pair for pair in models if "TieredPrices" in repr(pair[1].prices)]
    dated = [pair for pair in models if isinstance(pair[1].prices, list)]
    costs = []
    while len(costs) < COUNT:
        provider, model = draw.choice(draw.choice([models, models, conditioned, tiered, dated]))
        name = draw.choice(names(model.match) or [model.id])
        moment = datetime(2025, 9, 1, tzinfo=timezone.utc) + timedelta(seconds=draw.randrange(500 * 86_400))
        document, counts = (anthropic if draw.random() < 0.3 else openai)(draw)
        found_provider, found = snapshot.find_provider_model(name, None, provider.id, None)
        context = {}
        if found.price_variants and found in found_provider.models and draw.random() < 0.7:
            context = dict(draw.choice(found.price_variants).when)
        with localcontext() as decimals:
            decimals.prec = 60
            try:
                total = snapshot.calc(Usage(**counts), name, provider.id, None, moment, context or None).total_price
            except ValueError:
                continue  # a model whose prices the calculator itself refuses
            prices = found.get_prices(moment, context or None)
            exact = format(total.normalize(), "f")
        priced = sorted(key for key, value in prices.__dict__.items() if value is not None)
        active = [
            variant for variant in found.price_variants or []
            if variant.when.items() <= context.items()
            and (variant.constraint is None or variant.constraint.active(moment))
        ]
        costs.append({
            "provider": provider.id, "name": name, "at": moment.strftime("%Y-%m-%dT%H:%M:%SZ"), "when": context,
            "usage": document, "model": found.id, "priced": priced, "condition_known": bool(active) or not context,
            "total": exact,
        })
    resolved = []
    for provider, model in models:
        try:
            found = snapshot.find_provider_model(model.id, None, provider.id, None)[1].id
        except LookupError:
            found = None
        if found != model.id:
            resolved.append([provider.id, model.id, found])
    lines = [json.dumps(item, ensure_ascii=False, separators=(",", ":")) for item in costs]
    OUTPUT.write_text(
        '{"made_by":"genai-prices ' + version("genai-prices") + ' (MIT), scripts/oracles/pricing_oracle.py",\n"names":'
        + json.dumps(resolved, separators=(",", ":")) + ',\n"costs":[\n' + ",\n".join(lines) + "]}\n")
    print(len(costs), "costs,", len(resolved), "ids that mean another model")


if __name__ == "__main__":
    main()
