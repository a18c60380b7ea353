#!/usr/bin/env python3
"""The llama.cpp peer of the workload `infer`: the same prompts and rounds as the engine, on the GGUF file as it is.

    infer_llamacpp.py --spec FILE
        A trial of a study (workload `command`): reads the trial's spec, speaks the trial protocol on standard output.
        The precision is `file`: weights stay packed as they are; give a BF16 or F32 file for other precisions.

llama.cpp runs as its server, inside this process (xllamacpp), without HTTP between: a round is one request of `batch`
prompts given as token ids, one slot each, so that all of them enter the same batch and decode in step (continuous
batching). Greedy, end tokens ignored, no prompt cache, context checkpoints or speculation. Beyond that, the server's
defaults: flash attention where the model allows it, cache in f16, physical batches of 512 tokens, memory-mapped
weights, repacked where llama.cpp does so by itself, one warm-up run of its own at loading.

What each step stamps, in this process's clock, as tokens arrive at the callback of the stream:

* prefill: from the submission of the round to the last sequence's first token. It holds the server's queue and its
  choosing of the first token, which come to well under a millisecond;
* decode step k: from the step before to the last arrival of a token k + 1. The server holds a token back that ends in
  the middle of a character; the count of tokens that each message carries tells, and where no sequence spoke after a
  step, it is merged into the next (its tokens are counted).

The server's own account of the same rounds (`timings`) is told beside it as the measures `llama.prefill` and
`llama.decode`, in seconds of all measured rounds, so that what the stream costs can be seen.

There is no perplexity: the server gives no log-probabilities of a prompt's tokens. The memory of weights, cache and
workspaces is what llama.cpp's log says that it allocated, asked in a process of its own: a log that is wide enough to
say so would slow down what is measured.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import inference_common as common

# Read before llama.cpp is there: what it takes is part of what the trial takes.
BASELINE_BYTES = common.resident_bytes()

import xllamacpp  # noqa: E402

CELLS = 256  # llama.cpp rounds a sequence's context up to a multiple of it
QUIET, TALKATIVE = -1, 4
ABSENT = "the server gives no log-probabilities of a prompt's tokens"


def parameters(model: Path, spec: common.InferSpec, verbosity: int) -> xllamacpp.CommonParams:
    result = xllamacpp.CommonParams()
    result.model.path = str(model)
    result.cpuparams.n_threads = spec.threads
    result.cpuparams_batch.n_threads = spec.threads
    result.n_parallel = spec.batch
    # A slot keeps one position free.
    result.n_ctx = spec.batch * -(-(spec.context + 1) // CELLS) * CELLS
    result.n_batch = max(result.n_batch, spec.batch * spec.prompt_tokens)
    result.n_gpu_layers = 0
    result.fit_params = False
    result.cache_prompt = False
    result.cache_ram_mib = 0
    result.n_ctx_checkpoints = 0
    result.verbosity = verbosity
    return result


def run_round(server, prompts: list[list[int]], generated: int) -> tuple[int, list[tuple[int, dict]]]:
    """When the round was submitted, and the messages with their arrivals."""
    messages = []

    def receive(message) -> bool:
        now = time.monotonic_ns()
        for one in message if isinstance(message, list) else [message]:
            if one is not None:
                messages.append((now, one))
        return False

    start = time.monotonic_ns()
    server.handle_completions({
        "prompt": prompts, "n_predict": generated + 1, "temperature": 0, "top_k": 1, "ignore_eos": True, "stream": True,
        "cache_prompt": False, "timings_per_token": True,
    }, receive)
    for _, message in messages:
        if "error" in message:
            raise RuntimeError(f"llama.cpp: {message['error'].get('message', message['error'])}")
    return start, messages


def own_seconds(messages: list[tuple[int, dict]]) -> tuple[float, float]:
    """The server's own seconds of prefill and decode: of the last sequence to end each."""
    timings = [message["timings"] for _, message in messages if message["choices"][0]["finish_reason"]]
    return max(t["prompt_ms"] for t in timings) / 1e3, max(t["predicted_ms"] for t in timings) / 1e3


def check(messages: list[tuple[int, dict]], spec: common.InferSpec) -> None:
    """Every sequence read and wrote what it should."""
    ends = [message["timings"] for _, message in messages if message["choices"][0]["finish_reason"]]
    told = [(end["cache_n"], end["prompt_n"], end["predicted_n"]) for end in ends]
    if told != [(0, spec.prompt_tokens, spec.generated + 1)] * spec.batch:
        raise RuntimeError(f"llama.cpp did other work than it was asked for: (cached, read, written) are {told}")


def told_buffers(log: str) -> tuple[int | None, int | None, int | None]:
    """Bytes of weights, cache and workspaces in llama.cpp's log; nil where it says nothing."""
    def sum_of(pattern: str) -> int | None:
        found = re.findall(pattern + r" buffer size =\s+([0-9.]+) MiB", log)
        return round(sum(map(float, found)) * (1 << 20)) if found else None

    scratch = [part for part in (sum_of("compute"), sum_of("output")) if part is not None]
    return sum_of("model"), sum_of("(?:KV|RS)"), sum(scratch) if scratch else None


def ask_buffers(spec_file: Path) -> tuple[int | None, int | None, int | None]:
    command = [sys.executable, __file__, "--spec", str(spec_file), "--buffers"]
    result = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace", timeout=120)
    return told_buffers(result.stderr)


def opened(document: dict) -> tuple[common.InferSpec, Path]:
    spec = common.InferSpec.read(document, ("file",))
    model = common.model_path(spec.model)
    if model.is_dir():
        raise ValueError(f"llama.cpp reads GGUF files, and {model} is a directory")
    return spec, model


def trial(document: dict, spec_file: Path) -> None:
    spec, model = opened(document)
    buffers = ask_buffers(spec_file)
    text, shape = common.checked_text(spec, model)
    rounds = [(warmup, [text.prompt(i, spec.prompt_tokens) for i in chosen]) for warmup, chosen in spec.rounds()]
    server = xllamacpp.Server(parameters(model, spec, QUIET))
    common.tell_started(
        spec, BASELINE_BYTES, shape.account(spec, shape.weight_bytes / shape.parameters, 2),
        [prompt for _, prompts in rounds for prompt in prompts], xllamacpp=xllamacpp.__version__,
        **({"perplexity": ABSENT} if spec.perplexity_tokens else {}),
    )
    steps, own = common.Steps(spec), [0.0, 0.0]
    for warmup, prompts in rounds:
        start, messages = run_round(server, prompts, spec.generated)
        check(messages, spec)
        arrivals = [(message["timings"]["predicted_n"], when) for when, message in messages]
        ends = common.step_ends(arrivals, spec.generated + 1)
        if ends[0][0] != 1:
            raise RuntimeError("no sequence told its first token: their texts begin in the middle of a character")
        steps.prefill(start, ends[0][1], warmup)
        for (before, begin), (count, end) in zip(ends, ends[1:]):
            steps.decode(begin, end, warmup, count - before)
        if not warmup:
            own = [total + part for total, part in zip(own, own_seconds(messages))]
    for name, seconds in zip(("llama.prefill", "llama.decode"), own):
        common.emit(event="measure", id=name, value=seconds, unit="s", count=spec.requests // spec.batch)
    common.tell_memory(*buffers)


def show_buffers(document: dict) -> None:
    """Loads the model, and lets llama.cpp say on standard error what it allocates."""
    spec, model = opened(document)
    plan = parameters(model, spec, TALKATIVE)
    plan.warmup = False
    server = xllamacpp.Server(plan)
    # One that ends before its loop has begun waits for ever: it is let go as it is, its log written.
    run_round(server, [[0]], 1)
    sys.stderr.flush()
    os._exit(0)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--spec", type=Path, required=True, help="a trial's spec")
    parser.add_argument("--buffers", action="store_true", help="only load the model, with llama.cpp's whole log")
    options = parser.parse_args()
    if options.buffers:
        show_buffers(json.loads(options.spec.read_text()))
        return 0
    status = common.run_trial(lambda document: trial(document, options.spec), options.spec)
    sys.stdout.flush()
    # The server's threads have nothing left to say.
    os._exit(status)


if __name__ == "__main__":
    main()
