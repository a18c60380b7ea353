"""The checks find what they are there to find."""

import importlib.machinery
import importlib.util
import tempfile
import unittest
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parents[1]


def load(name: str):
    loader = importlib.machinery.SourceFileLoader(name.replace("-", "_"), str(SCRIPTS / name))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


imports, docs, hygiene = load("check-imports"), load("check-docs"), load("check-hygiene")


class ImportTests(unittest.TestCase):
    def problems(self, room: str, text: str) -> list[str]:
        return imports.check_file(Path(f"Sources/{room}/File.swift"), room, text, imports.ROOMS[room], in_tests=False)

    def test_allowed_imports_pass(self):
        self.assertEqual(self.problems("Records", "public import Measures\nimport GRDB\nimport Foundation\n"), [])
        self.assertEqual(self.problems("Models", "internal import struct Torch.Tensor\n@testable import Layers\n"), [])
        self.assertEqual(self.problems("Layers", "// import GRDB\n/// Why we never import Records.\n"), [])

    def test_the_halves_stay_apart(self):
        self.assertRegex(self.problems("Measures", "import Torch\n")[0], "must not import Torch")
        self.assertRegex(self.problems("Training", "\npublic import Records\n")[0], r":2: Training must not import Records")

    def test_each_foreign_thing_has_its_door(self):
        self.assertRegex(self.problems("Studies", "import GRDB\n")[0], "door is Records")
        self.assertRegex(self.problems("Layers", "import CTorch\n")[0], "must not import CTorch")
        self.assertRegex(self.problems("Records", "import Subprocess")[0], "door is Studies")
        self.assertRegex(self.problems("Studies", "@preconcurrency import ArgumentParser")[0], "door is efficientllm")
        self.assertRegex(self.problems("Studies", "import Alamofire")[0], "on no list")
        self.assertRegex(self.problems("Studies", 'let handle = dlopen("x", 1)')[0], "door is CTorch, Probes")
        self.assertEqual(self.problems("Probes", 'let handle = dlopen("x", 1) // NVML'), [])

    def test_the_plan_has_no_circle_and_no_edge_between_the_halves(self):
        self.assertEqual(imports.check_plan(), [])

    def test_a_new_edge_in_the_manifest_is_found(self):
        target = {"name": "Measures", "type": "regular", "dependencies": [{"byName": ["Torch", None]}]}
        found, _ = imports.check_manifest({"targets": [target, {"name": "Torch", "type": "regular", "dependencies": []}]})
        self.assertIn("Package.swift: Measures depends on Torch, which the plan does not allow", found)


class DocumentTests(unittest.TestCase):
    def test_commands_of_a_block(self):
        block = next(docs.FENCE.finditer("<!-- run -->\n```console\n$ a --b \\\n  c  # why\noutput\n$ d\n```\n"))
        self.assertTrue(block["run"])
        self.assertEqual(docs.commands_of(block["body"], "console"), ["a --b    c", "d"])

    def test_unknown_commands_and_files_are_found(self):
        self.assertEqual(docs.check_command("./dev test", None, {}), [])
        self.assertEqual(docs.check_command("./dev tset", None, {}), ["./dev has no command tset"])
        self.assertEqual(docs.check_command("X=1 scripts/nothing --x | cat", None, {}), ["there is no scripts/nothing"])

    def test_subcommands_and_flags_are_looked_up(self):
        with tempfile.TemporaryDirectory() as folder:
            program = Path(folder) / "efficientllm"
            program.write_text(
                '#!/bin/sh\ncase "$1" in\n'
                "  rank) echo '  --score  Scores.' ;;\n  --help) echo '  rank     Ranks.' ;;\n  *) exit 2 ;;\nesac\n"
            )
            program.chmod(0o755)
            self.assertIsNone(docs.check_program(["rank", "t.csv", "--score"], program, {}))
            self.assertRegex(docs.check_program(["rank", "t.csv", "--sore"], program, {}), "has no --sore")
            self.assertIsNone(docs.check_program(["rank", "--score", "x"], program, {}))
            self.assertRegex(docs.check_program(["rnak"], program, {}), "no command rnak")

    def test_links_and_anchors(self):
        path = docs.ROOT / "README.md"
        text = "[x](dev) [y](https://example.org) [z](#a-b) [w](#c)\n\n## A, `b`\n"
        self.assertEqual(docs.check_links(path, text), ["README.md: #c has no such heading"])
        self.assertRegex(docs.check_links(path, "[x](no/such.md)")[0], "leads nowhere")
        self.assertEqual(docs.slug("Add a `Measure`, quickly"), "add-a-measure-quickly")

    def test_symbols_and_paths(self):
        path = docs.ROOT / "ARCHITECTURE.md"
        text = "`TrialEvent` `TrialEvent.failed` `Sources/Measures/` `.build/` `study run` `NoSuchThing` `Sources/No.swift`"
        found = docs.check_symbols(path, text, docs.declared_symbols())
        self.assertEqual(len(found), 2, found)


class HygieneTests(unittest.TestCase):
    def test_leftovers_are_found(self):
        for text in ["<" * 7 + " HEAD\n", "// TO" + "DO: later\n", "// " + "-" * 20 + "\n", 'let p = "/ho' + 'me/me/x"\n']:
            self.assertEqual(len(hygiene.check_text("Sources/A/B.swift", text)), 1, text)

    def test_good_text_passes(self):
        text = '// See TO' + 'DO(#12).\nlet url = "https://example.org/home/page"\n'
        self.assertEqual(hygiene.check_text("Sources/A/B.swift", text), [])

    def test_long_files_are_found_but_not_data_tables(self):
        text = "x\n" * 501
        self.assertRegex(hygiene.check_text("Sources/A/B.swift", text)[0], "501 lines")
        self.assertEqual(hygiene.check_text("Sources/A/B+Table.swift", text), [])


if __name__ == "__main__":
    unittest.main()
