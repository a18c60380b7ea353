#!/usr/bin/env python3
"""The PyTorch peer: trains the decoder that EfficientLLM trains, as one would plainly write it in PyTorch.

A Llama-shaped decoder (RMSNorm, rotary positions, SwiGLU, grouped-query attention, tied embeddings), fused AdamW,
cosine schedule, on the tokens and in the batch order that every trial of a study sees. It needs torch and nothing
else. Two ways to run it:

    train_pytorch.py --spec FILE
        A trial of a study (workload `command`): reads the trial's spec, speaks the trial protocol on standard output.

    train_pytorch.py --config FILE.json --tokens FILE.bin --steps N [--initial-weights FILE.safetensors] ...
        Trains and prints a JSON line a step: its loss, its seconds, its tokens a second.

Shapes: B samples, T tokens, H query heads, K key and value heads, D head dimension, E hidden size, V vocabulary.
"""

import argparse
import dataclasses
import json
import math
import os
import subprocess
import sys
import time
from pathlib import Path


def resident_bytes() -> int | None:
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return None


# Read before torch is there: what torch takes is part of what the trial takes.
BASELINE_BYTES = resident_bytes()

import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402
from torch import nn  # noqa: E402

# The model. Parameter names are those of Hugging Face checkpoints.


@dataclasses.dataclass(frozen=True)
class Shape:
    vocab_size: int
    hidden_size: int
    num_hidden_layers: int
    num_attention_heads: int
    num_key_value_heads: int
    intermediate_size: int
    tie_word_embeddings: bool = True
    attention_bias: bool = False  # on the query, key and value projections
    rope_theta: float = 10000.0
    rms_norm_eps: float = 1e-6

    @property
    def head_dim(self) -> int:
        return self.hidden_size // self.num_attention_heads

    @staticmethod
    def read(path: Path) -> "Shape":
        """From a checkpoint's config.json."""
        known = {field.name for field in dataclasses.fields(Shape)}
        return Shape(**{key: value for key, value in json.loads(path.read_text()).items() if key in known})


def qwen(hidden: int, layers: int, heads: int, intermediate: int) -> Shape:
    return Shape(151936, hidden, layers, heads, 2, intermediate, attention_bias=True, rope_theta=1e6)


PRESETS = {
    "tiny": Shape(4096, 256, 5, 8, 2, 704),
    "small": Shape(8192, 512, 9, 8, 2, 1408),
    "qwen2.5-0.5b": qwen(896, 24, 14, 4864),
    "qwen2.5-1.5b": qwen(1536, 28, 12, 8960),
    "qwen2.5-3b": qwen(2048, 36, 16, 11008),
}


class RMSNorm(nn.Module):
    def __init__(self, size: int, eps: float):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(size))
        self.eps = eps

    def forward(self, x):
        return F.rms_norm(x, self.weight.shape, self.weight, self.eps)


def rotary_table(shape: Shape, length: int, device) -> tuple[torch.Tensor, torch.Tensor]:
    """Cosines and sines [T, D], each frequency once for either half of the head."""
    exponents = torch.arange(0, shape.head_dim, 2, dtype=torch.float32, device=device) / shape.head_dim
    angles = torch.outer(torch.arange(length, dtype=torch.float32, device=device), shape.rope_theta**-exponents)
    angles = torch.cat((angles, angles), dim=-1)
    return angles.cos(), angles.sin()


def rotate(x, cosines, sines):
    first, second = x.chunk(2, dim=-1)
    return (x * cosines + torch.cat((-second, first), dim=-1) * sines).to(x.dtype)


class Attention(nn.Module):
    def __init__(self, shape: Shape):
        super().__init__()
        self.shape = shape
        width, narrow = shape.num_attention_heads * shape.head_dim, shape.num_key_value_heads * shape.head_dim
        self.q_proj = nn.Linear(shape.hidden_size, width, bias=shape.attention_bias)
        self.k_proj = nn.Linear(shape.hidden_size, narrow, bias=shape.attention_bias)
        self.v_proj = nn.Linear(shape.hidden_size, narrow, bias=shape.attention_bias)
        self.o_proj = nn.Linear(width, shape.hidden_size, bias=False)

    def forward(self, x, cosines, sines):
        batch, length, _ = x.shape
        query, key, value = (
            projection(x).view(batch, length, -1, self.shape.head_dim).transpose(1, 2)  # [B, H or K, T, D]
            for projection in (self.q_proj, self.k_proj, self.v_proj)
        )
        query, key = rotate(query, cosines, sines), rotate(key, cosines, sines)
        grouped = self.shape.num_key_value_heads != self.shape.num_attention_heads
        y = F.scaled_dot_product_attention(query, key, value, is_causal=True, enable_gqa=grouped)
        return self.o_proj(y.transpose(1, 2).reshape(batch, length, -1))  # [B, T, E]


class MLP(nn.Module):
    def __init__(self, shape: Shape):
        super().__init__()
        self.gate_proj = nn.Linear(shape.hidden_size, shape.intermediate_size, bias=False)
        self.up_proj = nn.Linear(shape.hidden_size, shape.intermediate_size, bias=False)
        self.down_proj = nn.Linear(shape.intermediate_size, shape.hidden_size, bias=False)

    def forward(self, x):
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))


class Block(nn.Module):
    def __init__(self, shape: Shape):
        super().__init__()
        self.input_layernorm = RMSNorm(shape.hidden_size, shape.rms_norm_eps)
        self.self_attn = Attention(shape)
        self.post_attention_layernorm = RMSNorm(shape.hidden_size, shape.rms_norm_eps)
        self.mlp = MLP(shape)

    def forward(self, x, cosines, sines):
        x = x + self.self_attn(self.input_layernorm(x), cosines, sines)
        return x + self.mlp(self.post_attention_layernorm(x))


class Decoder(nn.Module):
    def __init__(self, shape: Shape):
        super().__init__()
        self.shape = shape
        self.model = nn.ModuleDict({
            "embed_tokens": nn.Embedding(shape.vocab_size, shape.hidden_size),
            "layers": nn.ModuleList(Block(shape) for _ in range(shape.num_hidden_layers)),
            "norm": RMSNorm(shape.hidden_size, shape.rms_norm_eps),
        })
        self.lm_head = nn.Linear(shape.hidden_size, shape.vocab_size, bias=False)
        if shape.tie_word_embeddings:
            self.lm_head.weight = self.model.embed_tokens.weight
        self.tables: dict[int, tuple[torch.Tensor, torch.Tensor]] = {}

    def forward(self, tokens):
        """Logits [B, T, V] of tokens [B, T]."""
        x = self.model.embed_tokens(tokens)  # [B, T, E]
        length = tokens.shape[1]
        if length not in self.tables:
            self.tables[length] = rotary_table(self.shape, length, x.device)
        cosines, sines = self.tables[length]
        for layer in self.model.layers:
            x = layer(x, cosines, sines)
        return self.lm_head(self.model.norm(x))

    def initialise(self, seed: int) -> None:
        """Normal with deviation 0.02; smaller where a projection ends in the residual stream. Norms 1, biases 0."""
        torch.manual_seed(seed)
        narrow = 0.02 / math.sqrt(2 * self.shape.num_hidden_layers)
        with torch.no_grad():
            for name, parameter in self.named_parameters():
                if name.endswith(".bias"):
                    parameter.zero_()
                elif parameter.dim() >= 2:
                    parameter.normal_(0, narrow if name.endswith(("o_proj.weight", "down_proj.weight")) else 0.02)

    def load(self, path: Path) -> None:
        """All parameters from a safetensors file: nothing missing, nothing left over."""
        tensors = read_safetensors(path)
        if self.shape.tie_word_embeddings:
            tensors.setdefault("lm_head.weight", tensors["model.embed_tokens.weight"])
        self.load_state_dict(tensors, strict=True)

    def account(self, sequence_length: int) -> dict:
        """Parameters, and floating-point operations of the matrix products: two for each weight, and for each pair of
        positions that the causal mask leaves, (T + 1) / 2 a token. Backward is twice forward."""
        shape = self.shape
        parameters = sum(parameter.numel() for parameter in self.parameters())
        products = sum(p.numel() for name, p in self.named_parameters() if p.dim() == 2 and "embed_tokens" not in name)
        if shape.tie_word_embeddings:
            products += shape.vocab_size * shape.hidden_size
        scores = (sequence_length + 1) * shape.num_attention_heads * shape.head_dim * shape.num_hidden_layers
        width = next(self.parameters()).element_size()
        return {
            "parameters": parameters,
            "parameter_bytes": sum(p.numel() * p.element_size() for p in self.parameters()),
            "training_flops_per_token": 6 * (products + scores),
            "inference_flops_per_token": 2 * (products + scores),
            "cache_bytes_per_token": 2 * shape.num_key_value_heads * shape.head_dim * shape.num_hidden_layers * width,
        }


def read_safetensors(path: Path) -> dict[str, torch.Tensor]:
    """The tensors of a safetensors file (its length-prefixed JSON header, then the bytes)."""
    types = {"F32": torch.float32, "BF16": torch.bfloat16, "F16": torch.float16, "I64": torch.int64}
    content = bytearray(path.read_bytes())
    start = 8 + int.from_bytes(content[:8], "little")
    tensors = {}
    for name, entry in json.loads(content[8:start]).items():
        if name != "__metadata__":
            first, last = entry["data_offsets"]
            data = torch.frombuffer(content[start + first : start + last], dtype=types[entry["dtype"]])
            tensors[name] = data.reshape(entry["shape"])
    return tensors


# The data: the tokens every trial of a study sees, in the same order.

def epoch_order(windows: int, seed: int, epoch: int) -> list[int]:
    """A Fisher-Yates shuffle of 0..<windows by SplitMix64."""
    mask = 2**64 - 1
    state, order = (seed * 0x9E3779B97F4A7C15 + epoch) & mask, list(range(windows))
    for i in range(windows - 1, 0, -1):
        state = (state + 0x9E3779B97F4A7C15) & mask
        z = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
        j = (z ^ (z >> 31)) % (i + 1)
        order[i], order[j] = order[j], order[i]
    return order


class Tokens:
    """A file of little-endian 32-bit tokens, mapped, and its batches of windows."""

    def __init__(self, path: Path):
        count = path.stat().st_size // 4
        self.all = torch.from_file(str(path), size=count, dtype=torch.int32)
        self.order: tuple[tuple, list[int]] = ((), [])

    def window(self, sample: int, length: int, seed: int) -> int:
        windows = (len(self.all) - 1) // length
        if windows < 1:
            raise ValueError(f"{len(self.all)} tokens are too few for one sequence of {length}")
        key = (windows, seed, sample // windows)
        if self.order[0] != key:
            self.order = (key, epoch_order(*key))
        return self.order[1][sample % windows]

    def batch(self, step: int, size: int, length: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Inputs and targets [B, T] of a step."""
        starts = [self.window(step * size + i, length, seed) * length for i in range(size)]
        rows = torch.stack([self.all[start : start + length + 1] for start in starts]).long()
        return rows[:, :-1].contiguous(), rows[:, 1:].contiguous()


# Training.

def learning_rate(step: int, steps: int, peak: float, warmup: int | None = None) -> float:
    """Linear warm-up over a tenth of the steps (10 to 100 of them), then a cosine down to a tenth of the peak."""
    warmup = max(10, min(100, steps // 10)) if warmup is None else warmup
    if step < warmup:
        return peak * (step + 1) / warmup
    lowest = 0.1 * peak
    return lowest + 0.5 * (peak - lowest) * (1 + math.cos(math.pi * (step - warmup) / max(1, steps - warmup)))


class Trainer:
    def __init__(self, shape: Shape, weights: Path | None, tokens: Tokens, steps: int, batch: int, length: int, seed: int,
                 peak: float, precision: str, device: str, rate_warmup: int | None = None):
        if precision not in {"fp32", "bf16", "bf16-pure"}:
            raise ValueError(f"the precision {precision} is not one of fp32, bf16, bf16-pure")
        model = Decoder(shape)
        if weights:
            model.load(weights)
        else:
            model.initialise(seed)
        self.device = torch.device(device)
        self.model = model.to(self.device, torch.bfloat16 if precision == "bf16-pure" else torch.float32)
        self.tokens, self.steps, self.batch, self.length, self.seed = tokens, steps, batch, length, seed
        self.peak, self.rate_warmup = peak, rate_warmup
        self.autocast = torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=precision == "bf16")
        decayed = [parameter for parameter in model.parameters() if parameter.dim() >= 2]
        others = [parameter for parameter in model.parameters() if parameter.dim() < 2]
        groups = [{"params": decayed, "weight_decay": 0.1}, {"params": others, "weight_decay": 0.0}]
        self.optimizer = torch.optim.AdamW(groups, lr=peak, betas=(0.9, 0.95), eps=1e-8, fused=True)

    def loss(self, inputs, targets):
        with self.autocast:
            logits = self.model(inputs)
        return F.cross_entropy(logits.float().flatten(0, 1), targets.flatten())

    def step(self, index: int) -> float:
        """One step of the optimizer. Returns the batch's mean loss, so the device has finished when it returns."""
        inputs, targets = self.tokens.batch(index, self.batch, self.length, self.seed)
        loss = self.loss(inputs.to(self.device), targets.to(self.device))
        loss.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate(index, self.steps, self.peak, self.rate_warmup)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        value = loss.item()
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)
        return value

    @torch.no_grad()
    def held_out(self, tokens: Tokens, documents: list[dict], limit: int | None = None, rows: int = 16) -> list[dict]:
        """The documents with their negative log-likelihoods. Each is cut into windows that do not overlap; every token
        after its first is predicted once, from the tokens before it in its window. With a limit, about so many are
        predicted in all: each document is cut off at its equal share."""
        share = max(self.length, limit // max(1, len(documents))) if limit else None
        pieces, results, totals = [], [], [0.0] * len(documents)
        for position, document in enumerate(documents):
            first, end = document["tokens"][0], document["tokens"][1] - 1  # the last token is a target alone
            stop = min(end, first + share) if share else end
            pieces += [(position, start, min(start + self.length, stop)) for start in range(first, stop, self.length)]
            results.append({"id": document["id"], "tokens": stop - first})
            if stop == end:
                results[-1]["bytes"] = document["bytes"]
        for begin in range(0, len(pieces), rows):
            chosen = pieces[begin : begin + rows]
            inputs = torch.zeros(len(chosen), self.length, dtype=torch.long)
            targets = torch.full_like(inputs, -100)
            for row, (_, start, stop) in enumerate(chosen):
                inputs[row, : stop - start] = tokens.all[start:stop]
                targets[row, : stop - start] = tokens.all[start + 1 : stop + 1]
            with self.autocast:
                logits = self.model(inputs.to(self.device))
            losses = F.cross_entropy(logits.float().transpose(1, 2), targets.to(self.device), reduction="none")
            for (position, _, _), total in zip(chosen, losses.double().sum(dim=1).tolist()):
                totals[position] += total
        return [{**result, "nll": total} for result, total in zip(results, totals)]

    def unigram_perplexity(self, tokens: Tokens, documents: list[dict], results: list[dict]) -> float:
        """Of the predicted tokens, under the training tokens' counts with one added to each."""
        vocabulary = self.model.shape.vocab_size
        counts = torch.bincount(self.tokens.all.long(), minlength=vocabulary).double() + 1
        surprise = -(counts / counts.sum()).log()
        starts = [document["tokens"][0] + 1 for document in documents]
        predicted = [tokens.all[s : s + result["tokens"]].long() for s, result in zip(starts, results)]
        return surprise[torch.cat(predicted)].mean().exp().item()


# A trial of a study.


def emit(**fields) -> None:
    print(json.dumps(fields), flush=True)


class TrialSettings:
    """The settings of a trial, under the names that the workload `train` gives them. Unknown ones are refused."""

    def __init__(self, settings: dict):
        settings = dict(settings)
        if (name := str(settings.pop("model", "tiny"))) not in PRESETS:
            raise ValueError(f"there is no model {name}; there are {', '.join(PRESETS)}")
        shape = PRESETS[name]
        keys = {
            "vocabulary": "vocab_size", "layers": "num_hidden_layers", "width": "hidden_size",
            "heads": "num_attention_heads", "kv-heads": "num_key_value_heads", "intermediate": "intermediate_size",
            "tied-embeddings": "tie_word_embeddings", "attention-bias": "attention_bias",
        }
        shape = dataclasses.replace(shape, **{keys[key]: settings.pop(key) for key in keys if key in settings})
        heads = {"mha": shape.num_attention_heads, "gqa": shape.num_key_value_heads, "mqa": 1}
        attention = str(settings.pop("attention", "gqa")).lower()
        if attention not in heads:
            raise ValueError(f"the attention {attention} is not one of {', '.join(heads)}")
        self.shape = dataclasses.replace(shape, num_key_value_heads=heads[attention])
        self.corpus = str(settings.pop("corpus", "austen"))
        self.vocabulary = settings.pop("tokenizer-vocabulary", self.shape.vocab_size)
        self.held_out_fraction = settings.pop("held-out-fraction", None)
        self.evaluation_tokens = settings.pop("evaluation-tokens", None)
        weights = settings.pop("initial-weights", None)
        self.weights = Path(weights) if weights else None
        self.rate = float(settings.pop("learning-rate", 1e-3))
        self.rate_warmup = settings.pop("learning-rate-warmup", None)
        device = str(settings.pop("device", "auto"))
        self.device = ("cuda" if torch.cuda.is_available() else "cpu") if device == "auto" else device
        settings.pop("checkpoint-every", None)  # changes nothing of the work
        if settings.pop("hold", "depth-and-width") != "depth-and-width":
            raise ValueError("this script holds depth and width only")
        if settings:
            raise ValueError(f"there is no setting {', '.join(settings)}")

    def prepared_corpus(self) -> dict:
        """Where the corpus's tokens lie. efficientllm makes them where they are not there yet."""
        program = os.environ.get("EFFICIENTLLM_PROGRAM", "efficientllm")
        command = [program, "corpus", "prepare", self.corpus, "--format", "json", "--vocabulary", str(self.vocabulary)]
        if self.held_out_fraction is not None:
            command += ["--held-out-fraction", str(self.held_out_fraction)]
        try:
            return json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
        except FileNotFoundError:
            raise ValueError(f"there is no program {program}: set EFFICIENTLLM_PROGRAM to it") from None
        except subprocess.CalledProcessError as error:
            raise ValueError(f"`{' '.join(command)}` left with status {error.returncode}") from None


def run_trial(spec: dict) -> int:
    work, step = spec["work"], None
    try:
        torch.set_num_threads(spec["threads"])
        settings = TrialSettings(spec["settings"])
        corpus = settings.prepared_corpus()
        length, batch = work["sequenceLength"], work["tokensPerStep"] // work["sequenceLength"]
        steps = work["tokens"] // work["tokensPerStep"]
        trainer = Trainer(
            settings.shape, settings.weights, Tokens(Path(corpus["train"])), steps, batch, length, spec["seed"],
            settings.rate, spec["precision"], settings.device, settings.rate_warmup,
        )
        emit(
            event="started", protocol=1, name=spec["method"], pid=os.getpid(), monotonic_ns=time.monotonic_ns(),
            baseline_resident_bytes=BASELINE_BYTES, steps_planned=steps, tokens_planned=steps * batch * length,
            model=trainer.model.account(length),
            environment={"torch": torch.__version__, "device": str(next(trainer.model.parameters()).device), "data.sha256": corpus["content_hash"]},
        )
        for step in range(steps):
            begin = time.monotonic_ns()
            loss = trainer.step(step)
            end = time.monotonic_ns()
            if not math.isfinite(loss):
                emit(event="failed", kind="diverged", message=f"the loss is {loss}", step=step)
                return 1
            emit(event="step", index=step, phase="train", warmup=step < work["warmupSteps"], start_ns=begin, end_ns=end,
                 tokens=batch * length, samples=batch, loss=loss)
        tokens, documents = Tokens(Path(corpus["held_out"])), corpus["held_out_documents"]
        results = trainer.held_out(tokens, documents, settings.evaluation_tokens)
        emit(event="measure", id="held-out", documents=results,
             unigram_perplexity=trainer.unigram_perplexity(tokens, documents, results))
        emit(event="finished", monotonic_ns=time.monotonic_ns())
        return 0
    except torch.cuda.OutOfMemoryError as error:
        emit(event="failed", kind="out-of-memory", message=str(error), step=step)
    except (ValueError, KeyError, OSError, RuntimeError) as error:
        emit(event="failed", kind="error", message=f"{type(error).__name__}: {error}", step=step)
    return 1


def run_plain(arguments) -> None:
    """Trains on one token file and prints a line a step: for comparing losses and speed."""
    torch.set_num_threads(arguments.threads)
    trainer = Trainer(
        Shape.read(arguments.config), arguments.initial_weights, Tokens(arguments.tokens), arguments.schedule_steps
        or arguments.steps, arguments.batch_size, arguments.sequence_length, arguments.seed, arguments.learning_rate,
        arguments.precision, arguments.device,
    )
    tokens = arguments.batch_size * arguments.sequence_length
    times = []
    for step in range(arguments.steps):
        begin = time.monotonic_ns()
        loss = trainer.step(step)
        times.append((time.monotonic_ns() - begin) / 1e9)
        emit(step=step, loss=loss, seconds=times[-1], tokens_per_second=tokens / times[-1])
    measured = times[min(arguments.warmup_steps, len(times) - 1) :]
    emit(
        steps=len(times), measured_steps=len(measured), tokens_per_second=tokens * len(measured) / sum(measured),
        median_tokens_per_second=tokens / sorted(measured)[len(measured) // 2], threads=arguments.threads,
        precision=arguments.precision, torch=torch.__version__, device=arguments.device,
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--spec", type=Path, help="a trial's spec: run it and speak the trial protocol")
    parser.add_argument("--config", type=Path, help="the model, as a checkpoint's config.json")
    parser.add_argument("--tokens", type=Path, help="the training tokens: little-endian 32-bit integers")
    parser.add_argument("--initial-weights", type=Path, help="safetensors; else random from the seed")
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--schedule-steps", type=int, help="the steps the learning rate is planned for (default: --steps)")
    parser.add_argument("--warmup-steps", type=int, default=5, help="steps left out of the speed")
    parser.add_argument("--batch-size", type=int, default=16)
    parser.add_argument("--sequence-length", type=int, default=256)
    parser.add_argument("--learning-rate", type=float, default=1e-3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--precision", default="fp32", help="fp32, bf16 (autocast over fp32 weights) or bf16-pure")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--device", default="cpu")
    arguments = parser.parse_args()
    if arguments.spec:
        return run_trial(json.loads(arguments.spec.read_text()))
    if not arguments.config or not arguments.tokens:
        parser.error("give --spec, or --config and --tokens")
    run_plain(arguments)
    return 0


if __name__ == "__main__":
    sys.exit(main())
