import Foundation
import Testing

@testable import ChatTemplates

/// Hostile templates end with an error that says which cap they met.
@Suite struct LimitTests {
  private static let loop = "{% for i in range(100000) %}"
  private static let end = "{% endfor %}"

  /// Small enough that a test is quick; the caps work the same at any size.
  private static var tight: TemplateLimits {
    var limits = TemplateLimits.standard
    limits.steps = 50_000
    limits.characters = 200_000
    limits.outputBytes = 100_000
    limits.elements = 10_000
    return limits
  }

  private func limit(_ source: String, _ limits: TemplateLimits = tight) -> TemplateError.Limit? {
    let result = Fixture.render(source, ["tools": ["a", "b"]], limits: limits)
    guard case .limit(let limit, _)? = result.failure?.reason else {
      Issue.record("\(source.prefix(120)): \(result)")
      return nil
    }
    return limit
  }

  @Test(arguments: [
    loop + loop + end + end, loop + loop + "{{ 'x' }}" + end + end,
    "{% macro f(n) %}{% if n %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(30) }}",
    "{% set x = range(9000)|list %}" + loop + "{% if x == x[:] %}{% endif %}" + end,
    "{% set x = range(5000)|list %}" + loop + "{% set y = x|sort(reverse=true) %}" + end,
    "{% set x = 'a b ' * 10000 %}" + loop + "{% set y = x.count('z') %}" + end,
    "{{ range(100000)|slice(99999999999)|list }}", "{{ range(100000)|map('string')|list|length }}",
    "{% set x = 'é' * 40000 %}" + loop + "{{ x is lower }}" + end, "{{ dict(range(60000)|batch(2)|list)|length }}",
  ]) func steps(_ source: String) { #expect(limit(source) == .steps) }

  @Test(arguments: [
    "{{ 'a' * 1000000000000 }}", "{{ 9223372036854775807 * 'ab' }}", "{{ 'a'.center(9999999999) }}",
    "{{ 'a'.zfill(9999999999) }}",
    "{{ '%9999999999d' % 1 }}", "{{ '%.99999999d' % 1 }}", "{{ '%*d' % (99999999, 1) }}",
    "{{ ('a' * 1000).replace('', 'b' * 1000) }}",
    "{{ tools|tojson(indent=100000000000) }}", "{{ tools|tojson(indent=('x' * 90000)) }}",
    "{{ 'a\nb'|indent(10000000000) }}",
    "{{ ('a\n' * 900)|indent(900) }}", "{{ strftime_now('%A' * 90000) }}",
    "{{ ('a' * 90000) ~ ('b' * 90000) ~ ('c' * 90000) }}",
    "{% set ns = namespace(x='ab') %}" + loop + "{% set ns.x = ns.x ~ ns.x %}" + end,
    "{{ ('x' * 900)|join('y' * 900) }}",
    "{% set ns = namespace(x='ab') %}" + loop + "{% set ns.x = ns.x + ns.x %}" + end, "{{ ('\\\"' * 99000)|tojson }}",
    "{% set x = 'a' * 9000 %}{% for i in range(99) %}{{ x|upper|length }}{% endfor %}", "{{ ('&' * 50000)|escape }}",
  ]) func characters(_ source: String) { #expect(limit(source) == .characters) }

  @Test(arguments: [
    "{{ [0] * 100000000 }}", "{{ 9223372036854775807 * [1, 2] }}", "{{ range(15000)|list }}",
    "{{ [1]|batch(99999999999, 'x')|list }}",
    "{% set ns = namespace(x=[1]) %}{% for i in range(90) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}",
    "{% set ns = namespace(x=(1,)) %}{% for i in range(90) %}{% set ns.x = {'a': ns.x, 'b': ns.x} %}{% endfor %}",
  ]) func elements(_ source: String) { #expect(limit(source) == .elements) }

  /// The least number there is has no positive, and no other may be taken from it.
  @Test(arguments: [
    ("{{ 'a'.center(least) }}{{ 'b'.ljust(least) }}{{ 'c'.zfill(least) }}", "abc"),
    ("{{ 'a\nb'|indent(least) }}", "a\nb"),
    ("{{ [1]|tojson(indent=least) }}", "[\n1\n]"), ("{{ 'a' * least }}", ""), ("{{ 'ab'[least:] }}", "ab"),
  ]) func leastNumber(_ source: String, _ expected: String) {
    #expect(Fixture.render(source, ["least": .integer(.min)]).success == expected)
  }

  @Test(arguments: ["{{ 1.5|round(least, 'ceil') }}", "{{ 1.5|round(least, 'floor') }}", "{{ least|abs }}"])
  func leastNumberRefused(_ source: String) {
    let reason = Fixture.render(source, ["least": .integer(.min)]).failure?.reason
    #expect(reason == .invalid("the result is larger than a whole number may be here"))
  }

  @Test func output() {
    var limits = LimitTests.tight
    limits.outputBytes = 100
    #expect(limit("{% for i in range(60) %}é{% endfor %}", limits) == .outputBytes)
    #expect(Fixture.render("{% for i in range(50) %}é{% endfor %}", limits: limits).success?.utf8.count == 100)
  }

  @Test func ranges() {
    #expect(limit("{{ range(100001) }}") == .range)
    #expect(limit("{{ range(-9223372036854775807, 9223372036854775807) }}") == .range)
    #expect(Fixture.render("{{ range(100000)|length }}").success == "100000")
  }

  @Test func source() {
    var limits = TemplateLimits.standard
    limits.sourceBytes = 10
    #expect(limit("{{ 1 }} and more", limits) == .sourceBytes)
    let name = String(repeating: "n", count: 100_000)
    #expect(Fixture.render("{{ \(name) }}").failure != nil)
    let names = (0..<10_000).map { "n\($0)" }
    #expect(Fixture.render("{% macro m(\(names.joined(separator: ", "))) %}{% endmacro %}").failure != nil)
    #expect(Fixture.render("{{ m(\(names.map { "\($0)=1" }.joined(separator: ", "))) }}").failure != nil)
  }

  @Test func nestingOfSource() {
    func repeated(_ text: String) -> String { String(repeating: text, count: 5000) }
    for source in [
      "{{ " + repeated("(") + "1" + repeated(")") + " }}", "{{ " + repeated("[") + repeated("]") + " }}",
      "{{ " + repeated("-") + "1 }}",
      "{{ " + repeated("1 if 0 else ") + "1 }}", "{{ a" + repeated(".b") + " }}", "{{ a" + repeated("[0]") + " }}",
      "{{ a" + repeated("()") + " }}",
      "{{ 1" + repeated("|string") + " }}", repeated("{% if 1 %}"), repeated("{% for x in y %}"),
      repeated("{% set x %}"),
      repeated("{% macro m() %}"), "{% set " + repeated("(") + "a" + repeated(",)") + " = 1 %}",
      "{{ {" + repeated("1: {") + repeated("}") + "} }}",
      "{{ a " + repeated("is b(a ") + repeated(")") + " }}",
    ] {
      #expect(limit(source) == .nesting, "\(source.prefix(20))")
    }
    // Long is not deep.
    for source in [
      "{{ 1" + repeated(" + 1") + " }}", "{{ " + repeated("not ") + "1 }}", "{{ 1" + repeated(" ~ 1") + " }}",
      "{{ 0" + repeated(" or 0") + " }}",
    ] {
      #expect(Fixture.render(source).success != nil)
    }
  }

  @Test func nestingOfValuesAndCalls() {
    for source in [
      "{% macro f(n) %}{{ f(n + 1) }}{% endmacro %}{{ f(0) }}",
      "{% macro f() %}{% call f() %}{{ caller() }}{% endcall %}{% endmacro %}{{ f() }}",
      "{% set ns = namespace(x=[1]) %}{% for i in range(999) %}{% set ns.x = [ns.x] %}{% endfor %}",
      "{% set ns = namespace(x=[1]) %}{% for i in range(999) %}{% set ns.x = {'a': ns.x} %}{% endfor %}",
      "{% set ns = namespace(x=[1]) %}{% for i in range(999) %}{% set ns.x = ns.x|map('string') %}{% endfor %}",
      "{% set ns = namespace() %}{% set ns.x = [ns, ns] %}{{ ns }}",
    ] {
      #expect(limit(source) == .nesting, "\(source)")
    }
  }

  /// A thread of a server has a stack of a few megabytes; what the caps allow fits into two, without optimisation.
  @Test func deepestFitsTheStack() async {
    func repeated(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }
    let sources = [
      "{{ " + repeated("[", 62) + repeated("]", 62) + " }}",
      repeated("{% for x in [1] %}", 60) + "x" + repeated("{% endfor %}", 60),
      "{% macro f(n) %}{% for x in [1] %}{% if 1 %}{{ [((f(n + 1)))] }}{% endif %}{% endfor %}{% endmacro %}{{ f(0) }}",
      "{% macro f(n) %}{% call f(n) %}{{ caller() }}{% endcall %}{{ caller() }}{% endmacro %}{% call f(1) %}{% endcall %}",
      "{% set ns = namespace(x=[1]) %}{% for i in range(94) %}{% set ns.x = [ns.x] %}{% endfor %}{{ ns.x }}{{ ns.x == ns.x }}{{ ns.x|tojson }}",
      "{% set ns = namespace(x=[1]) %}{% for i in range(94) %}{% set ns.x = ns.x|map('string') %}{% endfor %}{{ ns.x|list }}",
      "{% set ns = namespace() %}{% for i in range(2000) %}{% set ns.x = namespace(y=ns.x) %}{% endfor %}done",
    ]
    await withCheckedContinuation { continuation in
      let thread = Thread {
        for source in sources { _ = Fixture.render(source) }
        continuation.resume()
      }
      thread.stackSize = 2 << 20
      thread.start()
    }
  }

  @Test func overflowIsAnError() {
    for source in [
      "{{ 9223372036854775807 + 1 }}", "{{ -9223372036854775807 - 2 }}", "{{ 10 ** 100 }}",
      "{{ 9223372036854775807 * 2 }}",
      "{{ (-9223372036854775807 - 1) // -1 }}", "{{ (-9223372036854775807 - 1)|abs }}",
      "{{ -(-9223372036854775807 - 1) }}", "{{ 99999999999999999999 }}",
      "{{ '99999999999999999999'|int }}", "{{ 1e300|int }}", "{{ 9223372036854775807|round(-1) }}",
      "{{ [1][::(-9223372036854775807 - 1)] }}",
    ] {
      #expect(Fixture.render(source).failure != nil, "\(source)")
    }
    #expect(Fixture.render("{{ (-9223372036854775807 - 1) % -1 }}{{ 'abc'[-9223372036854775807 - 1] }}").success == "0")
    #expect(Fixture.render("{{ (-9223372036854775807 - 1) in range(0, -5, -1) }}").success == "False")
  }
}
