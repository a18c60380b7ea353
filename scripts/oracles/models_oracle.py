#!/usr/bin/env python3
"""Writes the oracles of the model families: Tests/ModelsTests/Fixtures/<case>.safetensors and .json.

Each case is a tiny, randomly initialised model of Hugging Face transformers in fp32 with eager attention. The
safetensors file holds

    weights/<name>      every parameter, under its checkpoint name
    input_ids           int64 [2, 13]
    logits              fp32 [2, 13, vocabulary]
    loss                fp32 [], mean cross-entropy of token t+1 given 0...t, over 2 * 12 positions
    gradients/<name>    d loss / d parameter

and the JSON beside it the configuration under its checkpoint keys. Tied parameters are stored once, under the
embedding's name. Sizes are no powers of two on purpose: a transposed or padded dimension shows.

Run it in an environment of its own:

    python3 -m venv /tmp/oracles && /tmp/oracles/bin/pip install -r scripts/requirements-oracles.txt
    /tmp/oracles/bin/python scripts/oracles/models_oracle.py
"""

import argparse
import json
import math
from pathlib import Path

import torch
import transformers
from safetensors.torch import save_file
from transformers import (
    DeepseekV2Config,
    DeepseekV2ForCausalLM,
    LlamaConfig,
    LlamaForCausalLM,
    Qwen2Config,
    Qwen2ForCausalLM,
)

BATCH, SEQUENCE = 2, 13
FIXTURES = Path(__file__).resolve().parents[2] / "Tests" / "ModelsTests" / "Fixtures"

SHAPE = dict(
    vocab_size=97,
    hidden_size=36,
    intermediate_size=88,
    num_hidden_layers=2,
    num_attention_heads=6,
    max_position_embeddings=64,
    rms_norm_eps=1e-6,
    rope_theta=10000.0,
    hidden_act="silu",
    bos_token_id=None,
    eos_token_id=None,
    pad_token_id=None,
)
# DeepSeek-V2 with dense layers only. Its rotary pairs are neighbours (x0, x1), not halves, and the two norms inside
# its attention use an epsilon of 1e-6 whatever rms_norm_eps says.
LATENT = dict(
    SHAPE,
    num_key_value_heads=6,
    first_k_dense_replace=2,
    kv_lora_rank=20,
    qk_nope_head_dim=10,
    qk_rope_head_dim=6,
    v_head_dim=8,
)

CASES = {
    "llama-mha": (LlamaForCausalLM, LlamaConfig, dict(SHAPE, num_key_value_heads=6, tie_word_embeddings=False)),
    "llama-gqa": (LlamaForCausalLM, LlamaConfig, dict(SHAPE, num_key_value_heads=2, tie_word_embeddings=True)),
    "llama-gqa-untied": (LlamaForCausalLM, LlamaConfig, dict(SHAPE, num_key_value_heads=2, tie_word_embeddings=False)),
    "llama-mqa": (LlamaForCausalLM, LlamaConfig, dict(SHAPE, num_key_value_heads=1, tie_word_embeddings=True)),
    "qwen2-gqa": (
        Qwen2ForCausalLM,
        Qwen2Config,
        dict(SHAPE, num_key_value_heads=2, tie_word_embeddings=True, rope_theta=1000000.0),
    ),
    "deepseek-v2-mla": (
        DeepseekV2ForCausalLM,
        DeepseekV2Config,
        dict(LATENT, q_lora_rank=None, tie_word_embeddings=False),
    ),
    "deepseek-v2-mla-qlora": (
        DeepseekV2ForCausalLM,
        DeepseekV2Config,
        dict(LATENT, q_lora_rank=14, tie_word_embeddings=True),
    ),
}


def randomise(model: torch.nn.Module, generator: torch.Generator) -> None:
    """Weights at which nothing is trivially zero or one: norms and biases are random too."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name.endswith("bias"):
                parameter.normal_(0, 0.5, generator=generator)
            elif parameter.dim() == 1:
                parameter.uniform_(0.5, 1.5, generator=generator)
            elif "embed_tokens" in name:
                parameter.normal_(0, 0.4, generator=generator)
            else:
                parameter.normal_(0, 1 / math.sqrt(parameter.shape[1]), generator=generator)


def make(case: str, index: int, folder: Path) -> None:
    model_class, config_class, fields = CASES[case]
    config = config_class(**fields, attn_implementation="eager", use_cache=False)
    generator = torch.Generator().manual_seed(20250520 + index)
    model = model_class(config).to(torch.float32).train()
    randomise(model, generator)
    input_ids = torch.randint(0, config.vocab_size, (BATCH, SEQUENCE), generator=generator)

    logits = model(input_ids=input_ids).logits
    loss = torch.nn.functional.cross_entropy(logits[:, :-1].flatten(0, 1), input_ids[:, 1:].flatten())
    loss.backward()

    tensors = {"input_ids": input_ids, "logits": logits.detach().contiguous(), "loss": loss.detach()}
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None and parameter.grad.abs().max() > 1e-6, f"{case}: {name} has no gradient"
        tensors[f"weights/{name}"] = parameter.detach().contiguous()
        tensors[f"gradients/{name}"] = parameter.grad.contiguous()
    path = folder / f"{case}.safetensors"
    save_file(tensors, path)
    document = {"model_type": config.model_type, **fields, "attention_bias": bool(getattr(config, "attention_bias", False))}
    if model_class is Qwen2ForCausalLM:
        document["attention_bias"] = True  # on the query, key and value projections; the checkpoint format implies it
    document = {key: value for key, value in document.items() if not key.endswith("_token_id")}
    document["made_with"] = f"torch {torch.__version__.split('+')[0]}, transformers {transformers.__version__}"
    (folder / f"{case}.json").write_text(json.dumps(document, indent=2) + "\n")
    print(f"{case}: loss {loss.item():.6f}, {len(tensors)} tensors, {path.stat().st_size} bytes")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=FIXTURES, help="the folder to write to")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    arguments.output.mkdir(parents=True, exist_ok=True)
    for index, case in enumerate(CASES):
        make(case, index, arguments.output)


if __name__ == "__main__":
    main()
