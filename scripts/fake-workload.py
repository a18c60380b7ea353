#!/usr/bin/env python3
"""A workload that does exactly what it is told: known memory, known step times, known processor time.

It speaks the trial protocol (JSON lines on standard output), so that probes, runner and measures can be held against
what it really did. Times are CLOCK_MONOTONIC; the sleeping and the burning end at absolute deadlines; memory is mapped
privately, in small pages, and touched page by page, so that dialled bytes are resident bytes.

    scripts/fake-workload.py --steps 10 --warmup 2 --step-ms 50 --memory-mib 64 --truth truth.json

With `--spec FILE` it takes a trial's spec: the settings are options by name (`step_ms: 20`), the work gives the steps
and tokens, the seed jitters the losses. `--truth FILE` writes what it did, by its own clocks.
"""

import argparse
import json
import math
import mmap
import os
import random
import resource
import signal
import subprocess
import sys
import time

MEBIBYTE = 1 << 20
PAGE = mmap.PAGESIZE


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--spec", help="a trial's spec as JSON; it wins over the options")
    parser.add_argument("--name", default="fake")
    parser.add_argument("--steps", type=int, default=10, help="steps after the warm-up")
    parser.add_argument("--warmup", type=int, default=2, help="warm-up steps")
    parser.add_argument("--step-ms", type=float, default=50, help="duration of a step")
    parser.add_argument("--memory-mib", default="64", help="memory held in a step: one number, or several in turn")
    parser.add_argument("--tokens-per-step", type=int, default=1000)
    parser.add_argument("--samples-per-step", type=int, default=4)
    parser.add_argument("--parameters", type=int, default=1000000, help="parameters it claims to have")
    parser.add_argument("--loss", type=float, default=8.0, help="loss of the first step")
    parser.add_argument("--documents", type=int, default=0, help="held-out documents to report")
    parser.add_argument("--burn-cpu", action="store_true", help="compute during the steps instead of sleeping")
    parser.add_argument("--child-memory-mib", type=int, default=0, help="a child process holds this much beside it")
    parser.add_argument("--child-burn-ms", type=float, default=0, help="a child burns this much processor time and ends")
    parser.add_argument("--fail-at", type=int, help="report a failure in this step and leave with status 1")
    parser.add_argument("--fail-kind", default="diverged")
    parser.add_argument("--crash-at", type=int, help="be killed by SIGKILL in this step")
    parser.add_argument("--hang-at", type=int, help="never end this step")
    parser.add_argument("--exit-status", type=int, default=0, help="status to leave with after finishing")
    parser.add_argument("--noise", action="store_true", help="write lines that are no events too")
    parser.add_argument("--hold", action="store_true", help="after finishing, wait until standard input is closed")
    parser.add_argument("--truth", help="write what was really done to this file")
    parser.add_argument("--hold-memory", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    if options.spec:
        apply_spec(options, parser)
    if options.steps < 1 or options.warmup < 0 or options.step_ms < 0:
        parser.error("steps must be at least 1, warm-up and step time not negative")
    try:
        options.memory = [int(float(part) * MEBIBYTE) for part in str(options.memory_mib).split(",")]
    except ValueError:
        parser.error(f"--memory-mib {options.memory_mib}: give mebibytes, such as 64 or 64,128")
    return options


def apply_spec(options, parser):
    with open(options.spec, encoding="utf-8") as file:
        spec = json.load(file)
    options.name = spec.get("method", options.name)
    options.seed = spec.get("seed", options.seed)
    work = spec.get("work") or {}
    if work.get("tokensPerStep"):
        options.tokens_per_step = work["tokensPerStep"]
        options.steps = max(1, math.ceil(work["tokens"] / work["tokensPerStep"]))
        options.samples_per_step = max(1, work["tokensPerStep"] // max(1, work.get("sequenceLength", 1)))
    options.warmup = work.get("warmupSteps", options.warmup)
    for key, value in (spec.get("settings") or {}).items():
        name = key.replace("-", "_")
        if name not in vars(options) or name in ("spec", "truth"):
            parser.error(f"{options.spec}: setting {key} is none of this workload's; see --help")
        setattr(options, name, value)


def say(event, **fields):
    print(json.dumps({"event": event, **fields}), flush=True)


def resident_bytes():
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * PAGE


def hold(count):
    """`count` bytes, resident. Large pages would round them up."""
    if count == 0:
        return None
    memory = mmap.mmap(-1, count, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    if hasattr(mmap, "MADV_NOHUGEPAGE"):
        try:
            memory.madvise(mmap.MADV_NOHUGEPAGE)
        except OSError:
            pass  # a kernel without large pages
    chunk = b"\x01" * 256
    for start in range(0, count, 256 * PAGE):
        pages = len(range(start, min(start + 256 * PAGE, count), PAGE))
        memory[start:start + pages * PAGE:PAGE] = chunk[:pages]
    return memory


def wait_until(deadline_ns, burns):
    if burns:
        value = 1.0
        while time.monotonic_ns() < deadline_ns:
            for _ in range(200):
                value = value * 1.0000001 + 1e-9
        return
    while (left := deadline_ns - time.monotonic_ns()) > 0:
        time.sleep(left / 1e9)


def cpu_seconds():
    """Of this process and of its children that have ended."""
    own = time.process_time()
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return own + children.ru_utime + children.ru_stime


def as_child(count):
    """The child's whole life: hold memory, say how much is resident, end with the parent."""
    memory = hold(count)
    print(resident_bytes(), flush=True)
    sys.stdin.read()
    del memory


def main():
    options = arguments()
    if options.hold_memory is not None:
        return as_child(options.hold_memory)
    json.dumps({"event": "warm", "loss": 1.5})  # what Python allocates once belongs to the baseline
    noise = random.Random(options.seed)
    child = None
    child_resident = 0
    if options.child_memory_mib:
        child = subprocess.Popen(
            [sys.executable, os.path.abspath(__file__), "--hold-memory", str(options.child_memory_mib * MEBIBYTE)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        child_resident = int(child.stdout.readline())
    baseline = resident_bytes()
    total = options.warmup + options.steps
    truth = {"baseline_resident_bytes": baseline, "child_resident_bytes": child_resident, "steps": []}
    say("started", protocol=1, name=options.name, pid=os.getpid(), monotonic_ns=time.monotonic_ns(),
        baseline_resident_bytes=baseline, steps_planned=total, tokens_planned=options.steps * options.tokens_per_step,
        model={"parameters": options.parameters, "parameter_bytes": 4 * options.parameters},
        environment={"python": sys.version.split()[0]})
    if options.noise:
        print("this line is no event", flush=True)
        print('{"event":"unheard-of","value":1}', flush=True)
    memory, held = None, 0
    for index in range(total):
        start = time.monotonic_ns()
        wanted = options.memory[index % len(options.memory)]
        if memory is None or wanted != held:
            if memory is not None:
                memory.close()
            memory, held = hold(wanted), wanted
        touched = time.monotonic_ns()
        if options.child_burn_ms and index == options.warmup:
            code = f"import time\nwhile time.process_time() < {options.child_burn_ms / 1e3}: pass"
            subprocess.run([sys.executable, "-S", "-c", code], check=True)
        if index == options.crash_at:
            os.kill(os.getpid(), signal.SIGKILL)
        if index == options.hang_at:
            while True:
                time.sleep(3600)
        if index == options.fail_at:
            say("failed", kind=options.fail_kind, message=f"told to fail in step {index}", step=index)
            return 1
        wait_until(start + int(options.step_ms * 1e6), options.burn_cpu)
        end = time.monotonic_ns()
        loss = options.loss * math.exp(-0.02 * index) + noise.uniform(-0.01, 0.01)
        say("step", index=index, phase="train", warmup=index < options.warmup, start_ns=start, end_ns=end,
            tokens=options.tokens_per_step, samples=options.samples_per_step, loss=loss)
        say("sample", monotonic_ns=end, allocated_bytes=held)
        truth["steps"].append({
            "start_ns": start, "touched_ns": touched, "end_ns": end, "held_bytes": held,
            "resident_bytes": resident_bytes(), "warmup": index < options.warmup})
    if options.documents:
        say("measure", id="held-out", unigram_perplexity=600.0, documents=[
            {"id": f"fake/{number}", "tokens": 100 + number, "nll": (100 + number) * (4 + noise.uniform(-0.2, 0.2)),
             "bytes": 400 + 4 * number} for number in range(options.documents)])
    counted = truth["steps"][options.warmup:]
    truth["tokens"] = options.steps * options.tokens_per_step
    truth["samples"] = options.steps * options.samples_per_step
    truth["mean_step_seconds"] = sum(step["end_ns"] - step["start_ns"] for step in counted) / len(counted) * 1e-9
    truth["cpu_seconds"] = cpu_seconds()
    if options.truth:
        with open(options.truth, "w", encoding="utf-8") as file:
            json.dump(truth, file)
    say("finished", monotonic_ns=time.monotonic_ns())
    if options.hold:
        sys.stdin.read()
    if child:
        child.communicate()
    return options.exit_status


if __name__ == "__main__":
    sys.exit(main())
