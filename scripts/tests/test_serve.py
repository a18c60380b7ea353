"""`efficientllm serve` with tiny random models, under the `openai` package and under curl's plainest requests."""

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import unittest
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "scripts" / "peers"), str(ROOT / "scripts" / "tests")]
PROGRAM = Path(os.environ.get("EFFICIENTLLM_PROGRAM", ROOT / ".build" / "debug" / "efficientllm"))

try:
    import check_openai_client
except ImportError:
    check_openai_client = None

import tiny_models  # noqa: E402


class Server:
    """The program, serving until the test is over."""

    def __init__(self, test: unittest.TestCase, *arguments: str, key: str | None = None):
        environment = {**os.environ}
        environment.pop("EFFICIENTLLM_API_KEY", None)
        if key:
            environment["EFFICIENTLLM_API_KEY"] = key
        self.log = tempfile.TemporaryFile("w+")
        test.addCleanup(self.log.close)
        self.process = subprocess.Popen(
            [PROGRAM, "serve", "--port", "0", "--threads", "1", "--dtype", "fp32", *arguments], env=environment,
            stdout=subprocess.PIPE, stderr=self.log, text=True)
        test.addCleanup(self.process.stdout.close)
        test.addCleanup(self.end)
        line = self.process.stdout.readline()
        test.assertRegex(line, r"^Serving .* at http://127\.0\.0\.1:\d+/v1$", self.said())
        self.url = line.split(" at ")[1].strip()

    def said(self) -> str:
        self.log.seek(0)
        return self.log.read()

    def end(self) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=60)

    def get(self, path: str, **headers: str) -> tuple[int, dict]:
        request = urllib.request.Request(self.url + path, headers=headers)
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)


@unittest.skipUnless(PROGRAM.exists(), f"{PROGRAM} is not built")
class Serving(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        cls.decoder = tiny_models.make_decoder(cls.folder / "tiny-decoder")
        cls.encoder = tiny_models.make_encoder(cls.folder / "tiny-encoder")

    @unittest.skipIf(check_openai_client is None, "the openai package is not installed")
    def test_the_openai_package_works_unchanged(self):
        server = Server(self, "--model", str(self.decoder), "--embedding-model", str(self.encoder))
        checks = check_openai_client.Checks(server.url, "tiny-decoder", "tiny-encoder")
        for name in checks.names():
            with self.subTest(name):
                getattr(checks, name)()
        self.assertEqual(server.end(), 0)
        said = server.said()
        self.assertIn("POST /v1/chat/completions 200", said)
        for secret in ("alphabet", "Once upon"):
            self.assertNotIn(secret, said)

    def test_malformed_requests_never_get_a_500(self):
        server = Server(self, "--model", str(self.decoder), "--embedding-model", str(self.encoder))
        bodies = {
            "/chat/completions": {
                "model": "tiny-decoder", "messages": [{"role": "user", "content": "hi"}], "max_tokens": 2, "seed": 1,
                "temperature": 0.5, "top_p": 0.9, "top_k": 3, "min_p": 0.1, "repetition_penalty": 1.1, "n": 2,
                "presence_penalty": 0.1, "frequency_penalty": 0.1, "stop": ["x"], "logprobs": True, "top_logprobs": 2,
                "stream": False, "chat_template_kwargs": {"a": 1}, "tools": [{"type": "function", "function": {"name": "f"}}],
            },
            "/completions": {"model": "tiny-decoder", "prompt": ["ab", "c"], "max_tokens": 2, "logprobs": 1, "echo": True},
            "/embeddings": {"model": "tiny-encoder", "input": ["ab", "c"], "encoding_format": "float"},
        }
        odd = [None, True, -1, 0, 10**30, 1e308, -1e308, 1e-300, "", "\ud83d", "x" * 5000, [], [[]], {}, [None], {"a": {}},
               [1e9], 2**63, -2**63, 0.5, "nan", [[0] * 40] * 3]
        random_source = random.Random(7)
        counts: dict[int, int] = {}

        def send(path: str, body: bytes):
            request = urllib.request.Request(
                server.url + path, data=body, headers={"Content-Type": "application/json"})
            try:
                with urllib.request.urlopen(request, timeout=60) as answer:
                    status = answer.status
                    answer.read()
            except urllib.error.HTTPError as error:
                with error:
                    status = error.code
                    self.assertIn("message", json.load(error)["error"], body)
            counts[status] = counts.get(status, 0) + 1
            self.assertNotIn(status, (500, 502), body)

        for path, body in bodies.items():
            send(path, json.dumps(body).encode())
            for key in body:
                for value in odd:
                    send(path, json.dumps(body | {key: value}).encode())
            for _ in range(80):
                text = bytearray(json.dumps(body).encode())
                for _ in range(random_source.randint(1, 6)):
                    place = random_source.randrange(len(text))
                    change = random_source.randrange(3)
                    if change == 0:
                        text[place] = random_source.randrange(256)
                    elif change == 1:
                        del text[place:place + random_source.randint(1, 20)]
                    else:
                        text[place:place] = random_source.choice([b"[", b"{", b'"', b"\\u0000", b"9" * 400, b"\xff"])
                send(path, bytes(text))
        self.assertGreater(counts[200], 3)
        self.assertGreater(counts[400], 300)
        self.assertEqual(server.get("/models")[0], 200)
        self.assertEqual(server.end(), 0)

    def test_an_encoder_alone(self):
        server = Server(self, "--embedding-model", str(self.encoder))
        status, models = server.get("/models")
        self.assertEqual((status, [model["id"] for model in models["data"]]), (200, ["tiny-encoder"]))
        self.assertEqual(server.end(), 0)

    def test_keys(self):
        file = self.folder / "keys"
        file.write_text("# one a line\nfirst-key\nsecond-key\n")
        by_file = Server(self, "--model", str(self.decoder), "--api-key-file", str(file))
        by_environment = Server(self, "--model", str(self.decoder), key="third-key")
        for server, key in ((by_file, "second-key"), (by_environment, "third-key")):
            status, body = server.get("/models")
            self.assertEqual((status, body["error"]["code"]), (401, "invalid_api_key"))
            self.assertEqual(server.get("/models", Authorization=f"Bearer {key}")[0], 200)
            self.assertEqual(server.end(), 0)
            self.assertNotIn("-key", server.said())

    def test_what_cannot_be_served_is_said(self):
        for arguments, word in (
            (["--model", "no-such-model"], "no-such-model"),
            (["--model", str(self.encoder)], "encoder"),
            (["--embedding-model", str(self.decoder)], "generates"),
            ([], "--model"),
        ):
            ended = subprocess.run(
                [PROGRAM, "serve", "--port", "0", *arguments], capture_output=True, text=True, timeout=120)
            self.assertNotEqual(ended.returncode, 0)
            self.assertIn(word, ended.stderr)
            self.assertEqual(ended.stdout, "")


if __name__ == "__main__":
    unittest.main()
