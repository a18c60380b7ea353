#!/usr/bin/env python3
"""Turns the data of PyPI's genai-prices (MIT) into a version of our price catalogue.

    scripts/pricing/import_genai_prices.py                            # the pinned release -> BuiltInPrices+Table.swift
    scripts/pricing/import_genai_prices.py --release X.Y.Z --sha256 HASH --date YYYY-MM-DD --output new.json

The second form writes one version by itself, for `efficientllm prices update --file new.json`. The first appends to the
versions that the program brings and never touches them: a version whose name is there already has to come out the same,
byte for byte. `--wheel FILE` takes a wheel that lies on this machine in place of a download; its hash is checked all the
same.

The output depends on the wheel alone. What is carried: providers with their pricing pages, models with the names they
answer to, prices with the dates, hours and conditions (batch, service tiers) they hold for, and steps by context length.
What is left out: descriptions, context windows, comments.
"""

import argparse
import datetime
import hashlib
import io
import itertools
import json
import re
import subprocess
import sys
import tempfile
import zipfile
from decimal import Decimal
from pathlib import Path

try:
    from re import _constants as syntax, _parser as parser
except ImportError:  # before Python 3.11
    import sre_constants as syntax
    import sre_parse as parser

ROOT = Path(__file__).resolve().parents[2]
BUILT_IN = ROOT / "Sources/Pricing/Resources/BuiltInPrices+Table.swift"
RELEASE = "0.2.3"
SHA256 = "56976ce2b04ec206117f7d0e53f4849211a6724ab3a12119afec304eba63ee25"
TAKEN = "2026-11-21"  # the day the pinned release was taken up
LARGEST = 1_000_000  # bytes of that file
# The data is text in a Swift file: as an array of bytes, which is how packages embed files, it compiles for minutes.
HEAD = """\
// swift-format-ignore-file

/// The versions of the prices that the program brings, as JSON. Made by scripts/pricing/import_genai_prices.py, which only
/// ever adds to it.
let builtInPrices: StaticString = #\"""
"""
TAIL = '\n"""#\n'
FINEST = Decimal("1e-12")  # prices are held in millionths of a millionth

# What genai-prices calls a price, and what we call it. All but the last eight are per million.
KINDS = {
    "input_mtok": "input", "cache_read_mtok": "cached_input", "cache_write_mtok": "cache_write",
    "cache_write_1h_mtok": "cache_write_1h", "input_audio_mtok": "input_audio", "cache_audio_read_mtok": "cached_audio",
    "input_image_mtok": "input_image", "cache_image_read_mtok": "cached_image", "input_video_mtok": "input_video",
    "output_mtok": "output", "output_reasoning_mtok": "output_reasoning", "output_audio_mtok": "output_audio",
    "output_image_mtok": "output_image", "output_video_mtok": "output_video", "output_citation_mtok": "output_citation",
    "input_mchars": "input_characters", "web_searches_kcount": "web_search", "storage_searches_kcount": "storage_search",
    "requests_kcount": "request", "input_text_messages_kcount": "text_message", "audio_hours": "audio_hours",
    "input_audio_hours": "input_audio_hours", "input_document_kpages": "document_page",
    "input_annotated_document_kpages": "annotated_document_page",
}


class Record:
    """An object of the package's data: its class by name, its fields by keyword."""

    def __init__(self, **fields):
        self.fields = fields

    def __getitem__(self, name):
        return self.fields.get(name)

    @property
    def kind(self) -> str:
        return type(self).__name__


def member(wheel: bytes, ending: str) -> str:
    """The text of the one file of a wheel whose path ends so."""
    archive = zipfile.ZipFile(io.BytesIO(wheel))
    return archive.read(next(name for name in archive.namelist() if name.endswith(ending))).decode()


def read_providers(wheel: bytes) -> list[Record]:
    """Runs the package's data file, with records in place of its classes: it is nothing but one large expression."""
    source = member(wheel, "genai_prices/data.py")
    source = source.replace("from .types import *\n", "")
    names = set(re.findall(r"\b([A-Z]\w+)\(", source)) - {"Decimal"}
    space = {name: type(name, (Record,), {}) for name in names}
    exec(compile(source, "genai_prices/data.py", "exec"), space)
    return space["providers"]


def literal(text: str) -> str:
    """Text that stands for itself in a pattern."""
    if re.search(r"[*#]", text):
        sys.exit(f"import_genai_prices: a name has a character that patterns use: {text}")
    return text.lower()


def expansions(nodes) -> list[str]:
    """All patterns a piece of a regular expression comes to; `$` at the end of one that has to end there."""
    results = [""]
    for operation, value in nodes:
        if operation is syntax.LITERAL:
            options = [literal(chr(value))]
        elif operation is syntax.IN and value == [(syntax.CATEGORY, syntax.CATEGORY_DIGIT)]:
            options = ["#"]
        elif operation is syntax.IN and all(kind is syntax.LITERAL for kind, _ in value):
            options = sorted({literal(chr(code)) for _, code in value})
        elif operation is syntax.MAX_REPEAT and value[0] == 0 and list(value[2]) == [(syntax.ANY, None)]:
            options = ["*"]
        elif operation is syntax.MAX_REPEAT and value[1] <= 16:
            once = expansions(value[2])
            options = [
                "".join(parts) for count in range(value[0], value[1] + 1) for parts in itertools.product(once, repeat=count)
            ]
        elif operation is syntax.SUBPATTERN:
            options = expansions(value[3])
        elif operation is syntax.BRANCH:
            options = [option for branch in value[1] for option in expansions(branch)]
        elif (operation, value) in {(syntax.AT, syntax.AT_END), (syntax.AT, syntax.AT_END_STRING)}:
            options = ["$"]
        else:
            raise ValueError(f"{operation} {value}")
        results = [left + right for left in results for right in options]
        if len(results) > 64:
            raise ValueError("too many alternatives")
    return results


def anchored(nodes) -> list[str]:
    """The patterns of an expression that begins at the text's beginning."""
    return [text[:-1] if text.endswith("$") else text + "*" for text in expansions(nodes)]


def pattern_of_expression(expression: str):
    """A regular expression as patterns: `*` is any text, `#` is one digit. One that is more than that ends the import."""
    try:
        nodes, conditions = list(parser.parse(expression)), []
        begins = bool(nodes) and nodes[0] == (syntax.AT, syntax.AT_BEGINNING)
        nodes = nodes[1:] if begins else nodes
        while begins and nodes and nodes[0][0] is syntax.ASSERT_NOT:
            _, body = nodes.pop(0)[1]
            if str(list(body)).startswith("[(MAX_REPEAT, (1, MAXREPEAT, [(NOT_LITERAL, 47)])), (LITERAL, 47)"):
                conditions.append({"not": "*/*"})  # (?![^/]+/): a name without a path
            else:
                conditions.append({"not": one_or_list(anchored(body))})
        if nodes or not conditions:
            found = anchored(nodes)
            conditions.append(one_or_list(found if begins else ["*" + text for text in found]))
        return conditions[0] if len(conditions) == 1 else {"all": conditions}
    except ValueError as error:
        sys.exit(f"import_genai_prices: {expression} cannot be said as patterns ({error}): teach this script")


def one_or_list(patterns: list):
    unique = [item for index, item in enumerate(patterns) if item not in patterns[:index]]
    return unique[0] if len(unique) == 1 else unique


def pattern(clause: Record):
    if clause.kind == "ClauseEquals":
        return literal(clause["equals"])
    if clause.kind == "ClauseStartsWith":
        return literal(clause["starts_with"]) + "*"
    if clause.kind == "ClauseEndsWith":
        return "*" + literal(clause["ends_with"])
    if clause.kind == "ClauseContains":
        return "*" + literal(clause["contains"]) + "*"
    if clause.kind == "ClauseRegex":
        return pattern_of_expression(clause["regex"])
    if clause.kind == "ClauseOr":
        parts = [pattern(part) for part in clause["or_"]]
        return one_or_list([item for part in parts for item in (part if isinstance(part, list) else [part])])
    if clause.kind == "ClauseAnd":
        return {"all": [pattern(part) for part in clause["and_"]]}
    sys.exit(f"import_genai_prices: there is a new kind of clause, {clause.kind}: teach this script")


def price_text(value: Decimal, rounded: list[str], where: str) -> str:
    """A decimal without needless zeros. Noise of binary fractions beyond twelve places is rounded away and counted."""
    if value.as_tuple().exponent < FINEST.as_tuple().exponent:
        rounded.append(where)
        value = value.quantize(FINEST)
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def rates(prices: Record, rounded: list[str], where: str) -> dict:
    result = {}
    for key, value in prices.fields.items():
        if value is None:
            continue
        if key not in KINDS:
            sys.exit(f"import_genai_prices: {where} has a new kind of price, {key}: teach this script and PriceKind")
        if isinstance(value, Record):
            tiers = sorted(value["tiers"], key=lambda tier: tier["start"])
            result[KINDS[key]] = {
                "base": price_text(value["base"], rounded, where),
                "tiers": [{"above": tier["start"], "price": price_text(tier["price"], rounded, where)} for tier in tiers],
            }
        else:
            result[KINDS[key]] = price_text(value, rounded, where)
    return {kind: result[kind] for kind in KINDS.values() if kind in result}


def clock(time: datetime.time) -> str:
    if time.tzinfo is not None and time.utcoffset():
        time = (datetime.datetime.combine(datetime.date(2000, 1, 1), time) - time.utcoffset()).time()
    return f"{time.hour:02d}:{time.minute:02d}"


def entry(conditional: Record, rounded: list[str], where: str) -> dict:
    result, constraint = {}, conditional["constraint"]
    if constraint is not None and constraint.kind == "StartDateConstraint":
        result["from"] = constraint["start_date"].isoformat()
    elif constraint is not None and constraint.kind == "TimeOfDateConstraint":
        result["hours"] = [clock(constraint["start_time"]), clock(constraint["end_time"])]
    elif constraint is not None:
        sys.exit(f"import_genai_prices: {where} has a new kind of constraint, {constraint.kind}: teach this script")
    if conditional["when"]:
        result["when"] = dict(sorted(conditional["when"].items()))
    result["prices"] = rates(conditional["prices"], rounded, where)
    return result


def end_dates(entries: list[dict]) -> None:
    """Where a later standard price takes over from an earlier one, the earlier says until when it held."""
    dated = [item for item in entries if "hours" not in item and "when" not in item]
    for index, earlier in enumerate(dated):
        followers = [later["from"] for later in dated[index + 1:] if later.get("from", "") > earlier.get("from", "")]
        if followers:
            earlier["until"] = min(followers)


def model(record: Record, provider: str, rounded: list[str]) -> dict:
    where = f"{provider}/{record['id']}"
    prices = record["prices"]
    standard = prices if isinstance(prices, list) else [Record(prices=prices)]
    entries = [entry(conditional, rounded, where) for conditional in standard]
    # The package takes the first variant that has a price; with us, later entries win.
    entries += [entry(variant, rounded, where) for variant in reversed(record["price_variants"] or [])]
    # A condition without prices of its own is the standard price, which needs no saying.
    entries = [item for item in entries if item["prices"] or "when" not in item]
    end_dates(entries)
    result = {"id": record["id"]}
    names = pattern(record["match"])
    if names != record["id"].lower():
        result["match"] = names
    keys = ("from", "until", "hours", "when", "prices")
    result["entries"] = [{key: item[key] for key in keys if key in item} for item in entries]
    return result


def provider(record: Record, rounded: list[str]) -> dict:
    result = {"id": record["id"], "name": record["name"]}
    if record["pricing_urls"]:
        result["pages"] = record["pricing_urls"]
    if record["provider_match"]:
        result["match"] = pattern(record["provider_match"])
    if record["model_match"]:
        result["models_match"] = pattern(record["model_match"])
    if record["fallback_model_providers"]:
        result["fallback"] = record["fallback_model_providers"]
    result["models"] = [model(item, record["id"], rounded) for item in record["models"]]
    return result


def compact(value) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def render(version: dict) -> str:
    """JSON with one model a line, so that a difference between two files can be read."""
    providers = []
    for item in version["providers"]:
        head = compact({key: value for key, value in item.items() if key != "models"})
        models = ",\n".join(compact(entry) for entry in item["models"])
        providers.append(f'{head[:-1]},"models":[\n{models}]}}')
    head = compact({key: value for key, value in version.items() if key != "providers"})
    return f'{head[:-1]},"providers":[\n' + ",\n".join(providers) + "]}"


def kept_versions() -> list[dict]:
    """The versions that are in the Swift file already."""
    if not BUILT_IN.exists():
        return []
    text = BUILT_IN.read_text(encoding="utf-8")
    return json.loads(text[text.index('#"""') + 4 : text.rindex('"""#')])["versions"]


def obtain(release: str, wheel: Path | None, sha256: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        if wheel is None:
            command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
            subprocess.run([*command, "--dest", folder, f"genai-prices=={release}"], check=True)
            wheel = next(Path(folder).glob("genai_prices-*.whl"))
        content = wheel.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        sys.exit(f"import_genai_prices: {wheel.name} has the hash {found}, not {sha256}")
    return content


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--release", default=RELEASE, help="of genai-prices")
    arguments.add_argument("--sha256", help="of its wheel; known for the pinned release")
    arguments.add_argument("--date", help="the day it is taken up; known for the pinned release")
    arguments.add_argument("--wheel", type=Path, help="a wheel that lies here, in place of a download")
    arguments.add_argument("--output", type=Path, help="one version by itself, in place of appending to prices.json")
    options = arguments.parse_args()
    if options.release != RELEASE and not (options.sha256 and options.date):
        arguments.error("a release that is not the pinned one needs --sha256 and --date")
    sha256 = options.sha256 or SHA256
    rounded: list[str] = []
    wheel = obtain(options.release, options.wheel, sha256)
    providers = [provider(item, rounded) for item in read_providers(wheel)]
    version = {
        "id": f"genai-prices-{options.release}",
        "date": options.date or TAKEN,
        "complete": True,
        "source": {
            "name": f"genai-prices {options.release}", "licence": "MIT", "sha256": sha256,
            "url": f"https://pypi.org/project/genai-prices/{options.release}/", "notice": member(wheel, "/LICENSE"),
        },
        "providers": providers,
    }
    text = render(version)
    if options.output:
        options.output.write_text(text + "\n", encoding="utf-8")
    else:
        kept = kept_versions()
        same = [item for item in kept if item["id"] == version["id"]]
        if same and same[0] != json.loads(text):
            sys.exit(f"import_genai_prices: {version['id']} is there with other content; versions never change")
        texts = [render(item) for item in kept] + ([] if same else [text])
        document = HEAD + '{"format":1,"versions":[\n' + ",\n".join(texts) + "]}" + TAIL
        if len(document.encode()) > LARGEST:
            sys.exit(f"import_genai_prices: {BUILT_IN.name} would have more than {LARGEST} bytes: {len(document.encode())}")
        if document.count('"""#') > 1 or "\\#" in document:
            sys.exit("import_genai_prices: the data has characters that end the text")
        BUILT_IN.parent.mkdir(parents=True, exist_ok=True)
        BUILT_IN.write_text(document, encoding="utf-8")
    models = sum(len(item["models"]) for item in providers)
    print(f"{version['id']}: {len(providers)} providers, {models} models, {len(text.encode())} bytes; "
          f"{len(rounded)} prices rounded to twelve places")
    return 0


if __name__ == "__main__":
    sys.exit(main())
