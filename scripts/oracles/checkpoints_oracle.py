#!/usr/bin/env python3
"""Writes what transformers makes of the catalogue's real models: Tests/CheckpointsTests/Fixtures/<name>.json.

    checkpoints_oracle.py MODELS [NAME ...]

MODELS is the folder that `efficientllm models get` fills. For decoders the GGUF file is read by transformers in fp32 and
the JSON holds

    tensors     by parameter name [sum, sum of squares, sum of each element times (its index mod 1009)], in fp64
    tokens      a prompt's ids
    logits      of its last position: [token, value] of the ten largest, and the sum and sum of squares of all

and for the encoder the same of its tensors, and of some texts their ids and their embedding.
The weighted sums tell a permuted tensor from its original.

    python3 -m venv /tmp/oracles && /tmp/oracles/bin/pip install -r scripts/requirements-oracles.txt
    /tmp/oracles/bin/python scripts/oracles/checkpoints_oracle.py .efficientllm/models
"""

import json
import sys
from pathlib import Path

import torch
import transformers

FIXTURES = Path(__file__).resolve().parents[2] / "Tests/CheckpointsTests/Fixtures"
PROMPT = "The capital of France is Paris, and the river that runs through it is"
TEXTS = [
    "A man is eating food.", "The cat sat on the mat, and then it slept.", "", "Größe, naïve, 東京 and 😀.",
    "word " * 400,
]


def sums(tensor):
    flat = tensor.detach().double().flatten()
    weights = (torch.arange(flat.numel()) % 1009).double()
    return [flat.sum().item(), (flat * flat).sum().item(), (flat * weights).sum().item()]


def tensors_of(model):
    return {name: sums(tensor) for name, tensor in sorted(model.named_parameters(remove_duplicate=True))}


def decoder(folder):
    file = next(folder.glob("*.gguf")).name
    model = transformers.AutoModelForCausalLM.from_pretrained(folder, gguf_file=file, dtype=torch.float32)
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder, gguf_file=file)
    model.eval()
    tokens = tokenizer(PROMPT).input_ids
    with torch.no_grad():
        logits = model(torch.tensor([tokens])).logits[0, -1].double()
    best = logits.topk(10)
    return {
        "tensors": tensors_of(model), "prompt": PROMPT, "tokens": tokens,
        "logits": {
            "best": [[token, value] for token, value in zip(best.indices.tolist(), best.values.tolist())],
            "sum": logits.sum().item(), "squares": (logits * logits).sum().item(),
        },
    }


def encoder(folder):
    model = transformers.AutoModel.from_pretrained(folder, dtype=torch.float32)
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model.eval()
    limit = json.loads((folder / "sentence_bert_config.json").read_text())["max_seq_length"]
    texts = []
    for text in TEXTS:
        inputs = tokenizer(text, return_tensors="pt", truncation=True, max_length=limit)
        with torch.no_grad():
            pooled = model(**inputs).last_hidden_state.mean(dim=1)
        embedding = torch.nn.functional.normalize(pooled)[0]
        texts.append({"text": text, "tokens": inputs.input_ids[0].tolist(), "embedding": embedding.tolist()})
    return {"tensors": tensors_of(model), "texts": texts}


def main():
    models, names = Path(sys.argv[1]), sys.argv[2:] or ["smollm2", "gemma3-270m", "minilm"]
    for name in names:
        found = (encoder if name == "minilm" else decoder)(models / name)
        found["made"] = f"transformers {transformers.__version__}, torch {torch.__version__.partition('+')[0]}"
        (FIXTURES / f"{name}.json").write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
