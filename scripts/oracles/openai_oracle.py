"""Makes Tests/OpenAIWireTests/Fixtures/openai-requests.json: the bodies that the `openai` package really sends.

Run from the root of the repository, with scripts/requirements-peers.txt: python3 scripts/oracles/openai_oracle.py
"""

import contextlib
import json
import pathlib

import httpx
import openai

MESSAGES = [
    {"role": "developer", "content": "Be brief."},
    {"role": "user", "content": [{"type": "text", "text": "Häh? 😀\n\"quoted\""}], "name": "someone"},
    {
        "role": "assistant", "content": None,
        "tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "look", "arguments": '{"at": "sky"}'}}],
    },
    {"role": "tool", "content": "blue", "tool_call_id": "call_1"},
]
TOOLS = [
    {"type": "function", "function": {"name": "look", "parameters": {"type": "object", "properties": {"at": {"type": "string"}}}}}
]
sent = []


def record(request: httpx.Request) -> httpx.Response:
    sent.append({"path": request.url.path, "body": request.content.decode()})
    return httpx.Response(418, json={"error": {"message": "enough", "type": "test", "param": None, "code": None}})


client = openai.OpenAI(
    base_url="http://localhost/v1", api_key="none", max_retries=0,
    http_client=httpx.Client(transport=httpx.MockTransport(record)))
chat, complete, embed = client.chat.completions.create, client.completions.create, client.embeddings.create
calls = [
    lambda: chat(model="m", messages=MESSAGES[:2]),
    lambda: chat(model="m", messages=MESSAGES, tools=TOOLS, tool_choice="auto", parallel_tool_calls=False),
    lambda: chat(
        model="m", messages=MESSAGES[1:2], temperature=0.7, top_p=0.9, n=2, seed=-3, stop=["a", "b"], max_tokens=5,
        presence_penalty=0.5, frequency_penalty=-0.5, logprobs=True, top_logprobs=3, user="u", metadata={"a": "b"},
        store=True, service_tier="auto", logit_bias={}, response_format={"type": "text"},
        extra_body={"top_k": 20, "min_p": 0.05, "repetition_penalty": 1.1, "ignore_eos": True}),
    lambda: chat(
        model="m", messages=MESSAGES[1:2], stream=True, stream_options={"include_usage": True}, max_completion_tokens=7,
        stop="x"),
    lambda: complete(model="m", prompt="text"),
    lambda: complete(model="m", prompt=["one", "two"], echo=True, logprobs=2, max_tokens=0, best_of=1, n=1, suffix=None),
    lambda: complete(model="m", prompt=[1, 2, 3], stream=True, temperature=0),
    lambda: complete(model="m", prompt=[[1], [2, 3]]),
    lambda: embed(model="m", input="text"),
    lambda: embed(model="m", input=["one", "two"], encoding_format="float", dimensions=3, user="u"),
    lambda: embed(model="m", input=[[1, 2], [3]]),
]
for call in calls:
    with contextlib.suppress(openai.APIStatusError):
        call()
assert len(sent) == len(calls)
target = pathlib.Path("Tests/OpenAIWireTests/Fixtures/openai-requests.json")
target.write_text(json.dumps({"openai": openai.__version__, "requests": sent}, ensure_ascii=False, indent=1) + "\n")
