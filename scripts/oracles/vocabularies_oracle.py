#!/usr/bin/env python3
"""Holds real vocabularies against their references: writes, for each GGUF file and tokenizer.json given, what its metadata
says and what the reference makes of adversarial texts, into a folder that the tests read when
EFFICIENTLLM_VOCABULARIES names it. Nothing of it is committed: the files are large.

    venv/bin/pip install -r scripts/requirements-oracles.txt
    venv/bin/python scripts/oracles/vocabularies_oracle.py FOLDER FILE...
    EFFICIENTLLM_VOCABULARIES=FOLDER swift test --filter RealVocabularyTests

The reference is the `sentencepiece` library for SentencePiece vocabularies, and `tokenizers` for the others, set up as the
models' own tokenizer.json files are. Beside a GGUF file may lie llama.cpp's test vectors (.inp and .out).
"""
import json
import pathlib
import random
import re
import sys

import gguf
import sentencepiece
from sentencepiece import sentencepiece_model_pb2 as proto
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

import tokenizers_oracle as samples

NORMAL, UNKNOWN, CONTROL, USER_DEFINED, UNUSED, BYTE = 1, 2, 3, 4, 5, 6
UPPER, LOWER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
REST = r"| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
TEKKEN = rf"[^\r\n\p{{L}}\p{{N}}]?{UPPER}*{LOWER}+|[^\r\n\p{{L}}\p{{N}}]?{UPPER}+{LOWER}*|\p{{N}}" + REST
LETTERS = (
    "A-Za-z\u00b5\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u01ba\u01bc-\u01bf\u01c4-\u0293\u0295-\u02af\u0370-\u0373\u0376\u0377"
    "\u037b-\u037d\u037f\u0386\u0388-\u038a\u038c\u038e-\u03a1\u03a3-\u03f5\u03f7-\u0481\u048a-\u052f\u0531-\u0556\u10a0-\u10c5"
    "\u13a0-\u13f5\u13f8-\u13fd\u1c90-\u1cba\u1cbd-\u1cbf\u1d00-\u1d2b\u1d6b-\u1d77\u1d79-\u1d9a\u1e00-\u1f15\u1f18-\u1f1d"
    "\u1f20-\u1f45\u1f48-\u1f4d\u1f50-\u1f57\u1f59\u1f5b\u1f5d\u1f5f-\u1f7d\u1f80-\u1fb4\u1fb6-\u1fbc\u1fbe\u1fc2-\u1fc4"
    "\u1fc6-\u1fcc\u1fd0-\u1fd3\u1fd6-\u1fdb\u1fe0-\u1fec\u1ff2-\u1ff4\u1ff6-\u1ffc\u2102\u2107\u210a-\u2113\u2115\u2119-\u211d"
    "\u2124\u2126\u2128\u212a-\u212d\u212f-\u2134\u2139\u213c-\u213f\u2145-\u2149\u214e\u2183\u2184\u2c00-\u2c7b\u2c7e-\u2ce4"
    "\u2ceb-\u2cee\u2cf2\u2cf3\ua640-\ua66d\ua680-\ua69b\ua722-\ua76f\ua771-\ua787\ua78b-\ua78e\uab70-\uabbf\ufb00-\ufb06"
    "\ufb13-\ufb17\uff21-\uff3a\uff41-\uff5a\U00010400-\U0001044f\U000104b0-\U000104d3\U000104d8-\U000104fb"
    "\U00010c80-\U00010cb2\U00010cc0-\U00010cf2\U000118a0-\U000118df\U0001e900-\U0001e943")
EAST_ASIAN = "[\u4e00-\u9fa5\u0800-\u4e00\uac00-\ud7ff]+"
# Of each: the expressions or steps text is cut by, whether it is composed first, whether merges are ignored for whole words.
BYTE_LEVEL = {
    "gpt-2": (["gpt2"], False, False), "mpt": (["gpt2"], True, False), "olmo": (["gpt2"], True, False),
    None: (["gpt2"], False, False), "llama-bpe": (["llama3"], False, True), "qwen2": (["qwen2"], True, False),
    "smollm": (["digits", "gpt2"], False, False), "starcoder": (["digits", "gpt2"], False, False),
    "refact": (["digits", "gpt2"], False, False), "command-r": (["digits", "gpt2"], True, False),
    "tekken": ([TEKKEN], False, True),
    "deepseek-coder": (["[\r\n]", r"\s?\p{L}+", r"\s?\p{P}+", EAST_ASIAN, "digits"], False, False),
    "deepseek-llm": (["[\r\n]", rf"\s?[{LETTERS}]+", "\\s?[!-/:-~\uff01-\uff0f\uff1a-\uff5e\u2018-\u201f\u3000-\u3002]+", r"\s+$",
                      EAST_ASIAN, "digits"], False, False),
}


def texts():
    rng = random.Random(20250607)
    words = ("the quick brown fox's can't WE'LL I'm naïve façade coöperate Zürich Øresund Привет мир γειά σου שלום عالم こんにちは"
             " 世界 안녕하세요 สวัสดี नमस्ते e\u0301 a\u030a \ufb01 \u212b 1st 2nd 3.14 1,000,000 0x1F café \u1e9b\u0323").split()
    code = ['for (int i = 0; i < n; ++i) {\n\t\tsum += a[i] * b[i];  // dot\n\t}\n', "def f(x: int = 3) -> str:\n    return f'{x!r:>10}'\n",
            "SELECT * FROM t WHERE a >= 10 AND b IN ('x', 'y');", "<div class=\"a b\">&nbsp;</div>\r\n", "$$\\int_0^1 x^2\\,dx$$",
            "https://example.org/a?b=c&d=%20e#f", "{\"a\": [1, 2.5e-3, null, true]}", "x" * 3 + "\n" * 5 + "\t" * 3 + " " * 17 + "y"]
    found = list(samples.BY_HAND) + code
    found += [" " * n + "a" + " " * m for n in range(6) for m in (0, 1, 3)] + ["\n" * n for n in (1, 2, 3, 7)]
    found += [" " * 40, "\t" * 20, "a" * 500, "ab" * 300, "\u4e00" * 200, "\U0001f600" * 30, "é" * 100, "1" * 50, "." * 99]
    found += ["".join(rng.choice(words) + rng.choice([" "] * 6 + ["", "  ", "\n", ", ", ". ", "-", "\t", "\u3000"])
                      for _ in range(rng.randint(1, 25))) for _ in range(200)]
    found += [samples.random_text(rng, rng.randint(1, 60)) for _ in range(400)]
    found += ["".join(rng.choice(samples.BY_HAND + code) for _ in range(6)) for _ in range(40)]
    invalid = [bytes(rng.choice([0x41, 0x80, 0xBF, 0xC3, 0xE0, 0xA0, 0xED, 0xF0, 0x90, 0xFF, 0x20]) for _ in range(9)) for _ in range(40)]
    return found + [raw.decode("utf-8", "replace") for raw in invalid]


def description(path):
    fields = gguf.GGUFReader(path).fields
    get = lambda key: fields["tokenizer.ggml." + key].contents() if "tokenizer.ggml." + key in fields else None
    keys = {"model": "model", "preTokenizer": "pre", "tokens": "tokens", "scores": "scores", "tokenTypes": "token_type",
            "merges": "merges", "beginToken": "bos_token_id", "endToken": "eos_token_id", "unknownToken": "unknown_token_id",
            "separatorToken": "seperator_token_id", "paddingToken": "padding_token_id", "classifierToken": "cls_token_id",
            "addsBegin": "add_bos_token", "addsEnd": "add_eos_token", "addsSpacePrefix": "add_space_prefix",
            "removesExtraWhitespaces": "remove_extra_whitespaces", "precompiledCharacterMap": "precompiled_charsmap"}
    found = {name: get(key) for name, key in keys.items()}
    return {name: value for name, value in found.items() if value is not None}


def sentencepiece_processor(vocabulary, kind):
    model = proto.ModelProto()
    for token, score, type in zip(vocabulary["tokens"], vocabulary["scores"], vocabulary["tokenTypes"]):
        piece = model.pieces.add()
        piece.piece = token.replace(" ", "\u2581") if type == USER_DEFINED else token
        piece.score, piece.type = score, type
    if not any(piece.type == UNKNOWN for piece in model.pieces):
        model.pieces[vocabulary["unknownToken"]].type = UNKNOWN
    unknowns = [i for i, piece in enumerate(model.pieces) if piece.type == UNKNOWN]
    for index in unknowns[1:]:
        model.pieces[index].type = UNUSED
    model.trainer_spec.model_type = kind
    model.trainer_spec.byte_fallback = BYTE in vocabulary["tokenTypes"]
    model.trainer_spec.unk_piece = model.pieces[unknowns[0] if unknowns else vocabulary["unknownToken"]].piece
    spec = model.normalizer_spec
    unigram = kind == proto.TrainerSpec.UNIGRAM
    spec.name = "identity"
    spec.add_dummy_prefix = vocabulary.get("addsSpacePrefix", True)
    spec.remove_extra_whitespaces = vocabulary.get("removesExtraWhitespaces", unigram)
    spec.precompiled_charsmap = bytes(vocabulary.get("precompiledCharacterMap", []))
    return sentencepiece.SentencePieceProcessor(model_proto=model.SerializeToString())


def byte_level_tokenizer(vocabulary):
    steps, composes, ignores = BYTE_LEVEL[vocabulary.get("preTokenizer")]
    merges = [tuple(merge.split(" ")) for merge in vocabulary["merges"]]
    tokenizer = Tokenizer(models.BPE(vocab={t: i for i, t in enumerate(vocabulary["tokens"])}, merges=merges,
                                     ignore_merges=ignores))
    if composes:
        tokenizer.normalizer = normalizers.NFC()
    chain = []
    for step in steps:
        if step == "digits":
            chain.append(pre_tokenizers.Digits(individual_digits=True))
        elif step == "gpt2":
            chain.append(pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True))
        else:
            chain.append(pre_tokenizers.Split(Regex(samples.PATTERNS.get(step, step)), "isolated"))
    if steps[-1] != "gpt2":
        chain.append(pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(chain)
    tokenizer.decoder = decoders.ByteLevel()
    for id, (token, type) in enumerate(zip(vocabulary["tokens"], vocabulary["tokenTypes"])):
        if type in (CONTROL, UNKNOWN, USER_DEFINED) and token != f"[PAD{id}]":
            token = AddedToken(token, special=type != USER_DEFINED, normalized=type == USER_DEFINED and composes)
            (tokenizer.add_special_tokens if token.special else tokenizer.add_tokens)([token])
    return tokenizer


def bert_tokenizer(vocabulary):
    def plain(token, type):
        if type != NORMAL or re.fullmatch(r"\[.*\]", token):
            return token
        return token[1:] if token[0] == "\u2581" else "##" + token

    tokens = [plain(*pair) for pair in zip(vocabulary["tokens"], vocabulary["tokenTypes"])]
    tokenizer = Tokenizer(models.WordPiece({t: i for i, t in enumerate(tokens)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.add_special_tokens([t for t, type in zip(tokens, vocabulary["tokenTypes"]) if type == CONTROL])
    return tokenizer


def reference(vocabulary):
    """From a text to its ids, or nothing for a text the reference reads otherwise by design; and back."""
    if vocabulary["model"] in ("llama", "t5"):
        kind = proto.TrainerSpec.BPE if vocabulary["model"] == "llama" else proto.TrainerSpec.UNIGRAM
        processor = sentencepiece_processor(vocabulary, kind)
        # The library takes these for plain text, the tokenizers for tokens.
        added = [t for t, type in zip(vocabulary["tokens"], vocabulary["tokenTypes"]) if type in (CONTROL, UNKNOWN)]
        pattern = re.compile("|".join(map(re.escape, added)))
        return (lambda text: None if pattern.search(text) else processor.encode(text)), None
    tokenizer = byte_level_tokenizer(vocabulary) if vocabulary["model"] == "gpt2" else bert_tokenizer(vocabulary)
    return (lambda text: tokenizer.encode(text, add_special_tokens=False).ids), (lambda ids: tokenizer.decode(ids))


def vectors(path):
    inputs, outputs = path.with_name(path.name + ".inp"), path.with_name(path.name + ".out")
    if not inputs.exists():
        return []
    cases = inputs.read_text().split("\n__ggml_vocab_test__\n")
    return [[text, [int(word) for word in line.split()]] for text, line in zip(cases, outputs.read_text().splitlines())]


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    all_texts = texts()
    for path in map(pathlib.Path, sys.argv[2:]):
        rng = random.Random(1)
        if path.suffix == ".gguf":
            entry = {"description": description(path), "vectors": vectors(path)}
            encode, decode = reference(entry["description"])
            size = len(entry["description"]["tokens"])
        else:
            tokenizer = Tokenizer.from_file(str(path))
            tokenizer.no_truncation()
            tokenizer.no_padding()
            entry = {"file": str(path.resolve())}
            encode, decode = (lambda text: tokenizer.encode(text).ids), (lambda ids: tokenizer.decode(ids))
            size = tokenizer.get_vocab_size()
        entry["encodings"] = [[text, ids] for text in all_texts if (ids := encode(text)) is not None]
        entry["decodings"] = []
        if decode:
            for _ in range(200):
                ids = [rng.randrange(size) for _ in range(rng.randint(1, 20))]
                entry["decodings"].append([ids, decode(ids)])
            entry["decodings"] += [[ids, decode(ids)] for _, ids in entry["encodings"][:400]]
        name = path.parent.name if path.name == "tokenizer.json" else path.stem
        (folder / f"{name}.json").write_text(json.dumps(entry))
        print(name, len(entry["encodings"]), "encodings,", len(entry["decodings"]), "decodings", flush=True)


if __name__ == "__main__":
    main()
