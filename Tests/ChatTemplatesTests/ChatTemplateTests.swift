import Testing

@testable import ChatTemplates

@Suite struct ChatTemplateTests {
  @Test func rendersAConversation() throws {
    let template = try ChatTemplate(try Fixture.template("chatml.jinja"))
    let messages = [ChatMessage(role: "user", content: "Hi"), ChatMessage(role: "assistant", content: "Ho")]
    let text = try template.render(messages: messages, addsGenerationPrompt: true)
    #expect(
      text == "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n"
        + "<|im_start|>assistant\nHo<|im_end|>\n<|im_start|>assistant\n")
    #expect(try template.render(messages: messages, addsGenerationPrompt: false).hasSuffix("Ho<|im_end|>\n"))
  }

  @Test func givesTheVariablesOfTransformers() throws {
    let template = try ChatTemplate(
      "{{ bos_token }}|{{ eos_token }}|{{ tools }}|{{ documents }}|{{ add_generation_prompt }}|{{ enable_thinking }}|"
        + "{{ messages }}")
    let message = ChatMessage(
      role: "assistant", content: "", extra: ["tool_calls": [], "content": nil, "name": "x"])
    let text = try template.render(
      messages: [message], addsGenerationPrompt: false, beginToken: "<s>", extra: ["enable_thinking": true])
    #expect(text == "<s>||None|None|False|True|[{'role': 'assistant', 'content': None, 'name': 'x', 'tool_calls': []}]")
    let tools: TemplateValue = [["type": "function", "limit": 1.5]]
    #expect(
      try ChatTemplate("{{ tools|tojson }}").render(messages: [], tools: tools)
        == #"[{"type": "function", "limit": 1.5}]"#)
  }

  @Test func partsOfAContent() throws {
    let template = try ChatTemplate(try Fixture.template("gemma.jinja"))
    let parts: TemplateValue = [["type": "text", "text": " Look "], ["type": "image"]]
    let message = ChatMessage(role: "user", content: "", extra: ["content": parts])
    let text = try template.render(messages: [message], beginToken: "<bos>")
    #expect(text == "<bos><start_of_turn>user\nLook<start_of_image><end_of_turn>\n<start_of_turn>model\n")
  }

  @Test func refusalsCarryTheTemplatesWords() throws {
    let template = try ChatTemplate(try Fixture.template("mistral.jinja"))
    let message = ChatMessage(role: "assistant", content: "Hi")
    #expect {
      try template.render(messages: [message], beginToken: "<s>")
    } throws: { error in
      (error as? TemplateError)?.reason == .raised("Roles have to alternate")
    }
  }

  @Test(arguments: [
    ("a\nb\n{{ x.y }}", 3, "print"), ("\n{% for x in 5 %}\n{% endfor %}", 2, "for"),
    ("{{ 1 }}\n\n{{ 'a'|nope }}", 3, "filter nope"),
    ("{% set a, b = 1, 2, 3 %}", 1, "set"), ("{% if 1 %}\n\n{% nope %}", 3, "nope"),
    ("{# c\n #}\n{% include 'x' %}", 3, "include"),
    ("{% macro m() %}\n{{ 1 / 0 }}\n{% endmacro %}\n\n{{ m() }}", 2, "print"), ("x\n{{ 'abc }}", 2, "tag"),
    ("{% if x %}\n\n", 1, "if"),
    ("{% set x %}\r\n{{ none + 1 }}{% endset %}", 2, "print"), ("{% call 5 %}{% endcall %}", 1, "call"),
  ]) func errorsNameTheirPlace(source: String, line: Int, construct: String) {
    let error = Fixture.render(source).failure
    #expect(error?.line == line, "\(source): \(String(describing: error))")
    #expect(error?.construct == construct, "\(source): \(String(describing: error))")
  }

  @Test func kindsOfErrors() {
    func reason(_ source: String) -> TemplateError.Reason? { Fixture.render(source).failure?.reason }
    #expect(reason("{{ x.y }}") == .undefined("'x' is undefined"))
    #expect(reason("{{ {}.a.b }}") == .undefined("'dict' has no attribute 'a'"))
    #expect(reason("{% extends 'base' %}") == .unsupported("the statement {% extends %}"))
    #expect(reason("{% from 'a' import b %}") == .unsupported("the statement {% from %}"))
    #expect(reason("{% for x in [] recursive %}{% endfor %}") == .unsupported("a recursive loop"))
    #expect(reason("{{ ''|urlize }}") == .unsupported("the filter urlize"))
    #expect(reason("{{ ''.encode() }}") == .unsupported("the method encode() of a string"))
    #expect(reason("{{ '{0.x}'.format(1) }}") == .unsupported("the format field {0.x}"))
    for source in [
      "{{ [].append(1) }}", "{{ {}.update({}) }}", "{{ ''.__class__.x }}", "{{ namespace(_a=1)._a + 1 }}",
      "{{ []['sort']() }}",
    ] {
      if case .forbidden? = reason(source) { continue }
      Issue.record("\(source): \(String(describing: reason(source)))")
    }
    #expect(Fixture.render("{{ x }}").success == "")
    #expect(
      "\(Fixture.render("{{ raise_exception('no') }}").failure!)"
        == "the chat template refuses these messages: no (line 1 of the chat template, in print)")
  }

  /// Characters are code points: canonically equivalent texts differ, and a flag has two.
  @Test func textIsCodePoints() {
    #expect(
      Fixture.render("{{ 'e\\u0301' == '\\u00e9' }}{{ '🇩🇪'|length }}{{ 'e\\u0301'|length }}{{ '\r\n'|length }}").success
        == "False221")
    #expect(Fixture.render("{{ {'e\\u0301': 1, '\\u00e9': 2}|length }}").success == "2")
  }

  @Test func renderingsDoNotShareState() throws {
    let template = try ChatTemplate("{% set ns = namespace(n=0) %}{% set ns.n = ns.n + x %}{{ ns.n }}")
    #expect(try (1...3).map { try template.render(["x": .integer($0)]) } == ["1", "2", "3"])
  }

  /// What holds itself is let go at the end of a rendering.
  @Test func cyclesAreBroken() throws {
    weak var namespace: Namespace?
    do {
      let renderer = try Renderer([:], limits: .standard, clock: .system)
      let body = try Parser.parse(
        "{% set ns = namespace() %}{% set ns.me = [ns] %}{% macro m() %}{{ ns }}{% endmacro %}", limits: .standard)
      _ = try renderer.execute(body)
      guard case .namespace(let found)? = renderer.scope.find("ns") else {
        throw TemplateError(line: 1, construct: "", reason: .undefined(""))
      }
      namespace = found
      _ = try renderer.render([])
    }
    #expect(namespace == nil)
  }
}
