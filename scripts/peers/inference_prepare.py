#!/usr/bin/env python3
"""Prepares what the peers of the workload `infer` need of a model, once, in a process of its own.

    inference_prepare.py text MODEL TEXT.txt RESULT.json
        The text's tokens without special ones, what the tokenizer puts before every text, the bytes each token stands
        for, and the model's shape. The tokens of a GGUF file are llama.cpp's, for transformers' reading of a GGUF
        vocabulary does not keep every kind whole (the merges of Gemma's are lost); of a directory, transformers'.

    inference_prepare.py weights MODEL.gguf
        The file dequantised by transformers in fp32 and saved as a Hugging Face directory, under the cache of
        $EFFICIENTLLM_HOME: reading a GGUF file in Python takes up to a minute, many times longer than a trial. Prints where.

Needs scripts/requirements-peers.txt.
"""

import argparse
import dataclasses
import functools
import json
import os
import shutil
import sys
import tempfile
import urllib.request
from pathlib import Path

import inference_common as common


def write_whole(path: Path, content: dict) -> None:
    partial = path.with_suffix(f".{os.getpid()}.partial")
    partial.write_text(json.dumps(content))
    os.replace(partial, path)


class LlamaVocabulary:
    """llama.cpp's tokenizer of a GGUF file, asked over its server's loopback address."""

    def __init__(self, model: Path):
        import xllamacpp

        parameters = xllamacpp.CommonParams()
        parameters.model.path = str(model)
        parameters.n_ctx = 256
        parameters.n_parallel = 1
        parameters.warmup = False
        parameters.verbosity = -1
        self.server = xllamacpp.Server(parameters)

    def tokenize(self, text: str, special: bool) -> list[dict]:
        body = json.dumps({"content": text, "add_special": special, "with_pieces": True}).encode()
        request = urllib.request.Request(
            self.server.listening_address + "/tokenize", body, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request) as response:
            return json.load(response)["tokens"]

    def text(self, text: str) -> dict:
        pieces = self.tokenize(text, special=False)
        sizes = [len(piece["piece"].encode() if isinstance(piece["piece"], str) else piece["piece"]) for piece in pieces]
        prefix = [token["id"] for token in self.tokenize("", special=True)][:1]
        return {"tokens": [piece["id"] for piece in pieces], "prefix": prefix, "sizes": sizes}


def directory_text(model: Path, text: str) -> dict:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(model)
    encoded = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
    # Tokens of one character of several bytes all point at the whole of it: each byte is counted with the last.
    sizes, done = [], 0
    for _, end in encoded["offset_mapping"]:
        sizes.append(len(text[done:end].encode()) if end > done else 0)
        done = max(done, end)
    return {"tokens": encoded["input_ids"], "prefix": tokenizer("")["input_ids"][:1], "sizes": sizes}


def gguf_shape(model: Path) -> common.Shape:
    import gguf

    reader = gguf.GGUFReader(model)
    kind = reader.fields["general.architecture"].contents()

    def number(name: str, default: int | None = None) -> int:
        field = reader.fields.get(f"{kind}.{name}")
        value = default if field is None else field.contents()
        if not isinstance(value, int):
            raise ValueError(f"{model} has no number {kind}.{name}")
        return value

    # Frequencies of rotary positions are a table, not weights.
    tensors = [tensor for tensor in reader.tensors if not tensor.name.startswith("rope_")]
    heads, width, layers = number("attention.head_count"), number("embedding_length"), number("block_count")
    window = number("attention.sliding_window", 0) or None
    # Gemma 3 attends to everything in each sixth layer; the file does not say so.
    windowed = layers - layers // 6 if window and kind == "gemma3" else 0
    return common.Shape(
        parameters=sum(int(tensor.n_elements) for tensor in tensors),
        weight_bytes=sum(int(tensor.n_bytes) for tensor in reader.tensors), layers=layers, width=width, heads=heads,
        kv_heads=number("attention.head_count_kv", heads), head_width=number("attention.key_length", width // heads),
        intermediate=number("feed_forward_length"),
        vocabulary=next(int(tensor.shape[1]) for tensor in tensors if tensor.name == "token_embd.weight"),
        context=number("context_length"), window=window if windowed else None, windowed_layers=windowed,
    )


def directory_shape(model: Path) -> common.Shape:
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    config = AutoConfig.from_pretrained(model).get_text_config()
    with torch.device("meta"):
        skeleton = AutoModelForCausalLM.from_config(config)
    kinds = getattr(config, "layer_types", None) or []
    return common.Shape(
        parameters=sum(parameter.numel() for parameter in skeleton.parameters()),
        weight_bytes=sum(file.stat().st_size for file in model.glob("*.safetensors")), layers=config.num_hidden_layers,
        width=config.hidden_size, heads=config.num_attention_heads,
        kv_heads=getattr(config, "num_key_value_heads", None) or config.num_attention_heads,
        head_width=getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads,
        intermediate=config.intermediate_size, vocabulary=config.vocab_size, context=config.max_position_embeddings,
        window=getattr(config, "sliding_window", None), windowed_layers=kinds.count("sliding_attention"),
    )


def tokenizer_of(model: Path):
    """What gives a text's tokens, as `common.PromptText` has them."""
    return functools.partial(directory_text, model) if model.is_dir() else LlamaVocabulary(model).text


def prepare_text(model: Path, source: Path, result: Path) -> None:
    content = tokenizer_of(model)(source.read_bytes().decode())
    shape = directory_shape(model) if model.is_dir() else gguf_shape(model)
    write_whole(result, {"text": content, "shape": dataclasses.asdict(shape)})


def prepare_weights(model: Path) -> Path:
    target = common.kept() / f"weights-{common.fingerprint(model)}"
    if target.is_dir():
        return target
    import torch
    from transformers import AutoModelForCausalLM

    target.parent.mkdir(parents=True, exist_ok=True)
    loaded = AutoModelForCausalLM.from_pretrained(model.parent, gguf_file=model.name, dtype=torch.float32)
    partial = Path(tempfile.mkdtemp(prefix="weights-", suffix=".partial", dir=target.parent))
    try:
        loaded.save_pretrained(partial)
        os.replace(partial, target)
    except OSError:
        # Another process was faster.
        if not target.is_dir():
            raise
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return target


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="what", required=True)
    text = commands.add_parser("text")
    text.add_argument("model", type=Path)
    text.add_argument("source", type=Path)
    text.add_argument("result", type=Path)
    commands.add_parser("weights").add_argument("model", type=Path)
    options = parser.parse_args()
    if options.what == "text":
        prepare_text(options.model, options.source, options.result)
        print(options.result)
    else:
        print(prepare_weights(options.model))
    return 0


if __name__ == "__main__":
    sys.exit(main())
