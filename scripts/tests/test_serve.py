"""`efficientllm serve` with tiny random models, under the `openai` package and under curl's plainest requests."""

import json
import os
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
