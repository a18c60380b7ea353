#!/usr/bin/env python3
"""Writes the corpus of the safetensors fuzzer: Tests/SafetensorsTests/Fixtures/fuzz/*.safetensors.

valid-* are small files the reader must take, refused-* small ones it must refuse, each for what its name says. The
reference implementation takes and refuses the same files, which this script checks; STRICTER lists where it is laxer.

Run it in the environment of scripts/requirements-oracles.txt.
"""

import json
import struct
from pathlib import Path

import numpy as np
from safetensors import safe_open
from safetensors.numpy import save

FUZZ = Path(__file__).resolve().parents[2] / "Tests" / "SafetensorsTests" / "Fixtures" / "fuzz"
# The reference lets the last of two equal keys win, and takes blanks that the format's description forbids.
STRICTER = {"blank-before", "metadata-key-twice", "tensor-twice", "zero-hides-overflow", "many-dimensions"}


def raw(header, data=b"", length=None):
    text = header if isinstance(header, bytes) else header.encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


def entry(dtype="U8", shape="[1]", offsets="[0,1]"):
    return f'{{"dtype":"{dtype}","shape":{shape},"data_offsets":{offsets}}}'


def valid():
    arrays = {"a": np.arange(6, dtype=np.float32).reshape(2, 3), "b.c": np.zeros((0, 3), np.float16)}
    arrays |= {"é\n\"": np.array(7, np.int64), "u": np.arange(5, dtype=np.uint8)}
    return {
        "written": save(arrays, metadata={"format": "pt", "made": "hére \\ \""}),
        "empty": raw("{}"),
        "blanks-behind": raw("{}   \n  "),
        "escapes": raw('{"\\u00e9\\ud83d\\ude00\\/\\t":' + entry() + "}", b"x"),
        "unknown-field": raw('{"a":{"more":[1.5e3,{"x":[null,true]},-0],' + entry()[1:] + "}", b"x"),
        "spaced": raw('{ "a" : { "dtype" : "U8" , "shape" : [ 1 ] , "data_offsets" : [ 0 , 1 ] } }', b"x"),
        "empty-between": raw('{"a":' + entry() + ',"e":' + entry(shape="[0]", offsets="[1,1]") + "}", b"x"),
    }


def refused():
    deep = "[" * 100_000
    one = '{"a":' + entry() + "}"
    return {
        "short": b"\x02\0\0\0",
        "length-huge": raw("{}", length=(1 << 64) - 1),
        "length-negative": raw("{}", length=1 << 63),
        "length-beyond": raw("{}", length=3),
        "length-zero": raw(""),
        "blank-before": raw(" " + one, b"x"),
        "array": raw("[]"),
        "cut": raw(one[:-1], b"x"),
        "two-objects": raw(one + "{}", b"x"),
        "not-utf8": raw(b'{"\xff\xfe":' + entry().encode() + b"}", b"x"),
        "control-character": raw('{"a\x01":' + entry() + "}", b"x"),
        "lone-surrogate": raw('{"\\ud800":' + entry() + "}", b"x"),
        "bad-escape": raw('{"\\x41":' + entry() + "}", b"x"),
        "comma-at-end": raw('{"a":' + entry() + ",}", b"x"),
        "nested-deep": raw('{"a":{"more":' + deep[:200], b""),
        "nested-deep-closed": raw('{"a":{"more":' + "[" * 200 + "]" * 200 + "," + entry()[1:] + "}", b"x"),
        "tensor-twice": raw('{"a":' + entry() + ',"a":' + entry() + "}", b"x"),
        "tensor-twice-escaped": raw('{"a":' + entry() + ',"\\u0061":' + entry(offsets="[1,2]") + "}", b"xx"),
        "field-twice": raw('{"a":{"dtype":"U8",' + entry()[1:] + "}", b"x"),
        "metadata-twice": raw('{"__metadata__":{},"__metadata__":{},"a":' + entry() + "}", b"x"),
        "metadata-key-twice": raw('{"__metadata__":{"k":"1","k":"2"}}'),
        "metadata-number": raw('{"__metadata__":{"k":1}}'),
        "offset-float": raw('{"a":' + entry(offsets="[0,1.0]") + "}", b"x"),
        "offset-exponent": raw('{"a":' + entry(offsets="[0,1e0]") + "}", b"x"),
        "offset-boolean": raw('{"a":' + entry(offsets="[false,true]") + "}", b"x"),
        "offset-string": raw('{"a":' + entry(offsets='["0","1"]') + "}", b"x"),
        "offset-negative": raw('{"a":' + entry(offsets="[-1,0]") + "}", b"x"),
        "offset-leading-zero": raw('{"a":' + entry(offsets="[0,01]") + "}", b"x"),
        "offset-huge": raw('{"a":' + entry(offsets="[0,18446744073709551617]") + "}", b"x"),
        "offset-wraps": raw('{"a":' + entry(offsets="[18446744073709551615,18446744073709551615]", shape="[0]") + "}"),
        "offsets-reversed": raw('{"a":' + entry(offsets="[1,0]") + "}", b"x"),
        "offsets-three": raw('{"a":' + entry(offsets="[0,1,2]") + "}", b"x"),
        "shape-float": raw('{"a":' + entry(shape="[1.0]") + "}", b"x"),
        "shape-boolean": raw('{"a":' + entry(shape="[true]") + "}", b"x"),
        "shape-null": raw('{"a":' + entry(shape="null") + "}", b"x"),
        "shape-overflow": raw('{"a":' + entry("F32", "[4611686018427387904,4]", "[0,0]") + "}"),
        "zero-hides-overflow": raw('{"a":' + entry("F32", "[9223372036854775807,2,0]", "[0,0]") + "}"),
        "many-dimensions": raw('{"a":' + entry(shape="[" + "1," * 16 + "1]") + "}", b"x"),
        "type-unknown": raw('{"a":' + entry("U9") + "}", b"x"),
        "type-number": raw('{"a":{"dtype":3,"shape":[1],"data_offsets":[0,1]}}', b"x"),
        "entry-string": raw('{"a":"U8"}', b"x"),
        "gap": raw('{"a":' + entry(offsets="[1,2]") + "}", b"xx"),
        "overlap": raw('{"a":' + entry(shape="[2]", offsets="[0,2]") + ',"b":' + entry(offsets="[1,2]") + "}", b"xx"),
        "empty-inside": raw(
            '{"a":' + entry(shape="[2]", offsets="[0,2]") + ',"e":' + entry(shape="[0]", offsets="[1,1]") + "}", b"xx"),
        "bytes-behind": raw(one, b"xx"),
        "beyond": raw('{"a":' + entry(shape="[9]", offsets="[0,9]") + "}", b"x"),
    }


def taken_by_reference(path):
    try:
        with safe_open(path, framework="numpy") as file:
            list(file.keys())
        return True
    except Exception:
        return False


def main():
    FUZZ.mkdir(parents=True, exist_ok=True)
    for old in [*FUZZ.glob("valid-*"), *FUZZ.glob("refused-*")]:
        old.unlink()
    for prefix, files in (("valid", valid()), ("refused", refused())):
        for name, content in files.items():
            path = FUZZ / f"{prefix}-{name}.safetensors"
            path.write_bytes(content)
            if taken_by_reference(path) != (prefix == "valid") and name not in STRICTER:
                print(f"the reference disagrees about {path.name}")


if __name__ == "__main__":
    main()
