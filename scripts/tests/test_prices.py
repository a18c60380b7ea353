"""`efficientllm prices` as a user runs it, and the script that takes up the prices of genai-prices."""

import importlib.util
import json
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("EFFICIENTLLM_PROGRAM", ROOT / ".build" / "debug" / "efficientllm"))
BUILT_IN = "genai-prices-0.2.3"

GPT_5 = {
    "prompt_tokens": 9126, "completion_tokens": 3197, "total_tokens": 12323,
    "prompt_tokens_details": {"cached_tokens": 4864},
}
GEMINI = {"promptTokenCount": 25978, "cachedContentTokenCount": 24540, "candidatesTokenCount": 300}
CHEAPER = {
    "id": "cheaper", "date": "2026-12-01", "source": {"name": "a letter"},
    "providers": [{"id": "openai", "models": [
        {"id": "gpt-5", "entries": [{"from": "2026-12-01", "prices": {"input": "1", "cached_input": "0.1", "output": "8"}}]},
    ]}],
}


@unittest.skipUnless(PROGRAM.exists(), f"{PROGRAM} is not built")
class Prices(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.home = Path(folder.name)

    def run_program(self, *arguments: str, status: int = 0, given: str = "") -> str:
        result = subprocess.run(
            [PROGRAM, "prices", *arguments], input=given, capture_output=True, text=True, timeout=120,
            env=dict(os.environ, EFFICIENTLLM_HOME=str(self.home)),
        )
        self.assertEqual(result.returncode, status, result.stdout + result.stderr)
        self.errors = result.stderr
        return result.stdout

    def cost(self, usage: dict, *arguments: str, status: int = 0) -> dict:
        text = self.run_program("cost", "--format", "json", "--usage", json.dumps(usage), *arguments, status=status)
        return json.loads(text)

    def test_the_vectors(self):
        report = self.cost(GPT_5, "--model", "gpt-5", "--at", "2025-11-25")
        self.assertEqual(report["cost"], {"usd": "0.0379055"})
        self.assertEqual(report["price"]["version"], BUILT_IN)
        self.assertEqual(report["price"]["source"], "genai-prices 0.2.3")
        self.assertEqual(report["price"]["effective"], {"from": None, "until": None})
        self.assertEqual([part["cost"]["usd"] for part in report["parts"]], ["0.0053275", "0.000608", "0.03197"])
        self.assertEqual(
            self.cost(GEMINI, "--model", "gemini-2.5-flash", "--at", "2025-11-25")["cost"], {"usd": "0.0019176"})

    def test_the_model_that_answered_is_priced(self):
        response = {"model": "gpt-5-mini-2025-08-07", "usage": {"prompt_tokens": 1_000_000, "completion_tokens": 0}}
        report = self.cost(response, "--model", "gpt-5", "--at", "2025-11-25")
        self.assertEqual(report["cost"], {"usd": "0.25"})
        self.assertEqual((report["asked"], report["model"]), ("gpt-5", "gpt-5-mini-2025-08-07"))
        self.assertIn("answered by", self.run_program(
            "cost", "--usage", "-", "--model", "gpt-5", "--at", "2025-11-25", given=json.dumps(response)))

    def test_what_has_no_price_has_no_cost(self):
        report = self.cost(GPT_5, "--model", "no-such-model", status=1)
        self.assertIsNone(report["cost"])
        self.assertIn("no-such-model", report["absent"]["reason"])
        self.run_program("cost", "--model", "gpt-5", "--usage", '{"prompt_tokens":1,"prompt_tokens_details":{"cached_tokens":2}}',
                         status=2)
        self.assertIn("contradicts itself", self.errors)
        for wrong in (["--model", "gpt-5"], ["--usage", "{}"], ["--usage", "{", "--model", "gpt-5"],
                      ["--usage", json.dumps(GPT_5)], ["--usage", json.dumps(GPT_5), "--model", "gpt-5", "--at", "soon"]):
            self.run_program("cost", *wrong, status=2)

    def test_versions_are_added_and_compared_and_price_again(self):
        file = self.home / "new.json"
        file.write_text(json.dumps(CHEAPER))
        changes = json.loads(self.run_program("diff", BUILT_IN, str(file), "--format", "json"))
        self.assertEqual([(item["kind"], item["after"]) for item in changes],
                         [("input", "1"), ("cached_input", "0.1"), ("output", "8")])
        self.assertIn("cheaper", self.run_program("update", "--file", str(file)))
        self.run_program("update", "--file", str(file), status=2)
        self.assertEqual(json.loads(self.run_program("diff", BUILT_IN, "cheaper", "--format", "json")), changes)
        arguments = ["--model", "gpt-5", "--at", "2026-12-02"]
        self.assertEqual(self.cost(GPT_5, *arguments)["price"]["version"], "cheaper")
        again = self.cost(GPT_5, *arguments, "--version", BUILT_IN)
        self.assertEqual((again["cost"], again["price"]["version"]), ({"usd": "0.0379055"}, BUILT_IN))
        listing = json.loads(self.run_program("--format", "json"))
        self.assertEqual([item["id"] for item in listing["versions"]], [BUILT_IN, "cheaper"])
        self.assertIn("cached_input", self.run_program("show", "gpt-5"))
        self.run_program("show", "no-such-model", status=2)

    def test_own_prices_and_hardware(self):
        folder = self.home / "prices"
        folder.mkdir()
        (folder / "overrides.json").write_text(json.dumps({
            "providers": [{"id": "openai", "models": [
                {"id": "gpt-5", "entries": [{"prices": {"input": "2", "cached_input": "0", "output": "0"}}]}]}],
            "hardware": [{"id": "rack", "per_hour": "3.6", "per_kilowatt_hour": "0.36"}],
        }))
        report = self.cost(GPT_5, "--model", "gpt-5", "--at", "2025-11-25")
        self.assertEqual(report["cost"], {"usd": "0.008524"})
        self.assertRegex(report["price"]["version"], r"^overrides-[0-9a-f]{16}$")
        arguments = ["cost", "--hardware", "rack", "--seconds", "12.5", "--format", "json"]
        self.assertEqual(json.loads(self.run_program(*arguments, "--joules", "3000"))["cost"], {"usd": "0.0128"})
        self.assertIsNone(json.loads(self.run_program(*arguments, status=1))["cost"])


class Importing(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        path = ROOT / "scripts/pricing/import_genai_prices.py"
        specification = importlib.util.spec_from_file_location("import_genai_prices", path)
        cls.script = importlib.util.module_from_spec(specification)
        specification.loader.exec_module(cls.script)

    def test_expressions_become_patterns(self):
        for expression, patterns in {
            r"^a-5[-@]\d{4}$": ["a-5-####", "a-5@####"],
            r"^gemini-3\.5-flash-\d": "gemini-3.5-flash-#*",
            r"b$": "*b",
            r"^(x/)?jev(-\d{2})?$": ["jev", "jev-##", "x/jev", "x/jev-##"],
            r"^(?!.*-[tT][tT][sS](?:$|-))": {"not": ["*-tts", "*-tts-*"]},
            r"^(?![^/]+/)(?:mi|co)x": {"all": [{"not": "*/*"}, ["mix*", "cox*"]]},
        }.items():
            self.assertEqual(self.script.pattern_of_expression(expression), patterns, expression)

    def test_what_cannot_be_said_as_patterns_ends_the_import(self):
        for expression in (r"^a.b$", r"^a+$", r"^(?=a)b$"):
            with self.assertRaises(SystemExit):
                self.script.pattern_of_expression(expression)

    def test_the_versions_of_the_program_can_be_read_back(self):
        (version,) = self.script.kept_versions()
        self.assertEqual((version["id"], version["source"]["sha256"]), (BUILT_IN, self.script.SHA256))
        self.assertLess(self.script.BUILT_IN.stat().st_size, self.script.LARGEST)


if __name__ == "__main__":
    unittest.main()
