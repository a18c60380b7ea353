"""`efficientllm generate`, `perplexity` and a study of inference, with a tiny random model, as a user runs them."""

import json
import math
import os
import signal
import subprocess
import tempfile
import unittest
from pathlib import Path

import tiny_models

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("EFFICIENTLLM_PROGRAM", ROOT / ".build" / "debug" / "efficientllm"))

STUDY = """
study: tiny-inference
question: Does a study of inference run from end to end?
workload: infer
base:
  model: {model}
  text: {text}
  perplexity-tokens: 600
  device: cpu
vary:
  precision: [fp32, bf16]
  batch: [1, 2]
  prompt-tokens: [16]
work:
  requests: 4
  generated-tokens: 3
  warmup-rounds: 1
repeats: 2
threads: 1
budget:
  trial-minutes: 5
"""


@unittest.skipUnless(PROGRAM.exists(), f"{PROGRAM} is not built")
class Generating(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        cls.model = tiny_models.make_decoder(cls.folder / "tiny", context=1024)
        cls.encoder = tiny_models.make_encoder(cls.folder / "encoder")
        cls.text = cls.folder / "text.txt"
        cls.text.write_text("It is a truth universally acknowledged. " * 60)

    def run_program(self, *arguments: str, status: int = 0, **options) -> subprocess.CompletedProcess:
        ended = subprocess.run([PROGRAM, *arguments], capture_output=True, timeout=240, **options)
        self.assertEqual(ended.returncode, status, ended.stderr.decode())
        return ended

    def generate(self, *arguments: str, **options) -> subprocess.CompletedProcess:
        return self.run_program(
            "generate", "--model", str(self.model), "--dtype", "fp32", "--threads", "1", *arguments, **options)

    def test_text_goes_to_standard_output_and_figures_to_standard_error(self):
        ended = self.generate("--prompt", "Once upon", "--raw", "--max-tokens", "12", "--ignore-end")
        report = json.loads(self.generate(
            "--prompt", "Once upon", "--raw", "--max-tokens", "12", "--ignore-end", "--format", "json").stdout)
        self.assertEqual(ended.stdout.decode(errors="replace").rstrip("\n"), report["text"])
        self.assertIn("9 + 12 tokens (length)", ended.stderr.decode())
        self.assertEqual((report["prompt_tokens"], report["completion_tokens"], len(report["tokens"])), (9, 12, 12))
        self.assertGreater(report["time_to_first_token"], 0)

    def test_a_seed_gives_the_same_text_again(self):
        def tokens(*seed: str) -> list[int]:
            return json.loads(self.generate(
                "--prompt", "a", "--raw", "--max-tokens", "16", "--ignore-end", "--temperature", "1", "--format", "json",
                *seed).stdout)["tokens"]

        self.assertEqual(tokens("--seed", "7"), tokens("--seed", "7"))
        self.assertNotEqual(tokens("--seed", "7"), tokens("--seed", "8"))

    def test_a_template_and_a_stop_string_are_used(self):
        said = json.loads(self.generate("--prompt", "hello", "--max-tokens", "8", "--ignore-end", "--format", "json").stdout)
        # <|user|>hello<|end|><|assistant|>
        self.assertEqual(said["prompt_tokens"], 8)
        self.assertGreater(len(said["text"]), 3)
        stop = said["text"][2]
        stopped = json.loads(self.generate(
            "--prompt", "hello", "--max-tokens", "8", "--ignore-end", "--stop", stop, "--format", "json").stdout)
        self.assertEqual((stopped["finish_reason"], stopped["stop_string"]), ("stop", stop))
        self.assertEqual(stopped["text"], said["text"][:said["text"].index(stop)])

    def test_the_prompt_may_come_from_standard_input(self):
        report = json.loads(self.generate("--raw", "--max-tokens", "1", "--format", "json", input=b"abc").stdout)
        self.assertEqual(report["prompt_tokens"], 3)

    def test_log_probabilities_are_of_the_tokens(self):
        report = json.loads(self.generate(
            "--prompt", "abc", "--raw", "--max-tokens", "4", "--ignore-end", "--logprobs", "3", "--format", "json").stdout)
        self.assertEqual([scored["id"] for scored in report["log_probabilities"]], report["tokens"])
        for scored in report["log_probabilities"]:
            self.assertEqual(len(scored["top"]), 3)
            # Greedy: the token taken is the best one.
            self.assertEqual(scored["top"][0]["id"], scored["id"])
            self.assertLess(sum(math.exp(other["log_probability"]) for other in scored["top"]), 1.0001)

    def test_an_interrupt_ends_it_with_what_there_is(self):
        process = subprocess.Popen(
            [PROGRAM, "generate", "--model", self.model, "--dtype", "fp32", "--threads", "1", "--prompt", "a", "--raw",
             "--max-tokens", "1000", "--ignore-end"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertTrue(process.stdout.read(1))
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
        if b"(length)" not in said:  # it may have been done already
            self.assertEqual(process.returncode, 130)
            self.assertIn(b"(cancelled)", said)

    def test_what_is_wrong_is_said_with_status_two(self):
        for arguments, word in (
            (["--model", "no-such-model", "--prompt", "a"], "no-such-model"),
            (["--model", str(self.model), "--prompt", "a", "--temperature", "-1"], "temperature"),
            (["--model", str(self.model), "--prompt", "a", "--top-p", "2"], "top"),
            (["--model", str(self.model), "--prompt", "a" * 2000, "--raw"], "1024"),
            (["--model", str(self.encoder), "--prompt", "a"], "encoder"),
        ):
            with self.subTest(word):
                ended = self.run_program("generate", *arguments, status=2)
                self.assertIn(word, ended.stderr.decode())
                self.assertEqual(ended.stdout, b"")

    def test_perplexity_is_that_of_its_windows(self):
        def take(*arguments: str) -> dict:
            return json.loads(self.run_program(
                "perplexity", "--model", str(self.model), "--text", str(self.text), "--threads", "1", "--format", "json",
                *arguments).stdout)

        whole = take("--window", "256")
        self.assertEqual(whole["windows"], 10)
        # The vocabulary is bytes, and each window's first one has nothing before it.
        self.assertEqual((whole["tokens"], whole["bytes"]), (2400 - 10, 2400 - 10))
        self.assertAlmostEqual(whole["bits_per_byte"], math.log2(whole["perplexity"]), places=6)
        self.assertTrue(whole["lower"] <= whole["perplexity"] <= whole["upper"])
        strided = take("--window", "256", "--stride", "128")
        self.assertEqual(strided["tokens"], 2399)
        self.assertNotEqual(strided["perplexity"], whole["perplexity"])
        ended = self.run_program(
            "perplexity", "--model", str(self.model), "--text", str(self.folder / "none.txt"), status=2)
        self.assertIn("none.txt", ended.stderr.decode())
        ended = self.run_program(
            "perplexity", "--model", str(self.model), "--text", str(self.text), "--window", "4096", status=2)
        self.assertIn("1024", ended.stderr.decode())

    def test_a_study_of_inference(self):
        plan = self.folder / "tiny-inference.yaml"
        plan.write_text(STUDY.format(model=self.model, text=self.text))
        # The library is where it was; records of this test are its own.
        home = self.folder / "home"
        home.mkdir()
        usual = Path(os.environ.get("EFFICIENTLLM_HOME", ROOT / ".efficientllm"))
        (home / "cache").symlink_to(usual / "cache")
        environment = os.environ | {"EFFICIENTLLM_HOME": str(home)}
        self.run_program("study", "run", str(plan), env=environment)
        again = self.run_program("study", "run", str(plan), env=environment)
        self.assertNotIn("seed", again.stderr.decode())  # nothing is left to run
        shown = self.run_program("study", "show", "tiny-inference", "--format", "json", env=environment).stdout.decode()
        for measure in ("AL.ttft.p50", "AL.tpot.p50", "AMU.weights", "AMU.cache", "AMU.scratch"):
            self.assertIn(measure, shown)


if __name__ == "__main__":
    unittest.main()
