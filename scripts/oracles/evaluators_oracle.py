"""Makes Tests/EvaluatorsTests/Fixtures/{similarity,schemas,instructions,squad}.json.

What other implementations say: rouge-score, sacrebleu and rapidfuzz of similarities, lm-eval's copy of SQuAD's script of
its normalisation, jsonschema of documents, lm-eval's task ifeval of instructions (those that need no downloaded data).

Run from the root of the repository: python3 scripts/oracles/evaluators_oracle.py
lm-eval is needed for two of its task files only: pip install --no-deps lm-eval==0.4.9
"""

import importlib.util
import json
import pathlib
import sys
import types

import jsonschema
import nltk
from rapidfuzz.distance import Levenshtein
from rouge_score import rouge_scorer
from sacrebleu.metrics import CHRF

FIXTURES = pathlib.Path("Tests/EvaluatorsTests/Fixtures")


def write(name, value):
    FIXTURES.mkdir(parents=True, exist_ok=True)
    text = json.dumps(value, ensure_ascii=False, indent=0, separators=(",", ":"))
    (FIXTURES / name).write_text(text + "\n", encoding="utf-8")


def load_task_files():
    """lm-eval's files by themselves: the package around them wants torch."""
    root = pathlib.Path(importlib.util.find_spec("lm_eval").submodule_search_locations[0]) / "tasks"
    for name, folder in [("lm_eval", root.parent), ("lm_eval.tasks", root), ("lm_eval.tasks.ifeval", root / "ifeval")]:
        module = types.ModuleType(name)
        module.__path__ = [str(folder)]
        sys.modules[name] = module
    # Languages are not told apart here: what takes a detector is not asked.
    detector = types.ModuleType("langdetect")
    detector.LangDetectException = type("LangDetectException", (Exception,), {})
    sys.modules["langdetect"] = detector
    nltk.download = lambda *_, **__: False
    # In one piece: cutting sentences first takes a trained model.
    whole = nltk.word_tokenize
    nltk.word_tokenize = lambda text: whole(text, preserve_line=True)
    modules = []
    for name, path in [
        ("lm_eval.tasks.qasper.metrics", root / "qasper" / "metrics.py"),
        ("lm_eval.tasks.ifeval.instructions_util", root / "ifeval" / "instructions_util.py"),
        ("lm_eval.tasks.ifeval.utils", root / "ifeval" / "utils.py"),
    ]:
        if name.endswith("ifeval.utils"):
            modules.append(importlib.import_module(name))
            continue
        spec = importlib.util.spec_from_file_location(name, path)
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
        modules.append(module)
    return modules


PAIRS = [
    ("The cat sat on the mat.", "A cat is sitting on the mat"),
    ("Refund issued", "Refund NOT issued"),
    ("$20", "$2000"),
    ("It is awaiting batch settlement which usually completes within 24 hours.", "Pending batch settlement (24 hours)."),
    ("identical words", "identical words"),
    ("nothing shared", "whole other thing"),
    ("the", "answer"),
    ("a b a b a b", "a b"),
    ("naïve café – déjà vu", "naive cafe deja vu"),
    ("日本語の文章です。", "日本語の文です"),
    ("Straße 12, München", "STRASSE 12 MÜNCHEN"),
    ("don't can't won't", "dont cant wont"),
    ("x", "x y z w"),
    ("line one\nline two\tand\u00a0three", "line two and three line one"),
    ("2,500.50 dollars", "2500.50 dollars"),
    ("abc", "abcabcabcabc"),
    ("one two three four five six seven", "seven six five four three two one"),
    ("🙂 fine 🙂", "fine 🙂"),
    ("under_score a_b", "under score a b"),
    ("an apple a day keeps the doctor away", "apple day keeps doctor away"),
]


def similarity(qasper):
    rouge = rouge_scorer.RougeScorer(["rougeL"], use_stemmer=False)
    chrf = CHRF()
    cases = []
    for answer, reference in PAIRS:
        cases.append({
            "answer": answer, "reference": reference,
            "token-f1": qasper.f1_abstractive([answer], [reference]),
            "rouge-l": rouge.score(reference, answer)["rougeL"].fmeasure,
            "levenshtein": Levenshtein.normalized_similarity(answer, reference),
            "chrf": chrf.sentence_score(answer, [reference]).score / 100,
        })
    write("similarity.json", cases)
    texts = sorted({text for pair in PAIRS for text in pair} | {
        "The  Cat, the; AN hat-a", "a", "…the…", "the-cat", "theatre an-d", "É A’b the\u2019s", "\u1e9eA THE", "a_the the_",
        "x\u001cy\u0085z",
    })
    write("squad.json", [{"text": text, "normalised": qasper.normalize_answer(text)} for text in texts])


VALUES = [
    None, True, False, 0, 1, -1, 1.0, 2.5, 3, 10, 12.5, 100, 3e15, "", "a", "abc", "42", "2024-01-02", "ünï", "🙂🙂", [],
    [1], [1, 2], [1, 1.0], [True, 1], ["a", 1], [[1], [1]], [{"a": 1, "b": 2}, {"b": 2, "a": 1}], [1, "a", None, 4], {},
    {"a": 1}, {"a": "x"}, {"a": 1, "b": 2}, {"b": 2}, {"a": {"b": {"a": {}}}}, {"x1": 1}, {"x1": "s", "y": 1},
    {"name": "Ann", "age": 30}, {"name": "", "age": -1}, {"kind": "circle", "radius": 2},
    {"kind": "square", "radius": 2}, {"kind": "square", "side": 2}, {"value": 1, "next": {"value": 2, "next": None}},
    {"value": 1, "next": {"value": "no"}}, {"a/b": 1, "c~d": 2}, {"longname": 1},
]
SCHEMAS = [
    True, False, {}, {"type": "integer"}, {"type": "number"}, {"type": ["string", "null"]}, {"type": "boolean"},
    {"type": "object"}, {"type": "array"}, {"enum": [1, "a", None, [1], {"a": 1}]}, {"const": 1}, {"const": False},
    {"const": {"b": 2, "a": 1}}, {"const": [True, 1]}, {"minimum": 1}, {"maximum": 1}, {"exclusiveMinimum": 1},
    {"exclusiveMaximum": 2.5}, {"multipleOf": 2.5}, {"multipleOf": 3}, {"minLength": 2}, {"maxLength": 2},
    {"pattern": "^[0-9]+$"}, {"pattern": "b"}, {"minItems": 1, "maxItems": 2}, {"uniqueItems": True},
    {"items": {"type": "integer"}}, {"prefixItems": [{"type": "integer"}, {"type": "string"}]},
    {"prefixItems": [{"type": "integer"}], "items": False}, {"prefixItems": [True, True], "items": {"type": "null"}},
    {"contains": {"type": "string"}}, {"contains": {"type": "integer"}, "minContains": 2},
    {"contains": {"type": "integer"}, "maxContains": 1}, {"contains": {"type": "string"}, "minContains": 0},
    {"minContains": 2}, {"minProperties": 1, "maxProperties": 1}, {"required": ["a"]},
    {"properties": {"a": {"type": "integer"}}}, {"properties": {"a": True}, "additionalProperties": False},
    {"patternProperties": {"^x": {"type": "integer"}}, "additionalProperties": {"type": "string"}},
    {"properties": {"a": True}, "patternProperties": {"^x": True}, "additionalProperties": False},
    {"propertyNames": {"maxLength": 3}}, {"dependentRequired": {"a": ["b"]}},
    {"dependentSchemas": {"a": {"minProperties": 2}}}, {"allOf": [{"type": "integer"}, {"minimum": 2}]},
    {"anyOf": [{"type": "string"}, {"type": "array", "minItems": 2}]}, {"oneOf": [{"type": "integer"}, {"minimum": 2}]},
    {"not": {"type": "object"}}, {"not": {}},
    {"if": {"type": "string"}, "then": {"minLength": 3}, "else": {"type": ["object", "null"]}},
    {"if": {"required": ["a"]}, "then": {"required": ["b"]}}, {"then": False}, {"if": True, "else": False},
    {"$defs": {"whole": {"type": "integer"}}, "$ref": "#/$defs/whole", "minimum": 2},
    {"$ref": "#/$defs/tree", "$defs": {"tree": {"type": "object", "additionalProperties": {"$ref": "#/$defs/tree"}}}},
    {"type": "object", "properties": {"value": {"type": "integer"}, "next": {"anyOf": [{"type": "null"}, {"$ref": "#"}]}},
     "required": ["value"]},
    {"properties": {"a~0": True, "a": {"$ref": "#/$defs/x~1y"}}, "$defs": {"x/y": {"type": "string"}}},
    {"properties": {"a": {"$ref": "#/$defs/with%20space"}}, "$defs": {"with space": {"type": "integer"}}},
    {"items": {"$ref": "#/prefixItems/0"}, "prefixItems": [{"type": "integer"}]},
    {"type": "object", "required": ["name", "age"], "additionalProperties": False,
     "properties": {"name": {"type": "string", "minLength": 1}, "age": {"type": "integer", "minimum": 0}}},
    {"oneOf": [
        {"properties": {"kind": {"const": "circle"}, "radius": {"type": "number"}}, "required": ["kind", "radius"]},
        {"properties": {"kind": {"const": "square"}, "side": {"type": "number"}}, "required": ["kind", "side"]}]},
    {"title": "t", "description": "d", "default": 1, "examples": [2], "format": "date", "$comment": "c",
     "deprecated": False, "readOnly": True, "$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "http://x/y"},
    {"type": "integer", "enum": [1, 2], "const": 1}, {"properties": {"a/b": False}}, {"enum": []},
]


def schemas():
    rows = []
    for schema in SCHEMAS:
        validator = jsonschema.Draft202012Validator(schema)
        valid = "".join("1" if validator.is_valid(value) else "0" for value in VALUES)
        rows.append({"schema": schema, "valid": valid})
    write("schemas.json", {"values": VALUES, "schemas": rows})


ANSWERS = [
    "Plain answer.", "   \n ", "* one\n* two\n- three\n  * four", "*bold* and **strong** and ** ** and *\nno*",
    "Section 1\nText\nSECTION 2\nSection 3 more\nSection  4", "first\n***\nsecond\n***\nthird", "***\nfirst\n***\n\n***\nlast",
    "one\n\ntwo words\n\n'Three, is here", "one\n\n\n\ntwo", "<<A title>>\nbody", "<< >>\n<<>>", "<<a\nb>>",
    "My answer is yes.", "I think My answer is no. ok", "P.S. remember\n", "text\np. s. late", "P.P.S more", "p.p. s",
    "Dear [name], your [address] and [] here [a\nb]", "```json\n{\"a\": [1, 2]}\n```", "{\"a\": 1}", "{'a': 1}",
    "```\n[1]\n```", "\"quoted all\"", "\"", "“curly”", "no commas here", "a, b", "SHOUTING AND I'M LOUD, CAN'T WAIT!",
    "USA (NATO) A/B A--B C&D e.g. I am OK", "GIMME MORE'N THAT, GONNA CANNOT 'TIS", "first answer\n******\nsecond answer",
    "same\n******\nsame", "******\nonly one", "a******b******c", "Repeat this please. Then the answer.",
    "Done. Is there anything else I can help with?", "It ends here \"Any other questions?\"",
    "Dr. Smith went to the U.S. He stayed 3.5 days... Then he left! Really? Yes.", "Visit example.com now. Ph.D. students too.",
    "apple APPLE Apple pineapple", "Write 10 words: one two three four five six seven.", "ünïcödé wörds हिन्दी शब्द x_y",
    "First line\nkeyword inside here\nlast line", "Sure! Here it is:\n* real\n* answer\nHope it helps",
    "Mr. Fox Inc. However it works. J. R. R. Tolkien wrote.", "a.b.c. and e.f. end", "He said \"go.\" She said \"no!\" Ok?",
    "- \n-\n*\nfoo\n**x", "USA!CAN'T\u001cGO\u0085B. ", "Title\n\n* a, b\n* C D",
]
INSTRUCTIONS = [
    ("keywords:existence", {"keywords": ["apple"]}), ("keywords:existence", {"keywords": ["answer", "here"]}),
    ("keywords:frequency", {"keyword": "apple", "frequency": 3, "relation": "at least"}),
    ("keywords:frequency", {"keyword": "one", "frequency": 2, "relation": "less than"}),
    ("keywords:forbidden_words", {"forbidden_words": ["apple", "fox"]}),
    ("keywords:letter_frequency", {"letter": "e", "let_frequency": 3, "let_relation": "at least"}),
    ("keywords:letter_frequency", {"letter": "A", "let_frequency": 2, "let_relation": "less than"}),
    ("length_constraints:number_paragraphs", {"num_paragraphs": 3}),
    ("length_constraints:number_paragraphs", {"num_paragraphs": 1}),
    ("length_constraints:number_words", {"num_words": 6, "relation": "at least"}),
    ("length_constraints:number_words", {"num_words": 4, "relation": "less than"}),
    ("length_constraints:nth_paragraph_first_word", {"num_paragraphs": 3, "nth_paragraph": 3, "first_word": "Three"}),
    ("length_constraints:nth_paragraph_first_word", {"num_paragraphs": 2, "nth_paragraph": 2, "first_word": "two"}),
    ("length_constraints:nth_paragraph_first_word", {"num_paragraphs": 1, "nth_paragraph": 1, "first_word": "plain"}),
    ("detectable_content:number_placeholders", {"num_placeholders": 2}),
    ("detectable_content:number_placeholders", {"num_placeholders": 4}),
    ("detectable_content:postscript", {"postscript_marker": "P.S."}),
    ("detectable_content:postscript", {"postscript_marker": "P.P.S"}),
    ("detectable_content:postscript", {"postscript_marker": "Hope"}),
    ("detectable_format:number_bullet_lists", {"num_bullets": 2}),
    ("detectable_format:number_bullet_lists", {"num_bullets": 4}),
    ("detectable_format:constrained_response", {}),
    ("detectable_format:number_highlighted_sections", {"num_highlights": 1}),
    ("detectable_format:number_highlighted_sections", {"num_highlights": 3}),
    ("detectable_format:multiple_sections", {"section_spliter": "Section", "num_sections": 3}),
    ("detectable_format:multiple_sections", {"section_spliter": "SECTION", "num_sections": 1}),
    ("detectable_format:json_format", {}), ("detectable_format:title", {}), ("combination:two_responses", {}),
    ("combination:repeat_prompt", {"prompt_to_repeat": "Repeat this please."}),
    ("startend:end_checker", {"end_phrase": "Is there anything else I can help with?"}),
    ("startend:end_checker", {"end_phrase": "Any other questions?"}), ("startend:quotation", {}),
    ("change_case:capital_word_frequency", {"capital_frequency": 3, "capital_relation": "at least"}),
    ("change_case:capital_word_frequency", {"capital_frequency": 8, "capital_relation": "at least"}),
    ("change_case:capital_word_frequency", {"capital_frequency": 1, "capital_relation": "less than"}),
    ("punctuation:no_comma", {}),
]


def instructions(util, ifeval):
    rows = []
    for identifier, arguments in INSTRUCTIONS:
        results = {"id": identifier, "kwargs": arguments}
        for mode, check in [("strict", ifeval.test_instruction_following_strict), ("loose", ifeval.test_instruction_following_loose)]:
            followed = [
                check(ifeval.InputExample(1, [identifier], "prompt", [arguments]), answer).follow_all_instructions
                for answer in ANSWERS
            ]
            results[mode] = "".join("1" if flag else "0" for flag in followed)
        rows.append(results)
    write("instructions.json", {
        "answers": ANSWERS, "instructions": rows,
        "sentences": [util.split_into_sentences(answer) for answer in ANSWERS],
        "capitals": [sum(word.isupper() for word in nltk.word_tokenize(answer)) for answer in ANSWERS],
    })


if __name__ == "__main__":
    qasper, util, ifeval = load_task_files()
    similarity(qasper)
    schemas()
    instructions(util, ifeval)
