#!/usr/bin/env python3
"""Writes the fixtures of Tests/TokenizationTests: what Hugging Face's `tokenizers` package makes of adversarial text.

    python3 -m venv venv && venv/bin/pip install tokenizers==0.22.1
    venv/bin/python scripts/oracles/tokenizers_oracle.py [FOLDER]
"""
import json
import pathlib
import random
import sys

from tokenizers import (AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors,
                        trainers)

FOLDER = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else (
    pathlib.Path(__file__).parents[2] / "Tests/TokenizationTests/Fixtures")
MODERN = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|%s| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
PATTERNS = {
    "gpt2": r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+",
    "llama3": MODERN % r"\p{N}{1,3}",
    "qwen2": MODERN % r"\p{N}",
}
BY_HAND = [
    "", " ", "  ", "\n", "\r\n", "\t x", "a", " a", "  a", "a ", "a  ", "\n\n  a\n", "   \n \n\t b", "x\u00a0y",
    "It's we'll I'VE you'Re he'D 'S 'ss ''s 's' don't'll", "'\u017f 'T '\u212a 'LL 'lL 'l 'r 'v're",
    "1 12 123 1234 12345 \u0661\u0662\u0663\u0664 \u00bd\u00b2 \u2167 x1y2", "3.14159e-10, $1,000.00!",
    "def f(x):\n    return {'a': [1, 2], \"b\": x**2}  # why?\n\n\tif x:\r\n\t\tpass\n",
    "\u00e9 e\u0301 \u1e69 s\u0323\u0307 \u00c5 \u212b \ufb01 \uac00 \u1100\u1161 \u0344",
    "\U0001f600\U0001f469\u200d\U0001f469\u200d\U0001f467\U0001f1e9\U0001f1ea \u270a\U0001f3fd!",
    "\u4f60\u597d\uff0c\u4e16\u754c\u3002\u3000\u3053\u3093\u306b\u3061\u306f", "\u0928\u092e\u0938\u094d\u0924\u0947 \u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35",
    "\u0645\u0631\u062d\u0628\u0627 \u05e9\u05c1\u05b8\u05dc\u05d5\u05b9\u05dd", "\u2028a\u2029b\u0085c\u200bd\ufeffe\u180ef", "\x00\x01\x1f\x7f\x80\x9f",
    "\ufffd\ufffd\uffff\U0010ffff\ue000", "a" * 70 + " " * 70 + "b" * 3, "!" * 65 + "\n\n" + "." * 66, "\r\r\n\n \r x",
    "ab " * 30, "\U00031350\U000323af\U0001e030\U00010d40\U000105c0\u1c89\ua7cb \U00011de0",
    "<|endoftext|>", "a<|endoftext|>b", " <|endoftext|> <|endoftext|><|endo", "<|endoftext|", "a <pad>  b<pad>\n<x>y",
]
SAMPLES = [
    range(0x20, 0x7F), range(0x00, 0x20), [0x20, 0x0A, 0x0D, 0x09, 0xA0, 0x85, 0x2003, 0x3000, 0x2028],
    [0x27, 0x73, 0x74, 0x72, 0x65, 0x76, 0x6D, 0x6C, 0x64, 0x53, 0x54, 0x52, 0x45, 0x17F], range(0x30, 0x3A),
    range(0xA0, 0x250), range(0x300, 0x370), range(0x370, 0x600), range(0x900, 0x980), range(0x2000, 0x2100),
    range(0x4E00, 0x4E80), range(0xAC00, 0xAC40), range(0x1F300, 0x1F650), range(0x10000, 0x10800),
    [c for c in range(0x110000) if not 0xD800 <= c < 0xE000],
]


def random_text(rng, length):
    text = []
    while len(text) < length:
        sample = rng.choice(SAMPLES)
        text += [chr(rng.choice(sample)) for _ in range(rng.randint(1, 5))]
    return "".join(text)


def english(rng, words):
    """Sentences of made-up words, so that pairs repeat as they do in a language."""
    syllables = ["ba", "ran", "the", "ing", "er", "st", "qu", "io", "um", "ly", "a", "o", "ment", "de", "ss", "\u00e9t", "--"]
    lexicon = ["".join(rng.choices(syllables, k=rng.randint(1, 4))) for _ in range(200)]
    parts = []
    for _ in range(words):
        word = lexicon[min(int(rng.expovariate(0.03)), 199)]
        parts.append(word.capitalize() if rng.random() < 0.1 else word)
        parts.append(rng.choice([" "] * 12 + [", ", ". ", ".\n", "\n\n", "  ", "' ", " 'tis ", " 1811 "]))
    return "".join(parts)


def write(name, value):
    path = FOLDER / name
    path.write_text(json.dumps(value, ensure_ascii=True, separators=(",", ":")) + "\n")
    print(f"{path}: {path.stat().st_size} bytes")


def byte_level(pattern):
    if pattern == "gpt2":
        return pre_tokenizers.ByteLevel(add_prefix_space=False)
    return pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(PATTERNS[pattern]), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])


def train(texts, size, pattern):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = byte_level(pattern)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(texts, trainers.BpeTrainer(
        vocab_size=size, special_tokens=["<|endoftext|>"], show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    return tokenizer


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    rng = random.Random(20250101)
    texts = BY_HAND + [random_text(rng, rng.randint(1, 40)) for _ in range(120)]

    pieces = {}
    for name, expression in PATTERNS.items():
        split = pre_tokenizers.Split(Regex(expression), "isolated")
        pieces[name] = [[len(piece.encode()) for piece, _ in split.pre_tokenize_str(text)] for text in texts]
    write("pieces.json", {"texts": texts, "pieceLengths": pieces})

    training = [english(rng, 400) for _ in range(6)] + ["a" * 9 + " " + "aaaa " * 7 + "=" * 23 + "\n" + "==== == =" * 3]
    trainings = []
    for pattern, size in [("gpt2", 257), ("gpt2", 420), ("llama3", 380), ("qwen2", 5000)]:
        tokenizer = train(training, size, pattern)
        model = json.loads(tokenizer.to_str())["model"]
        trainings.append({"pattern": pattern, "vocabularySize": size, "reached": tokenizer.get_vocab_size(),
                          "merges": [" ".join(merge) for merge in model["merges"]]})
    write("training.json", {"texts": training, "trainings": trainings})

    variants = {}
    base = train(training, 420, "gpt2")
    variants["trained"] = base

    prefixed = train(training, 400, "gpt2")
    prefixed.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    prefixed.add_special_tokens([AddedToken("<pad>", special=True, lstrip=True, rstrip=True)])
    prefixed.add_tokens([AddedToken("<x>", normalized=True), AddedToken("ran", normalized=True)])
    variants["prefixed"] = prefixed

    llama = train(training, 400, "llama3")
    llama.add_special_tokens(["<|begin|>", "<|endo"])
    llama.post_processor = processors.Sequence([
        processors.ByteLevel(trim_offsets=False),
        processors.TemplateProcessing(single="<|begin|> $A <|endoftext|>", special_tokens=[
            ("<|begin|>", llama.token_to_id("<|begin|>")), ("<|endoftext|>", 0)])])
    source = json.loads(llama.to_str())
    source["model"]["ignore_merges"] = True
    # A token no merge reaches: only taking whole words as they stand finds it.
    source["model"]["vocab"]["\u0120Quiddity"] = 500
    variants["llama3"] = Tokenizer.from_str(json.dumps(source))

    qwen = train(training, 400, "qwen2")
    qwen.normalizer = normalizers.NFC()
    qwen.add_tokens([AddedToken("\u00e9t\u00e9", normalized=True), AddedToken("e\u0301x", normalized=False)])
    variants["qwen2"] = qwen

    # Lacks some bytes, which the package leaves out, or makes unknown.
    partial = Tokenizer(models.BPE(vocab={"a": 0, "b": 1, "ab": 2, "\u0120": 3, "\u0120ab": 4},
                                   merges=[("a", "b"), ("\u0120", "ab")]))
    partial.pre_tokenizer = byte_level("gpt2")
    partial.decoder = decoders.ByteLevel()
    variants["partial"] = partial
    for name, fused in [("unknown", False), ("unknownFused", True)]:
        unknown = Tokenizer(models.BPE(vocab={"a": 0, "b": 1, "ab": 2, "?": 3}, merges=[("a", "b")], unk_token="?",
                                       fuse_unk=fused))
        unknown.pre_tokenizer = byte_level("gpt2")
        unknown.decoder = decoders.ByteLevel()
        variants[name] = unknown

    texts = BY_HAND + ["Quiddity Quiddity", "e\u0301t\u00e9 \u00e9te\u0301 e\u0301x \u00e9x", english(rng, 30), training[6],
                       "aab ab ba  abab!", "\u4e00" * 80] + [random_text(rng, rng.randint(1, 30)) for _ in range(40)]
    cases = []
    for name, tokenizer in variants.items():
        encodings = [tokenizer.encode(text).ids for text in texts]
        ids = [[rng.randrange(tokenizer.get_vocab_size()) for _ in range(rng.randint(1, 12))] for _ in range(30)]
        cases.append({
            "name": name, "tokenizer": json.loads(tokenizer.to_str()), "encodings": encodings,
            "decodings": [{"ids": i, "text": tokenizer.decode(i), "withSpecial": tokenizer.decode(i, False)} for i in ids]})
    write("encodings.json", {"texts": texts, "cases": cases})

    # Bytes that are no UTF-8, decoded with replacement as Python does.
    invalid = [bytes(rng.choice([0x41, 0x80, 0xBF, 0xC0, 0xC3, 0xE0, 0xA0, 0xED, 0xF0, 0x90, 0xF4, 0xFF, 0x20])
                     for _ in range(rng.randint(1, 12))) for _ in range(60)]
    write("invalid.json", [{"bytes": list(raw), "text": raw.decode("utf-8", "replace")} for raw in invalid])


if __name__ == "__main__":
    main()
