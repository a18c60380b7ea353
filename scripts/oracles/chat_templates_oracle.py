#!/usr/bin/env python3
"""Writes the fixtures of Tests/ChatTemplatesTests: what transformers makes of templates.

    python3 -m venv venv && venv/bin/pip install torch==2.13.0 transformers==4.57.1 jinja2==3.1.6
    venv/bin/python scripts/oracles/chat_templates_oracle.py

`constructs.json` holds chat_templates_snippets.py, one construct or quirk each. `families.json` holds the templates of
Fixtures/templates, written for this project in the manner of each model family, over conversations. Where Jinja refuses,
the fixture says so and keeps no message: ours has its own words.

With files as arguments (templates that ship with models, say) it writes nothing: it prints one JSON object a line, with
the file's name, the conversation's, the variables, and what transformers makes of them.
"""
import datetime
import json
import pathlib
import sys

from transformers.utils.chat_template_utils import _compile_jinja_template

from chat_templates_snippets import SNIPPETS, VARIABLES

FOLDER = pathlib.Path(__file__).parents[2] / "Tests/ChatTemplatesTests/Fixtures"
NOW = datetime.datetime(2025, 2, 9, 14, 5, 7)

TOOLS = [
    {"type": "function", "function": {
        "name": "get_weather", "description": "The weather of a city.\nIn \"degrees\" <C>.",
        "parameters": {"type": "object", "properties": {
            "city": {"type": "string", "description": "its name"}, "unit": {"type": "string", "enum": ["c", "f"]},
            "days": {"type": "integer", "default": 3}}, "required": ["city"]}}},
    {"type": "function", "function": {
        "name": "add", "description": "Adds.",
        "parameters": {"type": "object", "properties": {
            "a": {"type": ["number", "string"]}, "b": {"type": "array", "items": {"type": "number"}},
            "c": {"type": "object"}}, "required": ["a", "b"]},
        "return": {"type": "number"}}},
]
USER = {"role": "user", "content": " What is it like in Z\u00fcrich? \u4f60\u597d \U0001f600\n"}
AGAIN = {"role": "user", "content": "And now?"}
ASSISTANT = {"role": "assistant", "content": "  Fine, \"thank\" you <b>.\n"}
SYSTEM = {"role": "system", "content": "You are terse.\n"}
THINKING = {"role": "assistant", "content": "<think>\nlet me see\n</think>\n\nIt rains."}
REASONED = {"role": "assistant", "content": "It rains.", "reasoning_content": "thinking hard\n"}


def call(arguments, name="get_weather", identity="abc123def"):
    return {"id": identity, "type": "function", "function": {"name": name, "arguments": arguments}}


def result(content, identity="abc123def"):
    return {"role": "tool", "tool_call_id": identity, "name": "get_weather", "content": content}


CONVERSATIONS = {
    "question": [USER],
    "system": [SYSTEM, USER],
    "turns": [SYSTEM, USER, ASSISTANT, AGAIN],
    "ends with the assistant": [USER, ASSISTANT],
    "thoughts": [USER, THINKING, AGAIN, THINKING],
    "reasoning apart": [USER, REASONED],
    "two questions": [USER, AGAIN],
    "parts": [{"role": "user", "content": [
        {"type": "text", "text": "Look: "}, {"type": "image"}, {"type": "text", "text": "see?"}]}],
    "tool": [SYSTEM, USER, {"role": "assistant", "content": None, "tool_calls": [call({"city": "Z\u00fcrich", "days": 2})]},
             result("{\"t\": 3}")],
    "tool, arguments as text": [USER, {"role": "assistant", "content": "", "tool_calls": [call("{\"city\": \"A\"}")]},
                                result("3 C"), ASSISTANT, AGAIN],
    "two tools": [USER, {"role": "assistant", "content": "Let me look.", "tool_calls": [
        call({"city": "A"}), call({"a": 1.5, "b": [1, 2e20], "c": {"x": None}}, "add", "zzz999yyy")]},
        result("1"), result("2", "zzz999yyy")],
    "tool that gives an object": [USER, {"role": "assistant", "tool_calls": [call({"city": "A"})]},
                                  result({"temperature": 3, "ok": True})],
    "nothing": [],
}
EXTRAS = {
    "no thinking": {"enable_thinking": False},
    "tools in the system turn": {
        "tools": TOOLS, "date_string": "1 Jan 2024", "builtin_tools": ["code_interpreter", "get_weather"],
        "tools_in_user_message": False},
}


def render(source, variables):
    """What transformers' environment makes of it, or that it refuses."""
    try:
        template = _compile_jinja_template(source)
        template.environment.globals["strftime_now"] = NOW.strftime
        return {"output": template.render(**variables)}
    except Exception:  # Jinja's errors and those of Python that reach through it
        return {"refused": True}


def chats():
    """Name and variables of every chat."""
    base = {"bos_token": "<s>", "eos_token": "</s>", "tools": None, "documents": None, "add_generation_prompt": True}
    for name, messages in CONVERSATIONS.items():
        yield name, dict(base, messages=messages)
        yield f"{name}, with tools", dict(base, messages=messages, tools=TOOLS)
        yield f"{name}, no prompt", dict(base, messages=messages, add_generation_prompt=False)
        for extra, more in EXTRAS.items():
            yield f"{name}, {extra}", dict(base, messages=messages, **more)


def write(name, value):
    text = json.dumps(value, ensure_ascii=False, indent=1)
    (FOLDER / name).write_text(text + "\n", encoding="utf-8")


def main():
    if len(sys.argv) > 1:
        for path in map(pathlib.Path, sys.argv[1:]):
            source = path.read_text(encoding="utf-8")
            for name, variables in chats():
                print(json.dumps({"template": path.name, "chat": name, "source": source, "variables": variables,
                                  **render(source, variables)}))
        return
    write("constructs.json", {"variables": VARIABLES, "cases": [
        {"topic": topic, "source": source, **render(source, VARIABLES)}
        for topic, sources in SNIPPETS.items() for source in sources]})
    outputs, cases = [], []
    for path in sorted((FOLDER / "templates").glob("*.jinja")):
        source = path.read_text(encoding="utf-8")
        for name, variables in chats():
            rendered = render(source, variables)
            if "output" in rendered and rendered["output"] not in outputs:
                outputs.append(rendered["output"])
            place = outputs.index(rendered["output"]) if "output" in rendered else None
            cases.append({"template": path.name, "chat": name, "output": place})
    # Many chats come to the same text, which stands here once; null is a refusal.
    write("families.json", {
        "chats": [{"name": name, "variables": variables} for name, variables in chats()],
        "outputs": outputs, "cases": [[case["template"], case["chat"], case["output"]] for case in cases]})


if __name__ == "__main__":
    main()
