#!/usr/bin/env python3
"""Files of other programs for Tests/InterchangeTests: each is what that program really writes.

    python3 interchange_oracle.py otel FIXTURES       opentelemetry-sdk, its OTLP exporters, its OpenAI instrumentation
    python3 interchange_oracle.py lm-eval FIXTURES    lm-eval with --log_samples, against an endpoint of this script
    python3 interchange_oracle.py guidellm FIXTURES URL   GuideLLM against `efficientllm mock-endpoint`
    python3 interchange_oracle.py parse FILE          reads OTLP/JSON with opentelemetry-proto and says what is in it

Spans have fixed ids and times, so that `otel` writes the same bytes each time but for what the instrumentation stamps.
No model and no network but loopback. Each program has pins of its own in requirements-oracles.txt.
"""

import base64
import contextlib
import http.server
import json
import os
import subprocess
import sys
import threading
from pathlib import Path

ANSWERS = {"France": "Paris", "Germany": "Berlin", "Italy": "Milan"}
SECOND = 1_000_000_000
BEGIN = 1_763_719_200 * SECOND  # 2025-11-21T10:00:00Z


class Endpoint(http.server.BaseHTTPRequestHandler):
    """Chat completions for three questions, one of them answered wrongly; `fail` gets status 500."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):  # noqa: N802
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        asked = body["messages"][-1]["content"]
        asked = asked if isinstance(asked, str) else asked[0]["text"]
        answer = next((answer for country, answer in ANSWERS.items() if country in asked), "I do not know")
        status = 500 if "fail" in asked else 200
        usage = {
            "prompt_tokens": 24, "completion_tokens": 9, "total_tokens": 33,
            "prompt_tokens_details": {"cached_tokens": 16}, "completion_tokens_details": {"reasoning_tokens": 4},
        }
        reply = {
            "id": "chatcmpl-1", "object": "chat.completion", "created": 1763719200, "model": "gpt-5-mini-2025-08-07",
            "choices": [{"index": 0, "message": {"role": "assistant", "content": answer}, "finish_reason": "stop"}],
            "usage": usage, "service_tier": "default",
        }
        if status != 200:
            reply = {"error": {"message": "the server fell over", "type": "server_error"}}
        data = json.dumps(reply).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def endpoint():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    server.shutdown()


class CountingIds:
    """Ids that count up, so that the fixtures do not change."""

    def __init__(self, trace=0x4BF92F3577B34DA6A3CE929D0E0E0000, span=0x00F067AA0BA90000):
        self.trace, self.span = trace, span

    def is_trace_id_random(self):
        return False

    def generate_span_id(self):
        self.span += 1
        return self.span

    def generate_trace_id(self):
        self.trace += 1
        return self.trace


def text_message(role, text, **more):
    return {"role": role, "parts": [{"type": "text", "content": text}], **more}


def agent_traces(tracer):
    """Two rows of a support agent: parallel tools and a nested agent in the first, a failed one second."""
    from opentelemetry import trace
    from opentelemetry.trace import SpanKind, Status, StatusCode

    def span(parent, name, begin, end, attributes, kind=SpanKind.INTERNAL):
        context = trace.set_span_in_context(parent) if parent else None
        made = tracer.start_span(name, context, kind, attributes, start_time=BEGIN + int(begin * SECOND))
        spans.append((made, BEGIN + int(end * SECOND)))
        return made

    def chat(parent, begin, end, tokens_in, tokens_out, *, cached=0, answer=None, call=None, model="gpt-5-mini"):
        parts = [{"type": "text", "content": answer}] if answer else []
        if call:
            parts.append({"type": "tool_call", "id": "call_1", "name": call[0], "arguments": call[1]})
        finish = "tool_call" if call else "stop"
        return span(parent, f"chat {model}", begin, end, {
            "gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": model,
            "gen_ai.response.model": model + "-2025-08-07", "gen_ai.usage.input_tokens": tokens_in,
            "gen_ai.usage.output_tokens": tokens_out, "gen_ai.usage.cache_read.input_tokens": cached,
            "gen_ai.response.finish_reasons": [finish], "server.address": "api.openai.com", "server.port": 443,
            "gen_ai.output.messages": json.dumps(
                [{"role": "assistant", "parts": parts, "finish_reason": finish}]),
        }, SpanKind.CLIENT)

    def tool(parent, name, begin, end, arguments, result):
        return span(parent, f"execute_tool {name}", begin, end, {
            "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": name, "gen_ai.tool.call.id": "call_1",
            "gen_ai.tool.type": "function", "gen_ai.tool.call.arguments": json.dumps(arguments),
            "gen_ai.tool.call.result": json.dumps(result),
        })

    spans = []
    root = span(None, "invoke_agent support", 0, 4, {
        "gen_ai.operation.name": "invoke_agent", "gen_ai.provider.name": "openai", "gen_ai.agent.name": "support",
        "gen_ai.request.model": "gpt-5-mini", "gen_ai.conversation.id": "conv-1", "efficientllm.row": "refund-1",
        # The sum over its calls, as agents' frameworks write it: not to be counted once more.
        "gen_ai.usage.input_tokens": 3000, "gen_ai.usage.output_tokens": 150,
        "gen_ai.input.messages": json.dumps([text_message("user", "Where is my refund for order 7?")]),
        "gen_ai.output.messages": json.dumps(
            [text_message("assistant", "Refund of $20 issued.", finish_reason="stop")]),
    })
    chat(root, 0.1, 1.0, 1000, 50, call=("find_order", {"order": 7}))
    # Side by side.
    tool(root, "find_order", 1.0, 2.0, {"order": 7}, {"status": "returned", "paid": 20})
    tool(root, "find_customer", 1.0, 1.5, {"order": 7}, "Ada")
    # An agent within the agent: its wall time holds its call's.
    nested = span(root, "invoke_agent refunds", 2.0, 3.0, {
        "gen_ai.operation.name": "invoke_agent", "gen_ai.provider.name": "openai", "gen_ai.agent.name": "refunds",
        "gen_ai.usage.input_tokens": 800, "gen_ai.usage.output_tokens": 40,
    })
    chat(nested, 2.1, 2.9, 800, 40, answer="Refund $20.")
    chat(root, 3.0, 3.9, 1200, 60, cached=1000, answer="Refund of $20 issued.")

    failed = span(None, "invoke_agent support", 10, 11.5, {
        "gen_ai.operation.name": "invoke_agent", "gen_ai.provider.name": "openai", "gen_ai.agent.name": "support",
        "gen_ai.request.model": "gpt-5-mini", "gen_ai.conversation.id": "conv-2", "efficientllm.row": "refund-2",
        "gen_ai.input.messages": json.dumps([text_message("user", "Cancel order 8.")]), "error.type": "timeout",
    })
    failed.set_status(Status(StatusCode.ERROR, "the call took too long"))
    chat(failed, 10.1, 11.4, 500, 0, model="gpt-5-mini")

    # The names of 2024: the oldest ones, contents in events.
    old = span(None, "chat gpt-4o-mini", 20, 21.25, {
        "gen_ai.operation.name": "chat", "gen_ai.system": "openai", "gen_ai.request.model": "gpt-4o-mini",
        "gen_ai.response.model": "gpt-4o-mini-2024-07-18", "gen_ai.usage.prompt_tokens": 100,
        "gen_ai.usage.completion_tokens": 20, "efficientllm.row": "refund-3",
    }, SpanKind.CLIENT)
    old.add_event("gen_ai.user.message", {"content": "Is my card blocked?"}, BEGIN + 20 * SECOND)
    old.add_event(
        "gen_ai.choice", {"index": 0, "finish_reason": "stop", "message": json.dumps({"content": "No."})},
        BEGIN + 21 * SECOND)
    old.add_event("gen_ai.evaluation.result", {
        "gen_ai.evaluation.name": "Relevance", "gen_ai.evaluation.score.value": 0.75,
        "gen_ai.evaluation.score.label": "relevant", "gen_ai.evaluation.explanation": "It answers the question.",
    }, BEGIN + 22 * SECOND)
    for made, end in spans:
        made.end(end_time=end)


def otel(out: Path):
    from google.protobuf import json_format
    from opentelemetry.exporter.otlp.json.file.trace_exporter import FileSpanExporter
    from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    resource = Resource({"service.name": "support-bot", "service.version": "1.2"})
    memory = InMemorySpanExporter()
    lines = out / "agent.otlp.jsonl"
    lines.unlink(missing_ok=True)
    provider = TracerProvider(resource=resource, id_generator=CountingIds())
    provider.add_span_processor(SimpleSpanProcessor(memory))
    provider.add_span_processor(SimpleSpanProcessor(FileSpanExporter(lines)))
    agent_traces(provider.get_tracer("support-bot", "1.2"))
    provider.shutdown()
    finished = memory.get_finished_spans()
    request = encode_spans(finished)
    # The general JSON of protocol buffers: ids in base64.
    general = json_format.MessageToDict(request)
    (out / "agent.protobuf.json").write_text(json.dumps(general, indent=1) + "\n")
    # OTLP/JSON: the same with ids in hexadecimal.
    for group in general["resourceSpans"]:
        for scope in group["scopeSpans"]:
            for span in scope["spans"]:
                for name in ("traceId", "spanId", "parentSpanId"):
                    if name in span:
                        span[name] = base64.b64decode(span[name]).hex()
    (out / "agent.otlp.json").write_text(json.dumps(general, indent=1) + "\n")
    (out / "agent.console.json").write_text("\n".join(span.to_json() for span in finished) + "\n")
    # With contents in log records, and in spans.
    for name, mode in [("events", "EVENT_ONLY"), ("contents", "SPAN_ONLY")]:
        subprocess.run([sys.executable, __file__, "instrumented", str(out), name], check=True, env={
            **os.environ, "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": mode,
            "OTEL_SEMCONV_STABILITY_OPT_IN": "gen_ai_latest_experimental"})


def instrumented(out: Path, name: str):
    """The real instrumentation of OpenAI's client, with what it records in spans and in log records."""
    import openai
    from opentelemetry.exporter.otlp.json.file._log_exporter import FileLogExporter
    from opentelemetry.exporter.otlp.json.file.trace_exporter import FileSpanExporter
    from opentelemetry.instrumentation.openai_v2 import OpenAIInstrumentor
    from opentelemetry.sdk._logs import LoggerProvider
    from opentelemetry.sdk._logs.export import SimpleLogRecordProcessor
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor

    resource = Resource({"service.name": "capitals"})
    spans, logs = out / f"openai-v2.{name}.spans.jsonl", out / f"openai-v2.{name}.logs.jsonl"
    for file in (spans, logs):
        file.unlink(missing_ok=True)
    provider = TracerProvider(resource=resource, id_generator=CountingIds(trace=0x5BF92F3577B34DA6A3CE929D0E0E0000))
    provider.add_span_processor(SimpleSpanProcessor(FileSpanExporter(spans)))
    records = LoggerProvider(resource=resource)
    records.add_log_record_processor(SimpleLogRecordProcessor(FileLogExporter(logs)))
    instrumentor = OpenAIInstrumentor()
    instrumentor.instrument(tracer_provider=provider, logger_provider=records)
    tracer = provider.get_tracer("capitals")
    with endpoint() as url:
        client = openai.OpenAI(base_url=url, api_key="none", max_retries=0)
        for row, question in [("fr", "the capital of France?"), ("it", "the capital of Italy?"), ("bad", "fail")]:
            with tracer.start_as_current_span("row", attributes={"efficientllm.row": row}):
                with contextlib.suppress(openai.APIError):
                    client.chat.completions.create(
                        model="gpt-5-mini", messages=[{"role": "user", "content": question}])
    provider.shutdown()
    records.shutdown()
    # The port is another one each time.
    port = url.split(":")[2].split("/")[0]
    for file in (spans, logs):
        if not file.read_text():
            file.unlink()
        else:
            file.write_text(file.read_text().replace(f'"intValue":"{port}"', '"intValue":"8080"'))


TASKS = {
    "capitals.yaml": """task: capitals
dataset_path: json
dataset_kwargs: {data_files: {test: capitals.jsonl}}
test_split: test
output_type: generate_until
doc_to_text: "Question: {{question}}\\nAnswer:"
doc_to_target: "{{answer}}"
generation_kwargs: {until: ["\\n"], max_gen_toks: 16}
metric_list:
  - {metric: exact_match, aggregation: mean, higher_is_better: true, ignore_case: true}
  - {metric: bleu, aggregation: bleu, higher_is_better: true}
""",
    "capitals_choice.yaml": """task: capitals_choice
dataset_path: json
dataset_kwargs: {data_files: {test: capitals.jsonl}}
test_split: test
output_type: multiple_choice
doc_to_text: "Question: {{question}}\\nAnswer:"
doc_to_choice: ["Paris", "Berlin", "Rome"]
doc_to_target: "{{answer}}"
metric_list:
  - {metric: acc, aggregation: mean, higher_is_better: true}
""",
    "capitals.jsonl": "".join(
        json.dumps({"id": id, "question": f"What is the capital of {country}?", "answer": answer}) + "\n"
        for id, country, answer in [("fr", "France", "Paris"), ("de", "Germany", "Berlin"), ("it", "Italy", "Rome")]),
}


def lm_eval(out: Path):
    import shutil
    import tempfile

    program = Path(sys.executable).parent / "lm_eval"
    with tempfile.TemporaryDirectory() as folder, endpoint() as url:
        work = Path(folder)
        for name, text in TASKS.items():
            (work / name).write_text(text)
        environment = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(work / "hf"), "OPENAI_API_KEY": "none"}
        runs = {
            "capitals": ["--model", "local-chat-completions", "--apply_chat_template", "--model_args",
                         f"model=gpt-5-mini,base_url={url}/chat/completions,num_concurrent=1,max_retries=1"],
            "capitals_choice": ["--model", "dummy"],
        }
        for task, arguments in runs.items():
            subprocess.run(
                [str(program), "run", *arguments, "--tasks", task, "--include_path", ".", "--output_path", "out-" + task,
                 "--log_samples"], cwd=work, env=environment, check=True)
            for file in sorted((work / ("out-" + task)).rglob("*.json*")):
                kind = "results" if file.name.startswith("results") else "samples"
                suffix = "json" if kind == "results" else "jsonl"
                target = out / f"{task}.{kind}.{suffix}"
                shutil.copy(file, target)
                # Where it ran is nobody's business.
                text = target.read_text().replace(str(work), "/tmp/oracle").replace(url, "http://localhost/v1")
                target.write_text(text.rstrip("\n") + "\n")


def guidellm(out: Path, url: str):
    import tempfile

    program = Path(sys.executable).parent / "guidellm"
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        (work / "prompts.jsonl").write_text("".join(
            json.dumps({"prompt": f"What is the capital of {country}?"}) + "\n" for country in ANSWERS))
        subprocess.run(
            [str(program), "run", "--backend", f"kind=openai_http,target={url},model=mock", "--profile",
             "kind=concurrent,streams=2", "--constraint", "kind=max_requests,count=6", "--data",
             f"kind=json_file,path={work}/prompts.jsonl", "--output", f"kind=json,path={work}/benchmarks.json",
             "--disable-console-interactive"], check=True, cwd=work,
            env={**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(work / "hf")})
        report = (work / "benchmarks.json").read_text().replace(str(work), "/tmp/oracle").replace(url, "http://localhost")
        (out / "guidellm.json").write_text(json.dumps(json.loads(report), indent=None, separators=(",", ":")) + "\n")


def parse(file: Path):
    """What opentelemetry-proto makes of a file of OTLP/JSON, a document a line or as a whole."""
    from google.protobuf import json_format
    from opentelemetry.proto.trace.v1.trace_pb2 import TracesData

    text = file.read_text()
    try:
        documents = [json.loads(text)]
    except json.JSONDecodeError:
        documents = [json.loads(line) for line in text.splitlines()]
    spans = []
    for document in documents:
        for group in document["resourceSpans"]:
            for scope in group["scopeSpans"]:
                for span in scope["spans"]:
                    for name in ("traceId", "spanId", "parentSpanId"):
                        if name in span:
                            span[name] = base64.b64encode(bytes.fromhex(span[name])).decode()
        message = json_format.ParseDict(document, TracesData())
        for group in message.resource_spans:
            for scope in group.scope_spans:
                spans += [
                    {"name": span.name, "trace": span.trace_id.hex(), "span": span.span_id.hex(), "kind": span.kind,
                     "start": span.start_time_unix_nano, "end": span.end_time_unix_nano, "status": span.status.code,
                     "attributes": {
                         pair.key: json_format.MessageToDict(pair.value) for pair in span.attributes},
                     "events": [{"name": event.name, "attributes": {
                         pair.key: json_format.MessageToDict(pair.value) for pair in event.attributes}}
                         for event in span.events]}
                    for span in scope.spans]
    print(json.dumps(spans, indent=1))


def main():
    command, place, *rest = sys.argv[1:]
    {"otel": otel, "lm-eval": lm_eval, "guidellm": guidellm, "parse": parse, "instrumented": instrumented}[command](Path(place), *rest)


if __name__ == "__main__":
    main()
