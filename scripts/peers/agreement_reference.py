#!/usr/bin/env python3
"""What transformers says of the questions of Benchmarks/agreement, in fp32.

    agreement_reference.py decoder REQUEST.json RESULT.json
        REQUEST: {"model", "prompts": [text], "continuations": [[the engine's tokens]], "text": text}. RESULT: for each
        prompt whether the greedy continuation is the same and, where it parts, the logits of both tokens at that place;
        and the nats over the text's windows. Tokens of a GGUF file are llama.cpp's (inference_prepare.py).

    agreement_reference.py encoder REQUEST.json RESULT.json
        REQUEST: {"model": directory, "sentences"}. RESULT: the mean of the last hidden states of each, normalised.
"""

import argparse
import json
import sys
from pathlib import Path

import infer_transformers as peer
import inference_common as common
import inference_prepare
import torch
from transformers import AutoModel, AutoTokenizer


def compare(model, prompt: list[int], engine: list[int]) -> dict:
    """Greedy tokens of both, and the logits where they part."""
    chosen, _ = peer.run_round(model, [prompt], len(engine) - 1, lambda start, end: None)
    own = chosen[0]
    result = {"prompt_tokens": len(prompt), "equal": own == engine, "tokens": own}
    if own != engine:
        place = next(i for i, (a, b) in enumerate(zip(engine, own)) if a != b)
        logits = model(input_ids=torch.tensor([prompt + own[:place]]), logits_to_keep=1).logits[0, -1]
        pair = {"engine": engine[place], "transformers": own[place]}
        result |= {"position": place, "parted": pair, "logits": {who: logits[t].item() for who, t in pair.items()}}
        result["gap"] = abs(result["logits"]["engine"] - result["logits"]["transformers"])
    return result


@torch.inference_mode()
def decoder(request: dict) -> dict:
    path = common.model_path(request["model"])
    model = peer.load(path, torch.float32)
    tokenize = inference_prepare.tokenizer_of(path)
    rows = []
    for prompt, engine in zip(request["prompts"], request["continuations"]):
        tokens = common.PromptText(**tokenize(prompt))
        rows.append(compare(model, tokens.prefix + tokens.tokens, engine))
    text = common.PromptText(**tokenize(request["text"]))
    windows = text.windows(len(text.tokens))
    nats = sum(peer.window_loss(model, given, predicted) for given, predicted, _ in windows)
    return {"prompts": rows, "nats": nats, "predicted": sum(predicted for _, predicted, _ in windows)}


@torch.inference_mode()
def encoder(request: dict) -> dict:
    path = common.model_path(request["model"])
    tokenizer, model = AutoTokenizer.from_pretrained(path), AutoModel.from_pretrained(path, dtype=torch.float32).eval()
    rows = []
    for sentence in request["sentences"]:
        hidden = model(**tokenizer(sentence, return_tensors="pt", truncation=True, max_length=256)).last_hidden_state
        rows.append(torch.nn.functional.normalize(hidden[0].mean(dim=0), dim=0).tolist())
    return {"embeddings": rows}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["decoder", "encoder"])
    parser.add_argument("request", type=Path)
    parser.add_argument("result", type=Path)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    answer = {"decoder": decoder, "encoder": encoder}[options.what](json.loads(options.request.read_text()))
    options.result.write_text(json.dumps(answer))
    return 0


if __name__ == "__main__":
    sys.exit(main())
