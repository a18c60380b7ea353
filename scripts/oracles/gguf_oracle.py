#!/usr/bin/env python3
"""Writes the oracles of the GGUF room: Tests/GGUFTests/Fixtures/*.gguf and the fuzzer's corpus under fuzz/.

<type>.gguf, one for each type that is read, written by gguf-py:

    packed      [2, 3, two blocks] of the type
    expected    F32 of the same shape: what gguf-py's dequantize makes of it
    rounded     BF16 of the same shape: what gguf-py's quantize makes of `expected`

gguf-py quantises the 32-element types from random numbers; for K-quants, which it only reads, the blocks are random
bytes. In both, one block has an infinite scale and one a NaN, so that these are seen to spread as they should.

metadata.gguf holds every type of value. fuzz/valid-*.gguf are small files the reader must take, fuzz/refused-*.gguf
small ones it must refuse, each for what its name says.

real-models.json, written when --models names a folder, has a checksum of the first and last row of every tensor of the
GGUF files found there: the sum over i of (2 i + 1) times the bits of element i as fp32, modulo 2^64.

Run it in the environment of scripts/requirements-oracles.txt.
"""

import argparse
import json
import struct
from pathlib import Path

import gguf
import numpy as np
from gguf import GGMLQuantizationType as Type
from gguf import GGUFValueType as Value

FIXTURES = Path(__file__).resolve().parents[2] / "Tests" / "GGUFTests" / "Fixtures"
QUANTISED = ["Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0"]
# K-quants with the offsets of the half-precision scales in a block.
K_SCALES = {"Q2_K": [80, 82], "Q3_K": [108], "Q4_K": [0, 2], "Q5_K": [0, 2], "Q6_K": [208]}
PLAIN = {"I8": np.int8, "I16": np.int16, "I32": np.int32, "I64": np.int64, "F64": np.float64}
SHAPE = (2, 3)


def random_halves(rng, shape):
    """Finite scales of every magnitude, both signs, zeros and subnormals among them."""
    bits = rng.integers(0, 1 << 16, shape, dtype=np.uint16)
    bits = np.where(bits & 0x7C00 == 0x7C00, bits & 0xBFFF, bits).astype(np.uint16)
    return bits


def packed_blocks(rng, name, per_row):
    kind = Type[name]
    elements, size = gguf.GGML_QUANT_SIZES[kind]
    if name in QUANTISED:
        values = (rng.standard_normal((*SHAPE, per_row * elements)) * 10 ** rng.uniform(-4, 2, (*SHAPE, 1)))
        data = gguf.quantize(values.astype(np.float32), kind)
        blocks = data.reshape(-1, size).copy()
        scales = [0]
    else:
        blocks = rng.integers(0, 256, (int(np.prod(SHAPE)) * per_row, size), dtype=np.uint8)
        scales = K_SCALES[name]
        for offset in scales:
            halves = random_halves(rng, len(blocks))
            blocks[:, offset : offset + 2] = halves.view(np.uint8).reshape(-1, 2)
    blocks[-1, scales[0] : scales[0] + 2] = np.frombuffer(struct.pack("<H", 0x7C00), np.uint8)
    blocks[-2, scales[-1] : scales[-1] + 2] = np.frombuffer(struct.pack("<H", 0xFE12), np.uint8)
    return blocks.reshape(*SHAPE, per_row * size)


def plain_values(rng, name):
    shape = (*SHAPE, 37)
    if name == "F32":
        return rng.integers(0, 1 << 32, shape, dtype=np.uint32).view(np.float32)
    if name == "F16":
        return rng.integers(0, 1 << 16, shape, dtype=np.uint16).view(np.float16)
    if name == "F64":
        return rng.standard_normal(shape) * 10.0 ** rng.integers(-60, 60, shape)
    if name == "BF16":
        return rng.integers(0, 1 << 16, shape, dtype=np.uint16)
    kind = PLAIN[name]
    return rng.integers(np.iinfo(kind).min, np.iinfo(kind).max, shape, dtype=kind)


def write(path, tensors, metadata=lambda writer: None, alignment=None):
    writer = gguf.GGUFWriter(path, "test")
    if alignment:
        writer.add_custom_alignment(alignment)
    metadata(writer)
    for name, (data, kind) in tensors.items():
        writer.add_tensor(name, data, raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def type_tensors(name, rng):
    with np.errstate(all="ignore"):
        if name in QUANTISED or name in K_SCALES:
            packed = packed_blocks(rng, name, 2)
            expected = gguf.dequantize(packed, Type[name])
        elif name == "BF16":
            packed = plain_values(rng, name)
            expected = gguf.dequantize(packed.view(np.uint8), Type.BF16)
        else:
            packed = plain_values(rng, name)
            expected = packed.astype(np.float32)
        # The bits of BF16 are copied, where gguf-py would make its signalling NaNs quiet.
        rounded = packed if name == "BF16" else gguf.quantize(expected, Type.BF16).view(np.uint16)
    packed = packed.view(np.uint8) if name == "BF16" else packed
    return {
        "packed": (packed, Type[name]),
        "expected": (expected, Type.F32),
        "rounded": (rounded.view(np.uint8), Type.BF16),
    }


def every_value(writer):
    writer.add_uint8("number.uint8", 0xFE)
    writer.add_int8("number.int8", -2)
    writer.add_uint16("number.uint16", 0xFFFE)
    writer.add_int16("number.int16", -300)
    writer.add_uint32("number.uint32", 0xFFFFFFFE)
    writer.add_int32("number.int32", -70_000)
    writer.add_uint64("number.uint64", (1 << 64) - 2)
    writer.add_int64("number.int64", -(1 << 63))
    writer.add_float32("number.float32", 0.1)
    writer.add_float64("number.float64", 0.1)
    writer.add_bool("flag.true", True)
    writer.add_bool("flag.false", False)
    writer.add_string("text.plain", "hello")
    # gguf-py leaves out empty strings and arrays unless told the type.
    writer.add_key_value("text.empty", "", Value.STRING)
    writer.add_string("text.wide", "héllo 👋🏽 \u0000 ▁")
    writer.add_array("array.strings", ["a", "", "▁the", "<0x0A>"])
    writer.add_array("array.floats", [0.5, -1.25, 1e30])
    writer.add_array("array.integers", [1, -2, 3])
    writer.add_array("array.bools", [True, False, True])
    writer.add_array("array.bytes", bytes(range(250, 256)))
    writer.add_array("array.nested", [[1, 2], [3]])


class Raw:
    """A file put together by hand, with whatever contradiction is wanted."""

    def __init__(self, version=3, tensors=0, values=0, magic=b"GGUF"):
        self.bytes = magic + struct.pack("<IQQ", version, tensors, values)

    def pack(self, format, *values):
        self.bytes += struct.pack("<" + format, *values)
        return self

    def string(self, text, length=None):
        data = text if isinstance(text, bytes) else text.encode()
        return self.pack("Q", len(data) if length is None else length).raw(data)

    def raw(self, data):
        self.bytes += data
        return self

    def value(self, key, kind, format="", *values):
        return self.string(key).pack("I", int(kind)).pack(format, *values)

    def tensor(self, name, dims, kind=0, offset=0):
        return self.string(name).pack("I", len(dims)).pack(f"{len(dims)}Q", *dims).pack("IQ", int(kind), offset)

    def data(self, count, alignment=32):
        self.bytes += bytes(-len(self.bytes) % alignment)
        return self.raw(bytes(range(256)) * (count // 256) + bytes(range(count % 256)))


def handmade():
    """Files that must be taken, and files that must be refused."""
    most = (1 << 64) - 1
    array, string = int(Value.ARRAY), int(Value.STRING)
    nested = Raw(values=1).value("a", array)
    for _ in range(40):
        nested.pack("IQ", array, 1)
    valid = {
        "empty": Raw(),
        "version-2": Raw(version=2, tensors=1, values=1).value("a", 4, "I", 7).tensor("t", [4]).data(16),
        "no-padding-at-end": Raw(tensors=2).tensor("t", [8]).tensor("u", [1], offset=32).data(36),
        "any-order": Raw(tensors=2).tensor("t", [8], offset=32).tensor("u", [8]).data(64),
        "scalar-and-empty": Raw(tensors=3).tensor("s", []).tensor("e", [0, 3], offset=32).tensor("t", [8], offset=32).data(64),
        "alignment-8": Raw(tensors=2, values=1).value("general.alignment", 4, "I", 8)
        .tensor("t", [1]).tensor("u", [1], offset=8).data(12, 8),
        "bad-utf8-token": Raw(values=1).value("tokens", array, "IQ", string, 2).string(b"\xff\xfe").string("ok"),
    }
    refused = {
        "magic": Raw(magic=b"GGML"),
        "big-endian-version": Raw(version=0x03000000),
        "version-1": Raw(version=1),
        "version-4": Raw(version=4),
        "tensor-count": Raw(tensors=most),
        "tensor-count-beyond-file": Raw(tensors=9).raw(bytes(100)),
        "value-count": Raw(values=1 << 63),
        "key-length": Raw(values=1).string("a", length=most).raw(bytes(64)),
        "key-not-utf8": Raw(values=1).value(b"\xc3(", 0, "B", 1),
        "key-empty": Raw(values=1).value("", 0, "B", 1),
        "key-with-zero-byte": Raw(values=1).value("a\0b", 0, "B", 1),
        "key-twice": Raw(values=2).value("a", 0, "B", 1).value("a", 0, "B", 2),
        "value-type": Raw(values=1).value("a", 13, "Q", 1),
        "value-cut": Raw(values=1).value("a", 10, "I", 1),
        "string-length": Raw(values=1).value("a", string).string("abc", length=4),
        "boolean-of-two": Raw(values=1).value("a", 7, "B", 2),
        "array-count": Raw(values=1).value("a", array, "IQ", 0, 1 << 62).raw(bytes(64)),
        "array-of-strings-count": Raw(values=1).value("a", array, "IQ", string, 9).raw(bytes(71)),
        "array-type": Raw(values=1).value("a", array, "IQ", 99, 0),
        "array-of-empty-arrays": Raw(values=1).value("a", array, "IQ", array, 1 << 40).raw(bytes(48)),
        "array-nested-deep": nested,
        "alignment-zero": Raw(values=1).value("general.alignment", 4, "I", 0),
        "alignment-24": Raw(values=1).value("general.alignment", 4, "I", 24),
        "alignment-huge": Raw(values=1).value("general.alignment", 4, "I", 1 << 31),
        "alignment-string": Raw(values=1).value("general.alignment", string).string("32"),
        "dimensions": Raw(tensors=1).tensor("t", [1] * 5).data(32),
        "dimensions-absurd": Raw(tensors=1).string("t").pack("I", 0xFFFFFFFF).raw(bytes(64)),
        "shape-overflow": Raw(tensors=1).tensor("t", [1 << 33, 1 << 33]).data(32),
        "shape-wraps-to-small": Raw(tensors=1).tensor("t", [1 << 32, 1 << 32, 1]).data(32),
        "shape-negative": Raw(tensors=1).tensor("t", [most]).data(32),
        "shape-zero-hides-overflow": Raw(tensors=1).tensor("t", [0, 1 << 62, 1 << 62]).data(32),
        # Found by fuzzing: a row of no tensor at all, whose bytes cannot be counted.
        "shape-zero-hides-long-row": Raw(tensors=1).tensor("t", [0x7BEC93645EFF0000, 0, 0]).data(6),
        "bytes-overflow": Raw(tensors=1).tensor("t", [1 << 62]).data(32),
        "row-of-half-a-block": Raw(tensors=1).tensor("t", [16, 2], kind=2).data(32),
        "type-unknown": Raw(tensors=1).tensor("t", [32], kind=77).data(32),
        "type-not-read": Raw(tensors=1).tensor("t", [256], kind=16).data(96),
        "tensor-beyond-end": Raw(tensors=1).tensor("t", [9]).data(32),
        "offset-beyond-end": Raw(tensors=1).tensor("t", [8], offset=1 << 40).data(32),
        "offset-wraps": Raw(tensors=1).tensor("t", [8], offset=most - 31).data(32),
        "offset-misaligned": Raw(tensors=1).tensor("t", [1], offset=4).data(32),
        "tensors-overlap": Raw(tensors=2).tensor("t", [16]).tensor("u", [8], offset=32).data(64),
        "tensors-same-place": Raw(tensors=2).tensor("t", [8]).tensor("u", [8]).data(32),
        "tensor-twice": Raw(tensors=2).tensor("t", [8]).tensor("t", [8], offset=32).data(64),
        "tensor-name-long": Raw(tensors=1).tensor("t" * 1025, [8]).data(32),
        "gap-between": Raw(tensors=2).tensor("t", [8]).tensor("u", [8], offset=64).data(96),
        "gap-before": Raw(tensors=1).tensor("t", [8], offset=32).data(64),
        "bytes-behind": Raw(tensors=1).tensor("t", [8]).data(65),
        "bytes-behind-nothing": Raw().raw(bytes(40)),
        "no-data": Raw(tensors=1).tensor("t", [8]),
    }
    return valid, refused


def checksum(rows):
    bits = np.ascontiguousarray(rows, dtype=np.float32).reshape(-1).view(np.uint32).astype(np.uint64)
    return int((bits * (2 * np.arange(len(bits), dtype=np.uint64) + 1)).sum(dtype=np.uint64))


def real_models(folder):
    """Strings, as JSON's numbers are doubles to some."""
    models = {}
    for path in sorted(folder.rglob("*.gguf")):
        models[path.name] = {
            tensor.name: str(checksum(gguf.dequantize(ends, tensor.tensor_type)))
            for tensor in gguf.GGUFReader(path).tensors
            for ends in [tensor.data.reshape(-1, tensor.data.shape[-1])[[0, -1]]]
        }
    (FIXTURES / "real-models.json").write_text(json.dumps(models, indent=0, sort_keys=True) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", type=Path, help="a folder with the catalogue's GGUF files, at any depth")
    if models := parser.parse_args().models:
        return real_models(models)
    fuzz = FIXTURES / "fuzz"
    fuzz.mkdir(parents=True, exist_ok=True)
    for old in [*FIXTURES.glob("*.gguf"), *fuzz.glob("valid-*"), *fuzz.glob("refused-*")]:
        old.unlink()
    names = ["F32", "F16", "BF16", *PLAIN, *QUANTISED, *K_SCALES]
    for seed, name in enumerate(names):
        write(FIXTURES / f"{name}.gguf", type_tensors(name, np.random.default_rng(seed)))
    write(FIXTURES / "metadata.gguf", {}, every_value)

    small = {}
    for seed, name in enumerate(names):
        kind = Type[name]
        data = type_tensors(name, np.random.default_rng(100 + seed))["packed"][0]
        size = gguf.GGML_QUANT_SIZES[kind][1]
        first = np.ascontiguousarray(data).reshape(-1).view(np.uint8)[: size]
        small[name] = (first if kind not in (Type.F32, Type.F16, *(Type[n] for n in PLAIN)) else data.reshape(-1)[:1], kind)
    write(fuzz / "valid-types.gguf", small, every_value)
    write(fuzz / "valid-alignment-64.gguf", dict(list(small.items())[-4:]), alignment=64)
    valid, refused = handmade()
    for name, raw in valid.items():
        (fuzz / f"valid-{name}.gguf").write_bytes(raw.bytes)
    for name, raw in refused.items():
        (fuzz / f"refused-{name}.gguf").write_bytes(raw.bytes)


if __name__ == "__main__":
    main()
