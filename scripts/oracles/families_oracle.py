#!/usr/bin/env python3
"""Writes the oracles of the model families: Tests/ModelsTests/Fixtures/families/<case>.safetensors and .json.

Each case is a tiny, randomly initialised model of Hugging Face transformers, saved by transformers itself
(save_pretrained) and run in fp32 with eager attention. The safetensors file holds

    weights/<name>      bf16, every tensor that save_pretrained wrote, under its name
    input_ids           int64 [2, 24]
    logits              fp32 [2, 24, vocabulary]
    loss                fp32 [], mean cross-entropy of token t+1 given 0...t
    gradients           fp64 [tensors, 2], for each tensor, by name, the sum of d loss / d tensor and that of its squares:
                        both stay as they are when a fused tensor is taken apart

and the JSON beside it is the config.json that save_pretrained wrote. For encoders there are `lengths` (int64 [2], tokens
that are not padding), `hidden` in place of the logits, and `mean` and `first`, the normalised pooled embeddings. Weights
are numbers that bf16 holds exactly, so that the files are small.

published.json holds configurations of published models, with the fields that matter, and the number of parameters that
transformers makes of them on its meta device. gguf-names.json lists, for each architecture, the names that the gguf package gives Hugging Face's tensors.

Run it in an environment of its own:

    python3 -m venv /tmp/oracles && /tmp/oracles/bin/pip install -r scripts/requirements-oracles.txt
    /tmp/oracles/bin/python scripts/oracles/families_oracle.py
"""

import argparse
import json
import math
import tempfile
from pathlib import Path

import gguf
import torch
import transformers as hf
from safetensors.torch import load_file, save_file

BATCH, SEQUENCE = 2, 24
FIXTURES = Path(__file__).resolve().parents[2] / "Tests" / "ModelsTests" / "Fixtures" / "families"

SHAPE = dict(
    vocab_size=61,
    hidden_size=32,
    intermediate_size=44,
    num_hidden_layers=2,
    num_attention_heads=4,
    num_key_value_heads=2,
    max_position_embeddings=64,
    tie_word_embeddings=False,
    bos_token_id=None,
    eos_token_id=None,
    pad_token_id=None,
)
LATENT = dict(
    SHAPE,
    num_key_value_heads=4,
    kv_lora_rank=12,
    qk_nope_head_dim=10,
    qk_rope_head_dim=6,
    v_head_dim=8,
    moe_intermediate_size=20,
    n_routed_experts=6,
    num_experts_per_tok=2,
    first_k_dense_replace=1,
)
NEOX = {key: value for key, value in SHAPE.items() if key != "num_key_value_heads"}

# Case -> model class, configuration class, fields. Windows and original contexts are shorter than the sequence.
CASES = {
    "llama3-scaling": (
        hf.LlamaForCausalLM,
        hf.LlamaConfig,
        dict(
            SHAPE,
            attention_bias=True,
            mlp_bias=True,
            rope_theta=500.0,
            rope_scaling=dict(
                rope_type="llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=16
            ),
        ),
    ),
    "llama-linear": (
        hf.LlamaForCausalLM,
        hf.LlamaConfig,
        dict(SHAPE, tie_word_embeddings=True, head_dim=10, rope_scaling=dict(rope_type="linear", factor=4.0)),
    ),
    "llama-yarn": (
        hf.LlamaForCausalLM,
        hf.LlamaConfig,
        dict(
            SHAPE,
            num_key_value_heads=1,
            rope_scaling=dict(rope_type="yarn", factor=4.0, original_max_position_embeddings=16, beta_fast=4.0),
        ),
    ),
    "qwen2-window": (
        hf.Qwen2ForCausalLM,
        hf.Qwen2Config,
        dict(SHAPE, tie_word_embeddings=True, use_sliding_window=True, sliding_window=7, max_window_layers=1),
    ),
    "qwen3": (hf.Qwen3ForCausalLM, hf.Qwen3Config, dict(SHAPE, head_dim=12, attention_bias=True)),
    "qwen3-moe": (
        hf.Qwen3MoeForCausalLM,
        hf.Qwen3MoeConfig,
        dict(
            SHAPE, head_dim=12, num_experts=5, num_experts_per_tok=2, moe_intermediate_size=20, norm_topk_prob=False, tie_word_embeddings=True
        ),
    ),
    "qwen3-moe-normalised": (
        hf.Qwen3MoeForCausalLM,
        hf.Qwen3MoeConfig,
        dict(SHAPE, num_experts=5, num_experts_per_tok=3, moe_intermediate_size=20, norm_topk_prob=True, head_dim=8),
    ),
    "mistral-window": (hf.MistralForCausalLM, hf.MistralConfig, dict(SHAPE, sliding_window=7, rms_norm_eps=1e-5)),
    "mixtral": (
        hf.MixtralForCausalLM,
        hf.MixtralConfig,
        dict(SHAPE, num_local_experts=4, num_experts_per_tok=2, sliding_window=None, rope_theta=1e6),
    ),
    "phi3-short": (
        hf.Phi3ForCausalLM,
        hf.Phi3Config,
        dict(
            SHAPE,
            original_max_position_embeddings=32,
            rope_scaling=dict(
                type="longrope", short_factor=[1.0, 1.1, 1.3, 1.6], long_factor=[1.5, 2.5, 3.5, 5.0]
            ),
        ),
    ),
    "phi3-long": (
        hf.Phi3ForCausalLM,
        hf.Phi3Config,
        dict(
            SHAPE,
            tie_word_embeddings=True,
            partial_rotary_factor=0.75,
            original_max_position_embeddings=16,
            rope_scaling=dict(type="longrope", short_factor=[1.0, 1.1, 1.3], long_factor=[1.5, 2.5, 3.5]),
        ),
    ),
    "phi3-window": (hf.Phi3ForCausalLM, hf.Phi3Config, dict(SHAPE, sliding_window=7)),
    "gemma3": (
        hf.Gemma3ForCausalLM,
        hf.Gemma3TextConfig,
        dict(
            SHAPE,
            num_hidden_layers=3,
            head_dim=12,
            num_key_value_heads=1,
            sliding_window=7,
            layer_types=["sliding_attention", "sliding_attention", "full_attention"],
            query_pre_attn_scalar=20,
            rope_theta=1000.0,
            rope_local_base_freq=100.0,
            rope_scaling=dict(rope_type="linear", factor=8.0),
            tie_word_embeddings=True,
        ),
    ),
    "gemma3-softcap": (
        hf.Gemma3ForCausalLM,
        hf.Gemma3TextConfig,
        dict(SHAPE, head_dim=8, sliding_window=64, final_logit_softcapping=3.0, tie_word_embeddings=True),
    ),
    "gpt-neox": (hf.GPTNeoXForCausalLM, hf.GPTNeoXConfig, dict(NEOX, rotary_pct=0.25, rotary_emb_base=1000)),
    "gpt-neox-sequential": (
        hf.GPTNeoXForCausalLM,
        hf.GPTNeoXConfig,
        dict(
            NEOX,
            rotary_pct=0.5,
            use_parallel_residual=False,
            attention_bias=False,
            hidden_act="gelu_new",
            tie_word_embeddings=True,
        ),
    ),
    "deepseek-v2-moe": (
        hf.DeepseekV2ForCausalLM,
        hf.DeepseekV2Config,
        dict(
            LATENT,
            q_lora_rank=None,
            n_shared_experts=2,
            topk_method="greedy",
            routed_scaling_factor=1.5,
            rope_scaling=dict(
                rope_type="yarn",
                factor=4.0,
                original_max_position_embeddings=16,
                beta_fast=8.0,
                mscale=0.707,
                mscale_all_dim=0.5,
            ),
        ),
    ),
    "deepseek-v2-groups": (
        hf.DeepseekV2ForCausalLM,
        hf.DeepseekV2Config,
        dict(
            LATENT,
            q_lora_rank=14,
            n_shared_experts=1,
            topk_method="group_limited_greedy",
            n_group=3,
            topk_group=2,
            routed_scaling_factor=2.0,
        ),
    ),
}
ENCODERS = {
    "bert": dict(
        vocab_size=61,
        hidden_size=32,
        intermediate_size=44,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=40,
    ),
}


def randomise(model: torch.nn.Module, generator: torch.Generator) -> None:
    """Weights at which nothing is trivially zero or one, in numbers that bf16 holds."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name.endswith("bias"):
                parameter.normal_(0, 0.5, generator=generator)
            elif parameter.dim() == 1:
                centre = 0.0 if "Gemma" in type(model).__name__ else 1.0
                parameter.uniform_(centre - 0.5, centre + 0.5, generator=generator)
            elif "embed" in name:
                parameter.normal_(0, 0.4, generator=generator)
            else:
                parameter.normal_(0, 1 / math.sqrt(parameter.shape[1]), generator=generator)
            parameter.copy_(parameter.to(torch.bfloat16).to(torch.float32))


def scale_scores(model: torch.nn.Module, config) -> None:
    """What DeepSeek's published code does and transformers' DeepseekV2 at this version leaves out (its DeepseekV3 has
    it): `mscale_all_dim` scales attention's scores."""
    scaling = getattr(config, "rope_scaling", None) or {}
    if config.model_type != "deepseek_v2" or not scaling.get("mscale_all_dim"):
        return
    factor = 0.1 * scaling["mscale_all_dim"] * math.log(scaling["factor"]) + 1.0
    for layer in model.model.layers:
        layer.self_attn.scaling *= factor * factor


def saved(model: torch.nn.Module) -> tuple[dict, dict]:
    """The configuration and the tensors that save_pretrained writes."""
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        config = json.loads((Path(folder) / "config.json").read_text())
        tensors = load_file(Path(folder) / "model.safetensors")
    config["made_with"] = f"torch {torch.__version__.split('+')[0]}, transformers {hf.__version__}"
    return config, {f"weights/{name}": tensor.to(torch.bfloat16).contiguous() for name, tensor in tensors.items()}


def write(case: str, config: dict, tensors: dict, folder: Path) -> None:
    path = folder / f"{case}.safetensors"
    save_file({name: tensor.detach().contiguous() for name, tensor in tensors.items()}, path)
    (folder / f"{case}.json").write_text(json.dumps(config, indent=1) + "\n")
    print(f"{case}: {len(tensors)} tensors, {path.stat().st_size} bytes")


def make(case: str, index: int, folder: Path) -> None:
    model_class, config_class, fields = CASES[case]
    config = config_class(**fields, attn_implementation="eager", use_cache=False)
    generator = torch.Generator().manual_seed(20250611 + index)
    model = model_class(config).to(torch.float32).eval()
    randomise(model, generator)
    scale_scores(model, config)
    input_ids = torch.randint(0, config.vocab_size, (BATCH, SEQUENCE), generator=generator)
    document, tensors = saved(model)
    logits = model(input_ids=input_ids).logits
    loss = torch.nn.functional.cross_entropy(logits[:, :-1].flatten(0, 1), input_ids[:, 1:].flatten())
    loss.backward()
    slopes = []
    for name in sorted(tensors):
        parameter = model.get_parameter(name.removeprefix("weights/"))
        slope = torch.zeros(1) if parameter.grad is None else parameter.grad  # an expert that no token chose
        slopes.append([slope.double().sum(), slope.double().square().sum()])
    outputs = {"input_ids": input_ids, "logits": logits, "loss": loss, "gradients": torch.tensor(slopes, dtype=torch.float64)}
    write(case, document, {**outputs, **tensors}, folder)


def make_encoder(case: str, index: int, folder: Path) -> None:
    config = hf.BertConfig(**ENCODERS[case], attn_implementation="eager")
    generator = torch.Generator().manual_seed(20250711 + index)
    model = hf.BertModel(config).to(torch.float32).eval()
    randomise(model, generator)
    input_ids = torch.randint(0, config.vocab_size, (BATCH, SEQUENCE), generator=generator)
    lengths = torch.tensor([SEQUENCE, SEQUENCE - 9])
    mask = (torch.arange(SEQUENCE)[None, :] < lengths[:, None]).long()
    document, tensors = saved(model)
    with torch.no_grad():
        hidden = model(input_ids=input_ids, attention_mask=mask).last_hidden_state
    mean = (hidden * mask[..., None]).sum(1) / lengths[:, None]
    pooled = {"mean": mean, "first": hidden[:, 0]}
    tensors |= {name: torch.nn.functional.normalize(value, dim=-1) for name, value in pooled.items()}
    write(case, document, {"input_ids": input_ids, "lengths": lengths, "hidden": hidden, **tensors}, folder)


# Published configurations, without what has no part in the shape.
PUBLISHED = {
    "SmolLM2-135M": dict(
        model_type="llama", vocab_size=49152, hidden_size=576, intermediate_size=1536, num_hidden_layers=30,
        num_attention_heads=9, num_key_value_heads=3, max_position_embeddings=8192, rope_theta=100000,
        rms_norm_eps=1e-05, tie_word_embeddings=True,
    ),
    "Llama-3.1-8B": dict(
        model_type="llama", vocab_size=128256, hidden_size=4096, intermediate_size=14336, num_hidden_layers=32,
        num_attention_heads=32, num_key_value_heads=8, max_position_embeddings=131072, rope_theta=500000.0,
        rms_norm_eps=1e-05, tie_word_embeddings=False,
        rope_scaling=dict(
            factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=8192,
            rope_type="llama3",
        ),
    ),
    "Llama-3.3-70B": dict(
        model_type="llama", vocab_size=128256, hidden_size=8192, intermediate_size=28672, num_hidden_layers=80,
        num_attention_heads=64, num_key_value_heads=8, head_dim=128, max_position_embeddings=131072,
        rope_theta=500000.0, rms_norm_eps=1e-05, tie_word_embeddings=False,
        rope_scaling=dict(
            factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=8192,
            rope_type="llama3",
        ),
    ),
    "Qwen2.5-7B": dict(
        model_type="qwen2", vocab_size=152064, hidden_size=3584, intermediate_size=18944, num_hidden_layers=28,
        num_attention_heads=28, num_key_value_heads=4, max_position_embeddings=131072, rope_theta=1000000.0,
        sliding_window=131072, use_sliding_window=False, max_window_layers=28, tie_word_embeddings=False,
    ),
    "Qwen3-0.6B": dict(
        model_type="qwen3", vocab_size=151936, hidden_size=1024, intermediate_size=3072, num_hidden_layers=28,
        num_attention_heads=16, num_key_value_heads=8, head_dim=128, max_position_embeddings=40960,
        rope_theta=1000000, attention_bias=False, tie_word_embeddings=True,
    ),
    "Qwen3-30B-A3B": dict(
        model_type="qwen3_moe", vocab_size=151936, hidden_size=2048, intermediate_size=6144, num_hidden_layers=48,
        num_attention_heads=32, num_key_value_heads=4, head_dim=128, max_position_embeddings=40960,
        rope_theta=1000000.0, num_experts=128, num_experts_per_tok=8, moe_intermediate_size=768, norm_topk_prob=True,
        decoder_sparse_step=1, mlp_only_layers=[], tie_word_embeddings=False,
    ),
    "Mistral-7B-v0.1": dict(
        model_type="mistral", vocab_size=32000, hidden_size=4096, intermediate_size=14336, num_hidden_layers=32,
        num_attention_heads=32, num_key_value_heads=8, max_position_embeddings=32768, rope_theta=10000.0,
        sliding_window=4096, rms_norm_eps=1e-05, tie_word_embeddings=False,
    ),
    "Mixtral-8x7B": dict(
        model_type="mixtral", vocab_size=32000, hidden_size=4096, intermediate_size=14336, num_hidden_layers=32,
        num_attention_heads=32, num_key_value_heads=8, max_position_embeddings=32768, rope_theta=1000000.0,
        sliding_window=None, num_local_experts=8, num_experts_per_tok=2, rms_norm_eps=1e-05, tie_word_embeddings=False,
    ),
    "Phi-3-mini-4k": dict(
        model_type="phi3", vocab_size=32064, hidden_size=3072, intermediate_size=8192, num_hidden_layers=32,
        num_attention_heads=32, num_key_value_heads=32, max_position_embeddings=4096,
        original_max_position_embeddings=4096, rope_theta=10000.0, rope_scaling=None, sliding_window=2047,
        rms_norm_eps=1e-05, tie_word_embeddings=False,
    ),
    "Gemma-3-270m": dict(
        model_type="gemma3_text", vocab_size=262144, hidden_size=640, intermediate_size=2048, num_hidden_layers=18,
        num_attention_heads=4, num_key_value_heads=1, head_dim=256, max_position_embeddings=32768,
        query_pre_attn_scalar=256, sliding_window=512, _sliding_window_pattern=6, rope_theta=1000000.0,
        rope_local_base_freq=10000.0, rope_scaling=None, hidden_activation="gelu_pytorch_tanh",
    ),
    "Pythia-1.4b": dict(
        model_type="gpt_neox", vocab_size=50304, hidden_size=2048, intermediate_size=8192, num_hidden_layers=24,
        num_attention_heads=16, max_position_embeddings=2048, rotary_pct=0.25, rotary_emb_base=10000,
        use_parallel_residual=True, hidden_act="gelu", layer_norm_eps=1e-05, tie_word_embeddings=False,
    ),
    "DeepSeek-V2-Lite": dict(
        model_type="deepseek_v2", vocab_size=102400, hidden_size=2048, intermediate_size=10944, num_hidden_layers=27,
        num_attention_heads=16, num_key_value_heads=16, kv_lora_rank=512, q_lora_rank=None, qk_nope_head_dim=128,
        qk_rope_head_dim=64, v_head_dim=128, moe_intermediate_size=1408, n_routed_experts=64, n_shared_experts=2,
        num_experts_per_tok=6, first_k_dense_replace=1, moe_layer_freq=1, topk_method="greedy", n_group=1,
        topk_group=1, routed_scaling_factor=1.0, norm_topk_prob=False, scoring_func="softmax",
        max_position_embeddings=163840, rope_theta=10000, tie_word_embeddings=False,
        rope_scaling=dict(
            type="yarn", factor=40, original_max_position_embeddings=4096, beta_fast=32, beta_slow=1, mscale=0.707,
            mscale_all_dim=0.707,
        ),
    ),
}


def published(folder: Path) -> None:
    """Counts on the meta device: nothing is allocated."""
    listed = {}
    for name, fields in PUBLISHED.items():
        config = hf.AutoConfig.for_model(**fields)
        with torch.device("meta"):
            model = hf.AutoModelForCausalLM.from_config(config)
        model.tie_weights()
        listed[name] = dict(parameters=sum(p.numel() for p in model.parameters()), config=fields)
        print(f"{name}: {listed[name]['parameters']} parameters")
    (folder / "published.json").write_text(json.dumps(listed, indent=1) + "\n")


# GGUF architecture -> a case with its tensors.
ARCHITECTURES = {
    "llama": "llama-linear",
    "qwen2": "qwen2-window",
    "qwen3": "qwen3",
    "phi3": "phi3-window",
    "gemma3": "gemma3",
    "gptneox": "gpt-neox",
    "deepseek2": "deepseek-v2-groups",
    "bert": "bert",
}


def gguf_names(folder: Path) -> None:
    architectures = {name: key for key, name in gguf.MODEL_ARCH_NAMES.items()}
    listed = {}
    for architecture, case in ARCHITECTURES.items():
        names = gguf.get_tensor_name_map(architectures[architecture], 8)
        tensors = load_file(folder / f"{case}.safetensors")
        found = {}
        for tensor in sorted(tensors):
            name = tensor.removeprefix("weights/")
            mapped = names.get_name(name, try_suffixes=(".weight", ".bias")) if name != tensor else None
            if mapped is None and name != tensor:
                # Experts are stacked before they are named.
                stem = name.split(".experts.")
                if len(stem) == 2:
                    stacked = f"{stem[0]}.experts.{stem[1].split('.', 1)[1]}"
                    mapped = names.get_name(stacked, try_suffixes=(".weight", ".bias"))
            if mapped:
                found[name] = mapped
        listed[architecture] = found
    listed["made_with"] = "gguf 0.17.1"
    (folder / "gguf-names.json").write_text(json.dumps(listed, indent=0, sort_keys=True) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=FIXTURES, help="the folder to write to")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    arguments.output.mkdir(parents=True, exist_ok=True)
    for index, case in enumerate(CASES):
        make(case, index, arguments.output)
    for index, case in enumerate(ENCODERS):
        make_encoder(case, index, arguments.output)
    gguf_names(arguments.output)
    published(arguments.output)


if __name__ == "__main__":
    main()
