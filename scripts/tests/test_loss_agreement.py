"""The engine and the PyTorch peer, from the same initial weights over the same batches: losses agree to four digits."""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAM = Path(os.environ.get("EFFICIENTLLM_PROGRAM", ROOT / ".build/debug/efficientllm"))
HOME = Path(os.environ.get("EFFICIENTLLM_HOME", ROOT / ".efficientllm"))


@unittest.skipUnless(PROGRAM.exists(), f"{PROGRAM} is not built")
@unittest.skipUnless((HOME / "cache/corpora/austen").exists(), "the corpus austen is not here: ./dev setup")
class LossAgreement(unittest.TestCase):
    def losses(self, command: list[str], environment: dict) -> list[float]:
        result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, cwd=ROOT)
        self.assertEqual(result.returncode, 0, result.stdout[-2000:] + result.stderr[-2000:])
        events = [json.loads(line) for line in result.stdout.splitlines() if line.startswith("{")]
        return [event["loss"] for event in events if event["event"] == "step" and event["phase"] == "train"]

    def test_two_hundred_steps(self):
        environment = os.environ | {"EFFICIENTLLM_PROGRAM": str(PROGRAM), "EFFICIENTLLM_HOME": str(HOME)}
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            weights = folder / "initial.safetensors"
            spec = {
                "study": "agreement", "method": "GQA", "seed": 3, "precision": "fp32", "threads": 2,
                "settings": {"model": "tiny", "attention": "gqa", "corpus": "austen", "vocabulary": 1024, "layers": 2,
                             "width": 96, "heads": 6, "kv-heads": 2, "intermediate": 264, "evaluation-tokens": 256},
                "work": {"tokens": 200 * 512, "tokensPerStep": 512, "sequenceLength": 64, "warmupSteps": 0},
                "workingDirectory": name,
            }
            (folder / "first.json").write_text(json.dumps(spec))
            subprocess.run(
                [PROGRAM, "trial", "--spec", folder / "first.json", "--export-initial-weights", weights], check=True,
                env=environment)
            spec["settings"]["initial-weights"] = str(weights)
            (folder / "second.json").write_text(json.dumps(spec))
            ours = self.losses([str(PROGRAM), "trial", "--spec", str(folder / "second.json")], environment)
            theirs = self.losses(
                [sys.executable, str(ROOT / "scripts/peers/train_pytorch.py"), "--spec", str(folder / "second.json")],
                environment)
        self.assertEqual(len(ours), 200)
        self.assertEqual(len(theirs), 200)
        self.assertLess(ours[-1], ours[0] - 1)
        self.assertLess(abs(ours[-1] - theirs[-1]) / theirs[-1], 1e-4)


if __name__ == "__main__":
    unittest.main()
