"""What the peers of the workload `infer` share: prompts, windows, rounds and steps, by hand-worked numbers."""

import io
import json
import os
import sys
import tempfile
import unittest
from contextlib import redirect_stdout
from pathlib import Path
from unittest import mock

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts" / "peers"))

import inference_common as common  # noqa: E402

SPEC = {
    "study": "s", "method": "m", "seed": 1, "precision": "fp32", "threads": 2,
    "settings": {"model": "tiny", "text": "austen", "prompt-tokens": 4, "batch": 2, "perplexity-tokens": 9},
    "work": {"tokens": 12, "tokensPerStep": 3, "sequenceLength": 3, "warmupSteps": 2, "unit": "generated"},
    "workingDirectory": "/nowhere",
}


def spec(precisions=("fp32",), **changes) -> common.InferSpec:
    return common.InferSpec.read({**SPEC, **changes}, precisions)


class SpecTests(unittest.TestCase):
    def test_rounds_are_those_of_the_engine(self):
        # 4 requests; seed 1 begins behind those of seed 0; warm-up rounds read what comes behind those that are measured.
        self.assertEqual(spec().rounds(), [(True, [8, 9]), (True, [10, 11]), (False, [4, 5]), (False, [6, 7])])

    def test_what_it_counts(self):
        self.assertEqual((spec().requests, spec().context), (4, 7))

    def test_what_is_refused(self):
        settings, work = SPEC["settings"], SPEC["work"]
        cases = [
            {"precision": "int8"}, {"work": work | {"unit": "tokens"}}, {"settings": settings | {"batch": 3}},
            {"settings": settings | {"colour": 1}}, {"settings": {"text": "austen"}},
            {"settings": settings | {"device": "cuda"}}, {"settings": settings | {"prompt-tokens": 0}},
        ]
        for case in cases:
            with self.subTest(case), self.assertRaises(ValueError):
                spec(**case)


class PromptTests(unittest.TestCase):
    text = common.PromptText(list(range(10, 20)), [], [1] * 10)
    begun = common.PromptText(list(range(10, 20)), [1], list(range(10)))

    def test_prompts_are_stretches_one_after_the_other_begun_anew(self):
        self.assertEqual(self.text.prompt(0, 4), [10, 11, 12, 13])
        self.assertEqual(self.text.prompt(1, 4), [14, 15, 16, 17])
        # 2 * 4 of 10 - 4 places.
        self.assertEqual(self.text.prompt(2, 4), [12, 13, 14, 15])
        self.assertEqual(self.text.prompt(3, 10), list(range(10, 20)))

    def test_the_begin_token_is_part_of_the_length(self):
        self.assertEqual(self.begun.prompt(0, 4), [1, 10, 11, 12])
        self.assertEqual(self.begun.prompt(2, 4), [1, 16, 17, 18])
        # 3 * 3 of 10 - 3 places.
        self.assertEqual(self.begun.prompt(3, 4), [1, 12, 13, 14])

    def test_windows_without_a_begin_token_leave_their_first_token_unpredicted(self):
        self.assertEqual(
            self.text.windows(9, length=4),
            [([10, 11, 12, 13], 3, 3), ([14, 15, 16, 17], 3, 3)],
        )

    def test_windows_with_one_predict_every_token(self):
        self.assertEqual(
            self.begun.windows(7, length=4),
            [([1, 10, 11, 12], 3, 0 + 1 + 2), ([1, 13, 14, 15], 3, 3 + 4 + 5), ([1, 16], 1, 6)],
        )

    def test_no_windows_of_nothing(self):
        self.assertEqual(self.text.windows(0), [])


class TextTests(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        patch = mock.patch.dict(os.environ, {"EFFICIENTLLM_HOME": folder.name})
        patch.start()
        self.addCleanup(patch.stop)

    def write(self, path: str, content: str) -> str:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode())
        return str(file)

    def test_an_obtained_corpus_is_its_documents_with_blank_lines_between(self):
        lines = [json.dumps({"id": "a", "text": "One."}), "", json.dumps({"text": " \n"}), json.dumps({"text": "Twö."})]
        self.write("cache/corpora/tale/documents.jsonl", "\n".join(lines))
        self.assertEqual(common.read_text("tale"), "One.\n\nTwö.")

    def test_no_document_follows_the_mebibyte(self):
        long = "x" * (1 << 20)
        self.write("cache/corpora/tale/documents.jsonl", "\n".join(json.dumps({"text": t}) for t in ["a", long, "b"]))
        self.assertEqual(common.read_text("tale"), "a\n\n" + long)

    def test_a_lone_file_is_cut_at_blank_lines(self):
        self.assertEqual(common.read_text(self.write("short.txt", "\ufeffa\n\nb\n")), "a\n\nb\n")
        long = "y" * 5000 + "\n"
        self.assertEqual(common.read_text(self.write("long.txt", long + "\n" + long)), long + "\n\n\n" + long)

    def test_what_is_not_there_is_named(self):
        with self.assertRaisesRegex(ValueError, "nothing"):
            common.read_text("nothing")
        with self.assertRaisesRegex(ValueError, "models get nothing"):
            common.model_path("nothing")

    def test_models_are_found_by_name_and_by_path(self):
        file = self.write("models/tiny/a.gguf", "")
        self.assertEqual(common.model_path("tiny"), Path(file))
        self.assertEqual(common.model_path(file), Path(file))
        self.write("models/other/config.json", "{}")
        self.assertEqual(common.model_path("other"), self.folder / "models/other")
        self.write("models/third/b.gguf", "")
        self.write("models/third/efficientllm-model.json", json.dumps({"opens": "b.gguf"}))
        self.write("models/third/c.gguf", "")
        self.assertEqual(common.model_path("third"), self.folder / "models/third/b.gguf")


class StepTests(unittest.TestCase):
    def test_a_step_ends_with_its_last_sequence(self):
        self.assertEqual(common.step_ends([(1, 5), (1, 7), (2, 9), (2, 8)], 2), [(1, 7), (2, 9)])

    def test_a_sequence_that_is_held_back_does_not_matter_while_another_tells(self):
        self.assertEqual(common.step_ends([(1, 5), (1, 6), (2, 8), (3, 10), (3, 11)], 3), [(1, 6), (2, 8), (3, 11)])

    def test_a_step_that_nobody_tells_is_merged(self):
        self.assertEqual(common.step_ends([(1, 5), (3, 11)], 3), [(1, 5), (3, 11)])

    def test_a_token_that_never_came_is_an_error(self):
        with self.assertRaises(ValueError):
            common.step_ends([(1, 5)], 2)

    def test_steps_are_told_with_what_they_did(self):
        out = io.StringIO()
        with redirect_stdout(out):
            steps = common.Steps(spec())
            steps.prefill(1, 2, True)
            steps.decode(2, 5, False, steps=2)
        first, second = map(json.loads, out.getvalue().splitlines())
        self.assertEqual((first["phase"], first["tokens"], first["samples"], first["warmup"]), ("prefill", 8, 2, True))
        self.assertEqual((second["index"], second["tokens"], second["samples"]), (1, 4, 2))


class ShapeTests(unittest.TestCase):
    def test_costs_of_a_small_model(self):
        shape = common.Shape(1000, 500, layers=2, width=8, heads=4, kv_heads=2, head_width=2, intermediate=16,
                             vocabulary=32, context=64)
        # A layer: 2 * 8 * 2 * (4 + 2) + 3 * 8 * 16 = 576; positions on average (7 + 1) / 2.
        self.assertEqual(shape.flops_per_token(7), 2 * 2 * 576 + 4 * 4 * 2 * 2 * 4 + 2 * 32 * 8)
        self.assertEqual(shape.cache_elements_per_token, 16)
        self.assertEqual(shape.account(spec(), 0.5, 2)["bits_per_weight"], 4)

    def test_a_window_bounds_what_is_attended_to(self):
        self.assertEqual(common.mean_context(4, None), 2.5)
        self.assertEqual(common.mean_context(4, 2), (1 + 2 + 2 + 2) / 4)


class TrialTests(unittest.TestCase):
    def test_a_trial_that_cannot_go_on_says_so(self):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "spec.json")
            file.write_text(json.dumps(SPEC | {"precision": "int8"}))
            out = io.StringIO()
            with redirect_stdout(out):
                status = common.run_trial(lambda document: common.InferSpec.read(document, ("fp32",)), file)
        self.assertEqual(status, 1)
        self.assertEqual(json.loads(out.getvalue())["event"], "failed")


if __name__ == "__main__":
    unittest.main()
