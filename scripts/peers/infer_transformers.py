#!/usr/bin/env python3
"""The transformers peer of the workload `infer`: the same weights, prompts and rounds as the engine.

    infer_transformers.py --spec FILE
        A trial of a study (workload `command`): reads the trial's spec, speaks the trial protocol on standard output.

A GGUF file is dequantised by transformers in fp32, once, and kept (inference_prepare.py); `bf16` rounds those weights.
Attention is torch's scaled_dot_product_attention, the cache transformers' DynamicCache, which grows by concatenation.
Prompts of a batch have one length, so nothing is padded and no mask is given. What each step stamps:

* prefill: the forward pass over the whole batch's prompts, logits of the last positions alone (as `generate` asks for
  them), their argmax, and the chosen tokens read;
* decode: the forward pass over one token a sequence with the cache, argmax, tokens read. End tokens end nothing.

The loop is `generate`'s without its bookkeeping (stopping criteria, logits processors), which would only cost time.
"""

import argparse
import sys
import time
from pathlib import Path

import inference_common as common

# Read before torch is there: what torch takes is part of what the trial takes.
BASELINE_BYTES = common.resident_bytes()

import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402
import transformers  # noqa: E402
from transformers import AutoModelForCausalLM, DynamicCache  # noqa: E402

DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16}


def load(path: Path, dtype: torch.dtype):
    folder = path if path.is_dir() else Path(common.prepared("weights", str(path)))
    model = AutoModelForCausalLM.from_pretrained(
        folder, dtype=dtype, attn_implementation="sdpa", local_files_only=True
    )
    return model.eval()


def cache_bytes(cache: DynamicCache) -> int:
    return sum(part.nbytes for layer in cache.layers for part in (layer.keys, layer.values))


def run_round(model, prompts: list[list[int]], generated: int, on_step) -> tuple[list[list[int]], int]:
    """Continues the prompts greedily. `on_step` is told the start and end of each step, the prefill first.

    Returns the tokens chosen, [B][generated + 1], and the bytes of the cache at the end.
    """
    cache = DynamicCache(config=model.config)
    tokens, chosen = prompts, [[] for _ in prompts]
    for _ in range(generated + 1):
        start = time.monotonic_ns()
        output = model(input_ids=torch.tensor(tokens), past_key_values=cache, use_cache=True, logits_to_keep=1)
        best = output.logits[:, -1].argmax(dim=-1).tolist()
        on_step(start, time.monotonic_ns())
        tokens = [[token] for token in best]
        for row, token in zip(chosen, best):
            row.append(token)
    return chosen, cache_bytes(cache)


def window_loss(model, given: list[int], predicted: int) -> float:
    """Nats of the last `predicted` tokens."""
    ids = torch.tensor([given])
    logits = model(input_ids=ids[:, :-1], use_cache=False).logits[0]
    return F.cross_entropy(logits[-predicted:].float(), ids[0, -predicted:], reduction="sum").item()


def take_perplexity(model, spec: common.InferSpec, text: common.PromptText, steps: common.Steps) -> None:
    if spec.perplexity_tokens < 1:
        return
    start, documents = time.monotonic_ns(), []
    for number, (given, predicted, size) in enumerate(text.windows(spec.perplexity_tokens)):
        nll = window_loss(model, given, predicted)
        documents.append({"id": f"window {number}", "tokens": predicted, "nll": nll, "bytes": size})
    steps.tell("evaluate", start, time.monotonic_ns(), sum(document["tokens"] for document in documents), len(documents))
    common.emit(event="measure", id="held-out", documents=documents)


@torch.inference_mode()
def trial(document: dict) -> None:
    spec = common.InferSpec.read(document, tuple(DTYPES))
    torch.set_num_threads(spec.threads)
    path = common.model_path(spec.model)
    text, shape = common.checked_text(spec, path)
    dtype = DTYPES[spec.precision]
    model = load(path, dtype)
    weights = sum(parameter.nbytes for parameter in model.parameters()) + sum(b.nbytes for b in model.buffers())
    rounds = [(warmup, [text.prompt(i, spec.prompt_tokens) for i in chosen]) for warmup, chosen in spec.rounds()]
    common.tell_started(
        spec, BASELINE_BYTES, shape.account(spec, dtype.itemsize, dtype.itemsize), [p for _, r in rounds for p in r],
        torch=torch.__version__, transformers=transformers.__version__, attention=model.config._attn_implementation,
    )
    steps, largest = common.Steps(spec), 0
    for warmup, prompts in rounds:
        times = []
        _, held = run_round(model, prompts, spec.generated, lambda start, end: times.append((start, end)))
        largest = max(largest, held)
        for position, (start, end) in enumerate(times):
            (steps.decode if position else steps.prefill)(start, end, warmup)
    take_perplexity(model, spec, text, steps)
    # torch's allocator on the processor keeps no count, so what else it held is not known.
    common.tell_memory(weights, largest, None)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--spec", type=Path, required=True, help="a trial's spec")
    return common.run_trial(trial, parser.parse_args().spec)


if __name__ == "__main__":
    sys.exit(main())
