"""What Benchmarks/clock needs of other load clients: their environments, their command lines, and what they say of requests.

Both are Python programs from the package index, each in an environment of its own below $EFFICIENTLLM_HOME/cache/peers. They
need no network while they run: prompts are a local file, tokens are the server's count, and the tokenizer that AIPerf wants
to see is a folder made here.
"""

import json
import os
import pathlib
import subprocess
import sys
import threading
import time

HOME = pathlib.Path(os.environ.get("EFFICIENTLLM_HOME", pathlib.Path(__file__).resolve().parent.parent / ".efficientllm"))
# torch stands on GuideLLM's line because it would take whichever is newest, with a GPU's libraries.
PEERS = {
    "AIPerf": ("aiperf", "0.13.0", ["aiperf==0.13.0"]),
    "GuideLLM": ("guidellm", "0.8.1", ["guidellm==0.8.1", "torch==2.13.0"]),
}
# AIPerf takes a tokenizer's folder for a name of the hub's while it is told that there is no network.
ENVIRONMENT = {"AIPerf": {"NO_COLOR": "1"}, "GuideLLM": {"NO_COLOR": "1", "HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}}


def environment(peer: str) -> pathlib.Path:
    """The folder of a peer's environment, made where it is not there."""
    program, version, pins = PEERS[peer]
    folder = HOME / "cache/peers" / f"{program}-{version}"
    if not (folder / "bin" / program).exists():
        print(f"installing {' '.join(pins)} into {folder}", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([folder / "bin/pip", "install", "--quiet", "--disable-pip-version-check", *pins], check=True)
    return folder


def tokenizer(python: pathlib.Path, folder: pathlib.Path) -> None:
    """A tokenizer that cuts at spaces, as transformers loads it."""
    script = """
import sys
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast
words = {word: index for index, word in enumerate(["<unk>", "</s>", "token", "why", "is", "the", "sky", "blue"])}
cutter = Tokenizer(models.WordLevel(words, unk_token="<unk>"))
cutter.pre_tokenizer = pre_tokenizers.Whitespace()
PreTrainedTokenizerFast(tokenizer_object=cutter, unk_token="<unk>", eos_token="</s>").save_pretrained(sys.argv[1])
"""
    subprocess.run([python, "-c", script, folder], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def command(peer: str, address: str, folder: pathlib.Path, streams: int, requests: int, warmup: int) -> list[str]:
    """The command line of a closed loop of so many streams; what it writes goes below `folder`."""
    program, _, _ = PEERS[peer]
    where = environment(peer) / "bin"
    base = address.removesuffix("/v1")
    prompts = folder / "prompts.jsonl"
    if peer == "AIPerf":
        prompts.write_text("".join(json.dumps({"text": f"why is the sky blue {index}"}) + "\n" for index in range(64)))
        tokenizer(where / "python", folder / "tokenizer")
        return [
            str(where / program), "profile", "--model", "mock", "--url", base, "--endpoint-type", "chat", "--streaming",
            "--concurrency", str(streams), "--request-count", str(requests), "--warmup-request-count", str(warmup),
            "--input-file", str(prompts), "--custom-dataset-type", "single_turn", "--tokenizer", str(folder / "tokenizer"),
            "--use-server-token-count", "--output-artifact-dir", str(folder / "aiperf"), "--export-level", "records",
            "--ui", "none",
        ]
    # It sends a row once, and has no warm-up by number: rows of the warm-up are left out afterwards.
    rows = requests + warmup
    prompts.write_text("".join(json.dumps({"prompt": f"why is the sky blue {index}"}) + "\n" for index in range(rows)))
    return [
        str(where / program), "run", "--backend", f"kind=openai_http,target={base},model=mock",
        "--profile", f"kind=concurrent,streams={streams}", "--constraint", f"kind=max_requests,count={rows}",
        "--data", f"kind=json_file,path={prompts}", "--output", f"kind=json,path={folder / 'guidellm.json'}",
        "--disable-console",
    ]


def said(peer: str, folder: pathlib.Path, warmup: int) -> dict[str, list[float]]:
    """What a peer says of its requests, in milliseconds: ttft, the gaps between chunks, and their mean in each request."""
    found: dict[str, list[float]] = {"ttft": [], "itl": [], "mean_itl": []}
    if peer == "AIPerf":
        for line in (folder / "aiperf/profile_export.jsonl").read_text().splitlines():
            record = json.loads(line)
            metrics = record.get("metrics") or {}
            if record.get("error") or "time_to_first_token" not in metrics:
                continue
            found["ttft"].append(metrics["time_to_first_token"]["value"])
            if "inter_chunk_latency" in metrics:
                found["itl"] += metrics["inter_chunk_latency"]["value"]
            if "inter_token_latency" in metrics:
                found["mean_itl"].append(metrics["inter_token_latency"]["value"])
        return found
    rows = json.loads((folder / "guidellm.json").read_text())["benchmarks"][0]["requests"]["successful"]
    for row in sorted(rows, key=lambda row: row["request_start_time"])[warmup:]:
        found["ttft"].append(row["time_to_first_token_ms"])
        found["mean_itl"].append(row["inter_token_latency_ms"])
    return found


class Processor:
    """Processor time of a process and all that come from it, looked at four times a second."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.points: list[tuple[float, float]] = []
        self._seen: dict[int, float] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _family(self) -> list[int]:
        found, fresh = [], [self.pid]
        while fresh:
            pid = fresh.pop()
            found.append(pid)
            for task in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
                try:
                    fresh += [int(child) for child in task.read_text().split()]
                except OSError:
                    pass
        return found

    def _watch(self) -> None:
        ticks = os.sysconf("SC_CLK_TCK")
        while not self._over.is_set():
            for pid in self._family():
                try:
                    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
                    self._seen[pid] = (int(fields[11]) + int(fields[12])) / ticks
                except OSError:
                    pass
            self.points.append((time.monotonic(), sum(self._seen.values())))
            self._over.wait(0.25)

    def stop(self) -> None:
        self._over.set()
        self._thread.join()

    def between(self, begin: float, end: float) -> float:
        """Seconds of processor time between two moments of the monotonic clock."""

        def at(moment: float) -> float:
            before = [point for point in self.points if point[0] <= moment]
            after = [point for point in self.points if point[0] > moment]
            if not before or not after:
                return (before or after or [(0, 0.0)])[-1 if before else 0][1]
            (x0, y0), (x1, y1) = before[-1], after[0]
            return y0 + (y1 - y0) * (moment - x0) / (x1 - x0)

        return at(end) - at(begin)
