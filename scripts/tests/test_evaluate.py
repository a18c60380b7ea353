"""`efficientllm evaluate run`, killed again and again: nothing is lost, and nothing that was stored is asked again."""

import json
import os
import random
import signal
import sqlite3
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("EFFICIENTLLM_PROGRAM", ROOT / ".build" / "debug" / "efficientllm"))
ROWS, STREAMS, KILLS = 120, 3, 6


@unittest.skipUnless(PROGRAM.exists(), f"{PROGRAM} is not built")
class Evaluating(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.environment = {**os.environ, "EFFICIENTLLM_HOME": str(self.folder / "home")}
        rows = self.folder / "rows.jsonl"
        rows.write_text("".join(
            json.dumps({"id": f"r{number}", "input": f"What is {number}?", "expected": ["token"]}) + "\n"
            for number in range(ROWS)))
        self.run_program("dataset", "add", str(rows), "--name", "sums")
        self.log = self.folder / "mock.jsonl"
        self.mock = subprocess.Popen(
            [PROGRAM, "mock-endpoint", "--ttft", "20", "--itl", "2", "--tokens", "5", "--log", self.log],
            stdout=subprocess.PIPE, text=True, env=self.environment)
        self.addCleanup(self.end_mock)
        address = self.mock.stdout.readline().split()[-1]
        self.plan = self.folder / "plan.yaml"
        self.plan.write_text(json.dumps({
            "evaluation": "sums", "dataset": "sums",
            "candidates": [{"name": "mock", "endpoint": address, "model": "mock", "load": {"concurrency": STREAMS},
                            "price": {"provider": "openai", "model": "gpt-5-mini"}}],
            "evaluators": ["Contains"],
        }))

    def end_mock(self):
        if self.mock.poll() is None:
            self.mock.send_signal(signal.SIGTERM)
        self.mock.wait(timeout=60)
        self.mock.stdout.close()

    def run_program(self, *arguments: str, status: int = 0) -> str:
        done = subprocess.run([PROGRAM, *arguments], env=self.environment, capture_output=True, text=True, timeout=300)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done.stdout

    def stored(self) -> list[sqlite3.Row]:
        path = self.folder / "home" / "records.sqlite"
        if not path.exists():
            return []
        with sqlite3.connect(path) as database:
            database.row_factory = sqlite3.Row
            try:
                return database.execute("SELECT * FROM observation").fetchall()
            except sqlite3.OperationalError:
                return []

    def test_killed_at_any_moment(self):
        drawn = random.Random(3)
        for number in range(KILLS):
            process = subprocess.Popen(
                [PROGRAM, "evaluate", "run", self.plan], env=self.environment, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL)
            # Not by the clock: so many further answers, then the next moment.
            wanted = len(self.stored()) + drawn.randrange(0, 20)
            deadline = time.monotonic() + 120
            while len(self.stored()) < wanted and process.poll() is None and time.monotonic() < deadline:
                time.sleep(drawn.random() * 0.02)
            process.kill()
            process.wait(timeout=60)
        before = {row["row"]: row["request_id"] for row in self.stored()}
        self.run_program("evaluate", "run", str(self.plan))
        rows = self.stored()
        self.assertEqual(sorted(row["row"] for row in rows), sorted(f"r{number}" for number in range(ROWS)))
        self.assertTrue(all(row["status"] == "answered" for row in rows))
        # What was stored is the same still: it was not asked again.
        after = {row["row"]: row["request_id"] for row in rows}
        self.assertEqual({row: after[row] for row in before}, before)
        with sqlite3.connect(self.folder / "home" / "records.sqlite") as database:
            self.assertEqual(database.execute("SELECT COUNT(*) FROM verdict WHERE score = 1").fetchone()[0], ROWS)
        self.end_mock()
        asked = self.log.read_text().count("\n")
        self.assertLessEqual(asked, ROWS + KILLS * STREAMS, "more was asked again than was under way when it was killed")
        again = self.run_program("evaluate", "run", str(self.plan))
        self.assertIn(f"{ROWS} of them found in the records", again)

    def test_bad_plans(self):
        self.plan.write_text("evaluation: x\ndataset: nowhere\ncandidates: [{name: a, endpoint: 'http://h/v1', model: m}]\n")
        self.run_program("evaluate", "run", str(self.plan), status=2)
        self.plan.write_text("evaluation: x\n  dataset: [")
        self.run_program("evaluate", "run", str(self.plan), status=2)
        self.run_program("evaluate", "run", str(self.folder / "none.yaml"), status=2)
        self.assertEqual(self.stored(), [])


if __name__ == "__main__":
    unittest.main()
