"""Holds a running server against the `openai` package: whatever the package does has to work unchanged.

    efficientllm serve --model smollm2 --embedding-model minilm
    python3 scripts/peers/check_openai_client.py --base-url http://127.0.0.1:8080/v1

Nothing here depends on what the model says, only on how its answers hang together. Leaves with status 1 if a check fails.
"""

import argparse
import math
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import openai
from openai import OpenAI


class Checks:
    """The checks of one server, each a method whose name begins with `check_`."""

    def __init__(self, base_url: str, model: str, embedding_model: str | None, key: str = "none", tokens: int = 24):
        self.client = OpenAI(base_url=base_url, api_key=key, max_retries=0, timeout=300)
        self.base_url, self.model, self.embedding_model, self.tokens = base_url, model, embedding_model, tokens
        self.messages = [{"role": "user", "content": "Count from one to ten, then say the alphabet."}]

    def names(self) -> list[str]:
        names = [name for name in dir(self) if name.startswith("check_")]
        return [name for name in names if self.embedding_model or name != "check_embeddings"]

    def chat(self, **more):
        settings = {"model": self.model, "messages": self.messages, "max_tokens": self.tokens, "temperature": 0}
        return self.client.chat.completions.create(**{**settings, **more})

    def complete(self, **more):
        settings = {"model": self.model, "prompt": "Once upon a time", "max_tokens": self.tokens, "temperature": 0}
        return self.client.completions.create(**{**settings, **more})

    @staticmethod
    def text_of(stream) -> tuple[str, str | None, object]:
        """A streamed chat's text, finish reason and usage."""
        text, reason, usage = "", None, None
        for chunk in stream:
            usage = chunk.usage or usage
            for choice in chunk.choices:
                text += choice.delta.content or ""
                reason = choice.finish_reason or reason
        return text, reason, usage

    def expect(self, kind: type[openai.APIStatusError], code: str | None, param: str | None, call) -> None:
        try:
            call()
        except kind as error:
            assert error.body["message"] and error.body["type"], error.body
            assert code is None or error.code == code, (error.code, code)
            assert param is None or error.param == param, (error.param, param)
        else:
            raise AssertionError(f"{kind.__name__} was expected")

    def running(self) -> float:
        with urllib.request.urlopen(self.base_url.removesuffix("/v1") + "/metrics") as answer:
            lines = answer.read().decode().splitlines()
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith("vllm:num_requests_running{"))

    def check_models(self):
        listed = [model.id for model in self.client.models.list()]
        assert self.model in listed, listed
        assert self.client.models.retrieve(self.model).object == "model"
        self.expect(openai.NotFoundError, "model_not_found", None, lambda: self.client.models.retrieve("none-such"))

    def check_chat(self):
        answer = self.chat()
        choice, usage = answer.choices[0], answer.usage
        assert answer.object == "chat.completion" and choice.message.role == "assistant"
        assert choice.finish_reason in ("stop", "length")
        assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens
        assert 0 < usage.completion_tokens <= self.tokens
        assert usage.prompt_tokens_details.cached_tokens < usage.prompt_tokens
        assert answer._request_id.startswith("req-")
        assert self.chat().choices[0].message.content == choice.message.content, "greedy is not repeatable"

    def check_stream(self):
        whole = self.chat()
        text, reason, usage = self.text_of(self.chat(stream=True, stream_options={"include_usage": True}))
        assert text == whole.choices[0].message.content, (text, whole.choices[0].message.content)
        assert reason == whole.choices[0].finish_reason
        assert (usage.prompt_tokens, usage.completion_tokens) == (
            whole.usage.prompt_tokens, whole.usage.completion_tokens)
        assert self.text_of(self.chat(stream=True))[2] is None, "the usage was not asked for"

    def check_stream_helper(self):
        # The helper takes an answer that was cut for an error.
        stop = self.chat().choices[0].message.content[-3:]
        with self.client.chat.completions.stream(
            model=self.model, messages=self.messages, max_tokens=self.tokens, temperature=0, stop=stop
        ) as stream:
            for _ in stream:
                pass
            final = stream.get_final_completion()
        assert final.choices[0].message.content == self.chat(stop=stop).choices[0].message.content

    def check_stop(self):
        text = self.chat().choices[0].message.content
        stop = text[len(text) // 2:][:3]
        expected = text[: text.index(stop)]
        for given in (stop, ["\x00never", stop]):
            choice = self.chat(stop=given).choices[0]
            assert (choice.message.content, choice.finish_reason) == (expected, "stop"), (choice, expected)
            streamed, reason, _ = self.text_of(self.chat(stop=given, stream=True))
            assert (streamed, reason) == (expected, "stop"), (streamed, expected)

    def check_length(self):
        answer = self.chat(max_tokens=2)
        assert answer.choices[0].finish_reason == "length" and answer.usage.completion_tokens == 2
        answer = self.chat(max_completion_tokens=self.tokens, max_tokens=openai.NOT_GIVEN, extra_body={"ignore_eos": True})
        assert answer.usage.completion_tokens == self.tokens

    def check_logprobs(self):
        choice = self.chat(logprobs=True, top_logprobs=3).choices[0]
        tokens = choice.logprobs.content
        assert b"".join(bytes(token.bytes) for token in tokens).decode(errors="replace") == choice.message.content
        for token in tokens:
            alternatives = [other.logprob for other in token.top_logprobs]
            assert len(alternatives) == 3 and alternatives == sorted(alternatives, reverse=True)
            assert token.logprob <= 0 and abs(token.logprob - alternatives[0]) < 1e-4, "greedy takes the best"
        streamed = [
            token
            for chunk in self.chat(logprobs=True, top_logprobs=3, stream=True)
            for part in chunk.choices
            if part.logprobs
            for token in part.logprobs.content
        ]
        assert [token.token for token in streamed] == [token.token for token in tokens]

    def check_choices_and_seeds(self):
        sampled = {"temperature": 1.0, "top_p": 0.9, "extra_body": {"top_k": 50, "min_p": 0.01}}
        first = self.chat(n=3, seed=7, **sampled)
        assert [choice.index for choice in first.choices] == [0, 1, 2]
        assert first.usage.prompt_tokens == self.chat().usage.prompt_tokens, "a prompt counts once"
        again = self.chat(seed=7, **sampled)
        assert again.choices[0].message.content == self.chat(seed=7, **sampled).choices[0].message.content

    def check_conversation(self):
        answer = self.chat(
            messages=[
                {"role": "system", "content": "You are brief."},
                {"role": "user", "content": [{"type": "text", "text": "Hello"}, {"type": "text", "text": "there"}]},
                {"role": "assistant", "content": "Hi!"},
                {"role": "user", "content": "Bye."},
            ],
            user="somebody", store=False, metadata={"a": "b"}, parallel_tool_calls=True,
        )
        assert answer.choices[0].message.content is not None

    def check_completions(self):
        answer = self.complete()
        text = answer.choices[0].text
        assert answer.object == "text_completion" and answer.usage.completion_tokens <= self.tokens
        assert "".join(chunk.choices[0].text for chunk in self.complete(stream=True) if chunk.choices) == text
        several = self.complete(prompt=["Once upon a time", "The sea"], n=2, temperature=0)
        assert [choice.index for choice in several.choices] == [0, 1, 2, 3]
        assert several.choices[0].text == several.choices[1].text
        tokens = self.complete(prompt=[5, 6, 7], max_tokens=3)
        assert tokens.usage.prompt_tokens == 3
        assert len(self.complete(prompt=[[5, 6, 7], [8]], max_tokens=3).choices) == 2

    def check_echo(self):
        prompt = "Once upon a time"
        choice = self.complete(echo=True, logprobs=2, max_tokens=4).choices[0]
        assert choice.text.startswith(prompt)
        logprobs = choice.logprobs
        lengths = {len(logprobs.tokens), len(logprobs.token_logprobs), len(logprobs.top_logprobs), len(logprobs.text_offset)}
        assert len(lengths) == 1, lengths
        assert logprobs.token_logprobs[0] is None and all(value <= 0 for value in logprobs.token_logprobs[1:])
        assert logprobs.text_offset == sorted(logprobs.text_offset)
        scored = self.complete(echo=True, logprobs=0, max_tokens=0).choices[0]
        assert scored.text == prompt
        # A prompt's scores do not depend on what follows it.
        for one, other in zip(scored.logprobs.token_logprobs[1:], logprobs.token_logprobs[1:]):
            assert abs(one - other) < 0.05, (one, other)

    def check_embeddings(self):
        texts = ["The cat sits on the mat.", "A feline rests on a rug, and a good deal more is said.", "Stocks fell."]
        packed = self.client.embeddings.create(model=self.embedding_model, input=texts)
        plain = self.client.embeddings.create(model=self.embedding_model, input=texts, encoding_format="float")
        assert [item.index for item in packed.data] == [0, 1, 2]
        for one, other in zip(packed.data, plain.data):
            assert max(abs(a - b) for a, b in zip(one.embedding, other.embedding)) < 1e-6
            assert abs(math.hypot(*one.embedding) - 1) < 1e-3
        alone = self.client.embeddings.create(model=self.embedding_model, input=texts[0])
        assert max(abs(a - b) for a, b in zip(alone.data[0].embedding, packed.data[0].embedding)) < 1e-4
        assert packed.usage.prompt_tokens > alone.usage.prompt_tokens > 0
        self.expect(
            openai.BadRequestError, None, "dimensions",
            lambda: self.client.embeddings.create(model=self.embedding_model, input="a", dimensions=3))
        self.expect(
            openai.BadRequestError, "model_not_supported", "model",
            lambda: self.client.embeddings.create(model=self.model, input="a"))

    def check_errors(self):
        bad = openai.BadRequestError
        self.expect(openai.NotFoundError, "model_not_found", "model", lambda: self.chat(model="none-such"))
        self.expect(bad, "invalid_value", "temperature", lambda: self.chat(temperature=9))
        self.expect(bad, "invalid_value", "messages", lambda: self.chat(messages=[]))
        self.expect(
            bad, "unsupported_parameter", "response_format",
            lambda: self.chat(response_format={"type": "json_object"}))
        self.expect(
            bad, "unsupported_parameter", "messages[0].content[0]",
            lambda: self.chat(
                messages=[{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:"}}]}]))
        self.expect(bad, "unknown_parameter", "no_such", lambda: self.chat(extra_body={"no_such": 1}))
        self.expect(bad, None, "prompt", lambda: self.complete(prompt=[4_000_000_000]))
        self.expect(bad, None, "prompt", lambda: self.complete(prompt="word " * 200_000))

    def check_leaving(self):
        stream = self.chat(max_tokens=1000, stream=True, extra_body={"ignore_eos": True})
        next(iter(stream))
        assert self.running() >= 1
        stream.close()
        deadline = time.monotonic() + 30
        while self.running() > 0:
            assert time.monotonic() < deadline, "the slot of a client that left is not free"
            time.sleep(0.05)

    def check_many_streams(self, count: int = 16):
        def one(index: int) -> str:
            return self.text_of(
                self.chat(
                    messages=[{"role": "user", "content": f"Say something about {index}."}], stream=True))[1]

        with ThreadPoolExecutor(count) as pool:
            assert set(pool.map(one, range(count))) <= {"stop", "length"}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base-url", default="http://127.0.0.1:8080/v1")
    parser.add_argument("--model", help="default: the first that is listed")
    parser.add_argument("--embedding-model", help="default: the second that is listed, if there is one")
    parser.add_argument("--api-key", default="none")
    arguments = parser.parse_args()
    listed = [model.id for model in OpenAI(base_url=arguments.base_url, api_key=arguments.api_key).models.list()]
    model = arguments.model or listed[0]
    embedding_model = arguments.embedding_model or (listed[1] if len(listed) > 1 else None)
    checks = Checks(arguments.base_url, model, embedding_model, arguments.api_key)
    failed = 0
    for name in checks.names():
        start = time.monotonic()
        try:
            getattr(checks, name)()
            outcome = "ok"
        except Exception as error:  # noqa: BLE001 - each check is told apart, whatever it died of
            failed += 1
            outcome = f"FAILED: {type(error).__name__}: {error}"
        print(f"{name.removeprefix('check_'):24} {time.monotonic() - start:7.2f} s  {outcome}", flush=True)
    print(f"{len(checks.names())} checks with openai {openai.__version__}, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
