#!/usr/bin/env python3
"""Writes what llama.cpp's own converter makes of the family oracles: Tests/ModelsTests/Fixtures/families/converted.json.

For each case of families_oracle.py the converter of llama.cpp (the `conversion` package of its sources, which the source
package llama-cpp-python==0.3.36 carries under vendor/llama.cpp) reads the saved checkpoint and writes a GGUF file. Kept of
it are

    architecture   general.architecture
    metadata       the architecture's keys
    tensors        for each tensor its shape, outermost dimension first, and the sum over its elements x_i of
                   x_i cos(i / 10): the order of elements shows in it
    factors        the values of rotary factors

Tokenizers are left out. Run it where families_oracle.py runs:

    python scripts/oracles/gguf_families_oracle.py --llama-cpp PATH_TO/vendor/llama.cpp
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path

import numpy
from safetensors.torch import load_file, save_file

FIXTURES = Path(__file__).resolve().parents[2] / "Tests" / "ModelsTests" / "Fixtures" / "families"
CASES = [
    "llama-linear", "llama3-scaling", "llama-yarn", "qwen2-window", "qwen3", "qwen3-moe-normalised", "mistral-window",
    "mixtral", "phi3-long", "phi3-window", "gemma3", "gpt-neox", "deepseek-v2-moe", "deepseek-v2-groups", "bert",
]  # fmt: skip


def plain(value):
    if isinstance(value, (list, tuple, numpy.ndarray)):
        return [plain(each) for each in value]
    return value.item() if isinstance(value, numpy.generic) else value


def convert(case: str, base, folder: Path) -> dict:
    import gguf
    import torch
    from conversion import get_model_architecture, get_model_class
    from conversion.base import ModelType

    tensors = load_file(FIXTURES / f"{case}.safetensors")
    weights = {name.removeprefix("weights/"): tensor for name, tensor in tensors.items() if name.startswith("weights/")}
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    (folder / "config.json").write_text((FIXTURES / f"{case}.json").read_text())
    # The converter looks up how many tokens there are.
    vocabulary = {str(index): index for index in range(61)}
    tokenizer = {"model": {"vocab": vocabulary}, "added_tokens": []}
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer))
    hparams = base.load_hparams(folder, False)
    model_class = get_model_class(get_model_architecture(hparams, ModelType.TEXT), mmproj=False)
    model_class.set_vocab = lambda self: None
    path = folder / "model.gguf"
    with torch.inference_mode():
        model_class(folder, gguf.LlamaFileType.ALL_F32, path, hparams=hparams).write()
    reader = gguf.GGUFReader(path)
    architecture = reader.fields["general.architecture"].contents()
    shapes, factors = {}, {}
    for tensor in reader.tensors:
        values = gguf.quants.dequantize(tensor.data, tensor.tensor_type).astype(numpy.float64)
        total = float((values.reshape(-1) * numpy.cos(numpy.arange(values.size) / 10)).sum())
        shapes[tensor.name] = [[int(size) for size in reversed(tensor.shape)], round(total, 6)]
        if tensor.name.startswith("rope_"):
            factors[tensor.name] = [float(value) for value in values]
    metadata = {
        key: plain(field.contents()) for key, field in reader.fields.items() if key.startswith(f"{architecture}.")
    }
    return dict(architecture=architecture, metadata=metadata, tensors=shapes, factors=factors)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--llama-cpp", type=Path, required=True, help="llama.cpp's sources")
    arguments = parser.parse_args()
    sys.path[:0] = [str(arguments.llama_cpp), str(arguments.llama_cpp / "gguf-py")]
    from conversion.base import ModelBase

    listed = {}
    for case in CASES:
        with tempfile.TemporaryDirectory() as folder:
            listed[case] = convert(case, ModelBase, Path(folder))
        print(f"{case}: {listed[case]['architecture']}, {len(listed[case]['tensors'])} tensors")
    (FIXTURES / "converted.json").write_text(json.dumps(listed, separators=(",", ":"), sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
