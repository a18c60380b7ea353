"""Tiny random checkpoints in Hugging Face's form, for tests that need a model and not its wisdom."""

import json
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

TEMPLATE = (
    "{% for message in messages %}<|{{ message.role }}|>{{ message.content }}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)


def byte_alphabet() -> list[str]:
    """The character that stands for each byte in byte-level vocabularies (GPT-2)."""
    shown = [*range(ord("!"), ord("~") + 1), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    hidden = [byte for byte in range(256) if byte not in shown]
    table = {byte: chr(byte) for byte in shown} | {byte: chr(256 + index) for index, byte in enumerate(hidden)}
    return [table[byte] for byte in range(256)]


def make_decoder(folder: Path, context: int = 512, seed: int = 1) -> Path:
    """A Llama of two layers over bytes, with a chat template."""
    folder.mkdir(parents=True)
    specials = ["<|end|>", "<|system|>", "<|user|>", "<|assistant|>"]
    vocabulary = {character: index for index, character in enumerate(byte_alphabet())}
    added = [
        {"id": 256 + index, "content": text, "special": True, "single_word": False, "lstrip": False, "rstrip": False,
         "normalized": False}
        for index, text in enumerate(specials)
    ]
    level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    tokenizer = {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": added, "normalizer": None,
        "pre_tokenizer": level, "post_processor": None, "decoder": level,
        "model": {
            "type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None,
            "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": False,
            "vocab": vocabulary | {text: 256 + index for index, text in enumerate(specials)}, "merges": [],
        },
    }
    width, heads, groups, inner, layers = 32, 4, 2, 64, 2
    size = 256 + len(specials)
    configuration = {
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": width,
        "intermediate_size": inner, "num_hidden_layers": layers, "num_attention_heads": heads,
        "num_key_value_heads": groups, "vocab_size": size, "max_position_embeddings": context, "rms_norm_eps": 1e-5,
        "rope_theta": 10000.0, "hidden_act": "silu", "tie_word_embeddings": False, "attention_bias": False,
        "mlp_bias": False, "bos_token_id": None, "eos_token_id": 256, "torch_dtype": "float32",
    }
    random = np.random.default_rng(seed)

    def matrix(*shape: int) -> np.ndarray:
        return (random.standard_normal(shape) * 0.3).astype(np.float32)

    head = matrix(size, width)
    # What it says is printable, so that stop texts and characters in tests are whole.
    head[[index for index in range(size) if not 33 <= index < 127 - 33]] *= 0.01
    weights = {"model.embed_tokens.weight": matrix(size, width), "model.norm.weight": np.ones(width, np.float32),
               "lm_head.weight": head}
    narrow = width // heads * groups
    for layer in range(layers):
        name = f"model.layers.{layer}."
        weights |= {
            name + "input_layernorm.weight": np.ones(width, np.float32),
            name + "post_attention_layernorm.weight": np.ones(width, np.float32),
            name + "self_attn.q_proj.weight": matrix(width, width),
            name + "self_attn.k_proj.weight": matrix(narrow, width),
            name + "self_attn.v_proj.weight": matrix(narrow, width),
            name + "self_attn.o_proj.weight": matrix(width, width),
            name + "mlp.gate_proj.weight": matrix(inner, width), name + "mlp.up_proj.weight": matrix(inner, width),
            name + "mlp.down_proj.weight": matrix(width, inner),
        }
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    (folder / "config.json").write_text(json.dumps(configuration))
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer))
    (folder / "tokenizer_config.json").write_text(
        json.dumps({"tokenizer_class": "PreTrainedTokenizerFast", "eos_token": "<|end|>", "chat_template": TEMPLATE}))
    return folder


def make_encoder(folder: Path, seed: int = 2) -> Path:
    """A BERT of two layers over letters, with mean pooling."""
    folder.mkdir(parents=True)
    letters = [*"abcdefghijklmnopqrstuvwxyz0123456789.,"]
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *letters, *("##" + letter for letter in letters)]
    ids = {word: index for index, word in enumerate(words)}
    added = [
        {"id": index, "content": word, "special": True, "single_word": False, "lstrip": False, "rstrip": False,
         "normalized": False}
        for index, word in enumerate(words[:4])
    ]
    tokenizer = {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": added,
        "normalizer": {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True,
                       "strip_accents": None, "lowercase": True},
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
                       {"SpecialToken": {"id": "[SEP]", "type_id": 0}}],
            "pair": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
                     {"SpecialToken": {"id": "[SEP]", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}},
                     {"SpecialToken": {"id": "[SEP]", "type_id": 1}}],
            "special_tokens": {word: {"id": word, "ids": [ids[word]], "tokens": [word]} for word in ("[CLS]", "[SEP]")},
        },
        "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": True},
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                  "max_input_chars_per_word": 100, "vocab": ids},
    }
    width, heads, inner, layers, positions = 32, 4, 64, 2, 128
    configuration = {
        "architectures": ["BertModel"], "model_type": "bert", "hidden_size": width, "intermediate_size": inner,
        "num_hidden_layers": layers, "num_attention_heads": heads, "vocab_size": len(words),
        "max_position_embeddings": positions, "type_vocab_size": 2, "layer_norm_eps": 1e-12, "hidden_act": "gelu",
        "position_embedding_type": "absolute", "pad_token_id": 0,
    }
    random = np.random.default_rng(seed)

    def matrix(*shape: int) -> np.ndarray:
        return (random.standard_normal(shape) * 0.3).astype(np.float32)

    weights = {}

    def linear(name: str, outputs: int, inputs: int) -> None:
        weights[name + ".weight"], weights[name + ".bias"] = matrix(outputs, inputs), matrix(outputs)

    def norm(name: str) -> None:
        weights[name + ".weight"], weights[name + ".bias"] = np.ones(width, np.float32), np.zeros(width, np.float32)

    for name, rows in (("word", len(words)), ("position", positions), ("token_type", 2)):
        weights[f"embeddings.{name}_embeddings.weight"] = matrix(rows, width)
    norm("embeddings.LayerNorm")
    for layer in range(layers):
        name = f"encoder.layer.{layer}."
        for part in ("query", "key", "value"):
            linear(name + "attention.self." + part, width, width)
        linear(name + "attention.output.dense", width, width)
        norm(name + "attention.output.LayerNorm")
        linear(name + "intermediate.dense", inner, width)
        linear(name + "output.dense", width, inner)
        norm(name + "output.LayerNorm")
    linear("pooler.dense", width, width)
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    (folder / "config.json").write_text(json.dumps(configuration))
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer))
    (folder / "modules.json").write_text(json.dumps([
        {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
        {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
        {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"},
    ]))
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling" / "config.json").write_text(
        json.dumps({"word_embedding_dimension": width, "pooling_mode_mean_tokens": True}))
    return folder
