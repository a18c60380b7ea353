"""What the peers of the workload `infer` share: a trial's spec, the prompts and windows it means, the steps it tells.

The rules are those of the engine (`InferTrial` and `PromptText` under Sources/EngineWorkloads), so that every side reads
the same tokens and does the same work:

* Prompt `index` is a stretch of the text's tokens, begun anew at its end, behind the begin token where the tokenizer
  has one. Rounds take `batch` prompts each.
* A round is one prefill step (all prompts, and the first token of each is chosen) and `generated` decode steps of one
  token a sequence. End tokens end nothing.
* Perplexity windows do not overlap and have 512 tokens with the begin token.

This module needs Python alone: it is imported before a trial takes its baseline of memory.
"""

import dataclasses
import hashlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

WINDOW = 512
MAXIMUM_TEXT_BYTES = 1 << 20
SECTION_BYTES = 4096
LONGEST_SECTION_BYTES = 65536
TEXT_EXTENSIONS = {".txt", ".text", ".md"}
JSON_LINES_EXTENSIONS = {".jsonl", ".ndjson"}


def resident_bytes() -> int | None:
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return None


def home() -> Path:
    return Path(os.environ.get("EFFICIENTLLM_HOME") or Path(__file__).resolve().parents[2] / ".efficientllm")


def emit(**fields) -> None:
    print(json.dumps(fields), flush=True)


# The spec.


@dataclasses.dataclass(frozen=True)
class InferSpec:
    """A trial's spec, checked. Settings that are not known are refused."""

    method: str
    seed: int
    precision: str
    threads: int
    model: str
    text: str
    prompt_tokens: int
    batch: int
    perplexity_tokens: int
    tokens: int
    generated: int
    warmup_rounds: int

    @staticmethod
    def read(spec: dict, precisions: tuple[str, ...]) -> "InferSpec":
        work, settings = spec["work"], dict(spec["settings"])
        if work.get("unit") != "generated":
            raise ValueError("inference is counted in requests: {requests: 16, generated-tokens: 32}")
        if spec["precision"] not in precisions:
            raise ValueError(f"the precision {spec['precision']} is not one of {', '.join(precisions)}")
        if "model" not in settings:
            raise ValueError("say which model: a name of the catalogue, a GGUF file or a Hugging Face directory")
        if settings.pop("device", "auto") not in ("auto", "cpu"):
            raise ValueError("this peer runs on the processor alone: give the device cpu")
        settings.pop("precision", None)
        result = InferSpec(
            method=spec["method"], seed=int(spec["seed"]), precision=spec["precision"], threads=int(spec["threads"]),
            model=str(settings.pop("model")), text=str(settings.pop("text", "austen")),
            prompt_tokens=int(settings.pop("prompt-tokens", 128)), batch=int(settings.pop("batch", 1)),
            perplexity_tokens=int(settings.pop("perplexity-tokens", 0)), tokens=int(work["tokens"]),
            generated=int(work["sequenceLength"]), warmup_rounds=int(work["warmupSteps"]),
        )
        if settings:
            raise ValueError(f"there is no setting {', '.join(settings)}")
        if result.prompt_tokens < 1 or result.batch < 1 or result.perplexity_tokens < 0 or result.generated < 1:
            raise ValueError("prompts, batches and requests have at least one token, sequence and generated token")
        if result.requests % result.batch:
            raise ValueError(f"a batch of {result.batch} must divide the requests, {result.requests}")
        return result

    @property
    def requests(self) -> int:
        return self.tokens // self.generated

    @property
    def context(self) -> int:
        """Positions that a sequence comes to."""
        return self.prompt_tokens + self.generated

    def rounds(self) -> list[tuple[bool, list[int]]]:
        """Whether a round is a warm-up, and the indices of its prompts, in the order they run."""
        first, rounds = self.seed * self.requests, self.requests // self.batch
        warmups = [(first + (rounds + round_) * self.batch, True) for round_ in range(self.warmup_rounds)]
        measured = [(first + round_ * self.batch, False) for round_ in range(rounds)]
        return [(warmup, [first + i for i in range(self.batch)]) for first, warmup in warmups + measured]


def model_path(name: str) -> Path:
    """What a name of the catalogue, a GGUF file or a directory means. Names with a slash or .gguf are paths."""
    if "/" not in name and not name.endswith(".gguf") and name not in (".", ".."):
        place = home() / "models" / name
        if (found := model_in(place)) is not None:
            return found
        if (file := place.with_name(name + ".gguf")).is_file():
            return file
    path = Path(name).expanduser()
    if name and path.exists():
        return path
    raise ValueError(f"there is no model {name}: `efficientllm models get {name}`, or give a path")


def model_in(folder: Path) -> Path | None:
    """What to open in a model's folder."""
    manifest = folder / "efficientllm-model.json"
    if manifest.is_file():
        opens = json.loads(manifest.read_text())["opens"]
        return folder if opens == "." else folder / opens
    if (folder / "config.json").is_file():
        return folder
    files = sorted(folder.glob("*.gguf"))
    return files[0] if len(files) == 1 else None


# The text.


def has_text(data: bytes) -> bool:
    return any(byte > 0x20 for byte in data)


def without_mark(data: bytes) -> bytes:
    return data.removeprefix(b"\xef\xbb\xbf")


def sections(data: bytes) -> list[str]:
    """A lone text file, cut at the first blank line after 4 KiB, or a line end after 64 KiB."""
    data, pieces, start, line = without_mark(data), [], 0, 0
    while line < len(data):
        end = data.find(b"\n", line) + 1 or len(data)
        length = end - start
        if (length >= SECTION_BYTES and not has_text(data[line:end])) or length >= LONGEST_SECTION_BYTES:
            pieces.append(data[start:end])
            start = end
        line = end
    return [piece.decode("utf-8", "replace") for piece in pieces + [data[start:]] if piece]


def json_lines(data: bytes) -> list[str]:
    lines = [line for line in without_mark(data).split(b"\n") if has_text(line)]
    return [json.loads(line.decode("utf-8", "replace"))["text"] for line in lines]


def text_files(name: str) -> list[Path]:
    """The files of an obtained corpus, of a folder, or the one file that is named."""
    obtained = home() / "cache" / "corpora" / name / "documents.jsonl"
    if name and "/" not in name and obtained.is_file():
        return [obtained]
    path = Path(name).expanduser()
    if path.is_dir():
        known = TEXT_EXTENSIONS | JSON_LINES_EXTENSIONS
        found = [file for file in path.rglob("*") if file.is_file() and file.suffix.lower() in known]
        shown = [file for file in found if not any(part.startswith(".") for part in file.relative_to(path).parts)]
        return sorted(shown, key=lambda file: os.fsencode(file))
    if not name or not path.is_file():
        raise ValueError(f"there is no text {name}: `efficientllm corpus get {name}`, or give the path of a file")
    return [path]


def read_text(name: str) -> str:
    """The documents with a blank line between them, until there are 1 MiB of them."""
    files, documents = text_files(name), []
    is_folder = Path(name).expanduser().is_dir()
    for file in files:
        data = file.read_bytes()
        if file.suffix.lower() in JSON_LINES_EXTENSIONS:
            documents += json_lines(data)
        elif is_folder:
            documents.append(without_mark(data).decode("utf-8", "replace"))
        else:
            documents += sections(data)
    text, size = [], 0
    for document in documents:
        data = document.encode("utf-8", "surrogatepass")
        if not has_text(data):
            continue
        size += len(data) + (2 if text else 0)
        text.append(document)
        if size >= MAXIMUM_TEXT_BYTES:
            break
    return "\n\n".join(text)


@dataclasses.dataclass(frozen=True)
class PromptText:
    """The text as one model's tokens.

    `prefix` is what the tokenizer puts before every text; `sizes` are the bytes that each token of the text stands for.
    """

    tokens: list[int]
    prefix: list[int]
    sizes: list[int]

    def prompt(self, index: int, count: int) -> list[int]:
        body = count - len(self.prefix)
        start = index * body % max(1, len(self.tokens) - body)
        return self.prefix + self.tokens[start : start + body]

    def windows(self, limit: int, length: int = WINDOW) -> list[tuple[list[int], int, int]]:
        """Each window's tokens, how many of them, the last ones, are predicted, and the bytes of these."""
        body, end = length - len(self.prefix), min(limit, len(self.tokens))
        windows = []
        for start in range(0, end, body):
            stop = min(end, start + body)
            given = self.prefix + self.tokens[start:stop]
            predicted = len(given) - 1
            if predicted > 0:
                windows.append((given, predicted, sum(self.sizes[stop - predicted : stop])))
        return windows


# What is prepared once for a model and kept: it takes longer than a trial, and is no part of one.


@dataclasses.dataclass(frozen=True)
class Shape:
    """What the cost of a model is counted from."""

    parameters: int
    weight_bytes: int
    """Of the file, as its tensors are packed."""
    layers: int
    width: int
    heads: int
    kv_heads: int
    head_width: int
    intermediate: int
    vocabulary: int
    context: int
    window: int | None = None
    windowed_layers: int = 0

    def flops_per_token(self, length: int) -> float:
        """Of one token's forward pass in a causal sequence of `length`: a multiply and an add for each weight of a
        matrix and each pair of positions that mask and window leave, as the engine counts them."""
        weights = self.layers * (
            2 * self.width * self.head_width * (self.heads + self.kv_heads) + 3 * self.width * self.intermediate
        )
        context = (self.layers - self.windowed_layers) * mean_context(length, None)
        context += self.windowed_layers * mean_context(length, self.window)
        return 2.0 * weights + 4.0 * self.heads * self.head_width * context + 2.0 * self.vocabulary * self.width

    @property
    def cache_elements_per_token(self) -> int:
        return 2 * self.layers * self.kv_heads * self.head_width

    def account(self, spec: InferSpec, bytes_per_weight: float, bytes_per_cached: int) -> dict:
        return {
            "parameters": self.parameters, "parameter_bytes": round(self.parameters * bytes_per_weight),
            "inference_flops_per_token": self.flops_per_token(spec.context),
            "cache_bytes_per_token": float(self.cache_elements_per_token * bytes_per_cached),
            "bits_per_weight": 8 * bytes_per_weight,
        }


def mean_context(length: int, window: int | None) -> float:
    """Positions a token of a causal sequence attends to on average."""
    if window is None or window >= length:
        return (length + 1) / 2
    return (window * (window + 1) / 2 + (length - window) * window) / length


def fingerprint(path: Path) -> str:
    """Tells a model's file from others without reading it: name, size and the time it was written."""
    path = path.resolve()
    files = [path] if path.is_file() else sorted(file for file in path.iterdir() if file.is_file())
    words = [f"{file} {file.stat().st_size} {file.stat().st_mtime_ns}" for file in files]
    return hashlib.sha256("\n".join(words).encode()).hexdigest()[:16]


def kept() -> Path:
    return home() / "cache" / "peers"


def prepared(what: str, *arguments: str) -> str:
    """Runs inference_prepare.py in a process of its own, so that nothing it loads stays in the trial's memory."""
    command = [sys.executable, str(Path(__file__).with_name("inference_prepare.py")), what, *arguments]
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=600)
    if result.returncode:
        raise ValueError(f"{' '.join(command)} left with status {result.returncode}: {result.stderr.strip()[-1000:]}")
    return result.stdout.strip().splitlines()[-1]


def model_text(model: Path, text: str) -> tuple[PromptText, Shape]:
    """The text in the model's tokens, and the model's shape."""
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    file = kept() / f"text-{fingerprint(model)}-{digest}.json"
    if not file.is_file():
        file.parent.mkdir(parents=True, exist_ok=True)
        source = file.with_suffix(f".{os.getpid()}.txt")
        source.write_text(text, encoding="utf-8", newline="")
        try:
            prepared("text", str(model), str(source), str(file))
        finally:
            source.unlink(missing_ok=True)
    content = json.loads(file.read_text())
    return PromptText(**content["text"]), Shape(**content["shape"])


def checked_text(spec: InferSpec, model: Path) -> tuple[PromptText, Shape]:
    """The text of a trial, where it is long enough, and the model can hold what is asked."""
    text, shape = model_text(model, read_text(spec.text))
    if len(text.tokens) < spec.prompt_tokens:
        raise ValueError(f"the text has {len(text.tokens)} tokens, fewer than a prompt of {spec.prompt_tokens}")
    longest = max(spec.context, WINDOW)
    if longest > shape.context:
        raise ValueError(f"{longest} positions are more than the model's context of {shape.context}")
    return text, shape


# What a trial tells.


class Steps:
    """Tells a round's steps, and counts them through the trial."""

    def __init__(self, spec: InferSpec):
        self.spec, self.index = spec, 0

    def tell(self, phase: str, start: int, end: int, tokens: int, samples: int, warmup: bool = False) -> None:
        emit(event="step", index=self.index, phase=phase, warmup=warmup, start_ns=start, end_ns=end, tokens=tokens,
             samples=samples)
        self.index += 1

    def prefill(self, start: int, end: int, warmup: bool) -> None:
        self.tell("prefill", start, end, self.spec.batch * self.spec.prompt_tokens, self.spec.batch, warmup)

    def decode(self, start: int, end: int, warmup: bool, steps: int = 1) -> None:
        self.tell("decode", start, end, self.spec.batch * steps, self.spec.batch, warmup)


def step_ends(arrivals: list[tuple[int, int]], last: int) -> list[tuple[int, int]]:
    """When each token was there in every sequence of a batch that runs in step.

    `arrivals` are (the count of a sequence's tokens so far, nanoseconds). Sequences run in step, so the last arrival
    with a count tells when that step ended; a sequence whose text is held back, in the middle of a character, does not
    matter as long as another one tells. Counts that nobody told are merged into the next: the result is (count, ns) in
    order, up to `last`. The ends never run backwards.
    """
    ends: dict[int, int] = {}
    for count, when in arrivals:
        ends[count] = max(ends.get(count, 0), when)
    if last not in ends:
        raise ValueError(f"token {last} never arrived; the last that did is {max(ends, default=0)}")
    result, latest = [], 0
    for count in sorted(count for count in ends if 1 <= count <= last):
        latest = max(latest, ends[count])
        result.append((count, latest))
    return result


def tell_started(spec: InferSpec, baseline: int | None, model: dict, prompts: list[list[int]], **environment) -> None:
    digest = hashlib.sha256(json.dumps(prompts).encode()).hexdigest()
    facts = {
        "device": "cpu", "threads": str(spec.threads), "data.text": spec.text, "data.model": Path(spec.model).name,
        "data.prompts sha256": digest,
    }
    emit(event="started", protocol=1, name=spec.method, pid=os.getpid(), monotonic_ns=time.monotonic_ns(),
         baseline_resident_bytes=baseline, tokens_planned=spec.tokens, model=model, environment=facts | environment)


def tell_memory(weights: int | None, caches: int | None, scratch: int | None) -> None:
    parts = {"weight_bytes": weights, "cache_bytes": caches, "scratch_bytes": scratch}
    emit(event="measure", id="memory", **{key: value for key, value in parts.items() if value is not None})


def run_trial(run, spec_file: Path) -> int:
    """Runs a peer's trial. One that cannot go on says so as a `failed` event."""
    try:
        run(json.loads(spec_file.read_text()))
        emit(event="finished", monotonic_ns=time.monotonic_ns())
        return 0
    except MemoryError as error:
        emit(event="failed", kind="out-of-memory", message=f"{error}")
    except (ValueError, KeyError, TypeError, OSError, RuntimeError, ImportError) as error:
        emit(event="failed", kind="error", message=f"{type(error).__name__}: {error}")
    return 1
