#!/usr/bin/env python3
"""Writes a GGUF file again with its matrices in BF16 (or F16, F32), so that a peer can run the very weights that
EfficientLLM runs: dequantised, then rounded to nearest even.

    dequantize_gguf.py SOURCE.gguf TARGET.gguf [--type bf16|f16|f32]

Vectors (norms, biases) stay in F32, as llama.cpp wants them. Needs the `gguf` package.
"""

import argparse
import os
import sys

import gguf
import numpy as np

TYPES = {
    "bf16": gguf.GGMLQuantizationType.BF16,
    "f16": gguf.GGMLQuantizationType.F16,
    "f32": gguf.GGMLQuantizationType.F32,
}
FILE_TYPES = {
    "bf16": gguf.LlamaFileType.MOSTLY_BF16,
    "f16": gguf.LlamaFileType.MOSTLY_F16,
    "f32": gguf.LlamaFileType.ALL_F32,
}


def copy_metadata(reader: gguf.GGUFReader, writer: gguf.GGUFWriter, file_type: int) -> None:
    """All that the file says of itself, but how its weights are packed."""
    for field in reader.fields.values():
        if field.name.startswith("GGUF.") or field.name in ("general.architecture", "general.quantization_version"):
            continue
        if field.name == "general.file_type":
            writer.add_file_type(file_type)
            continue
        kind = field.types[0]
        inner = field.types[-1] if kind == gguf.GGUFValueType.ARRAY else None
        writer.add_key_value(field.name, field.contents(), kind, sub_type=inner)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source")
    parser.add_argument("target")
    parser.add_argument("--type", choices=sorted(TYPES), default="bf16")
    options = parser.parse_args()

    reader = gguf.GGUFReader(options.source)
    architecture = reader.fields["general.architecture"].contents()
    partial = options.target + ".partial"
    writer = gguf.GGUFWriter(partial, architecture)
    copy_metadata(reader, writer, FILE_TYPES[options.type])
    for tensor in reader.tensors:
        values = gguf.dequantize(tensor.data, tensor.tensor_type).astype(np.float32)
        values = values.reshape([int(size) for size in reversed(tensor.shape)])
        kind = TYPES[options.type] if values.ndim > 1 else gguf.GGMLQuantizationType.F32
        writer.add_tensor(tensor.name, gguf.quantize(values, kind), raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    os.replace(partial, options.target)
    return 0


if __name__ == "__main__":
    sys.exit(main())
