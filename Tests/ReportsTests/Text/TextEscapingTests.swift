import Foundation
import Testing

@testable import Reports

@Suite struct TextEscapingTests {
  @Test func markupLeavesNothingThatOpensATagOrEndsAnAttribute() {
    let text = TextEscaping.markup("<b a=\"1\" c='2'>&amp;</b>")
    #expect(text == "&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;amp;&lt;/b&gt;")
  }

  @Test func whatHidesOrReordersTextIsShown() {
    #expect(TextEscaping.markup("a\u{0}b\u{202E}c\u{2066}d\u{1B}") == "a\u{FFFD}b\u{FFFD}c\u{FFFD}d\u{FFFD}")
    #expect(TextEscaping.markup("line\n\ttab") == "line\n\ttab")
    #expect(TextEscaping.markup("naïve 日本語 🙂") == "naïve 日本語 🙂")
  }

  @Test func aChartLabelHasNoMarkupNoLineBreakAndNoTemplate() {
    #expect(TextEscaping.chartLabel("<a href='x'>y</a>") == "&lt;a href='x'&gt;y&lt;/a&gt;")
    #expect(TextEscaping.chartLabel("50 % of\r\n%{x}") == "50 % of  % {x}")
    #expect(TextEscaping.chartLabel("&lt;b&gt;") == "&amp;lt;b&amp;gt;")
  }

  @Test(arguments: FixtureStudy.hostileText + ["\u{2028}\u{2029}", "]]>", "<!--"])
  func scriptDataStaysTheSameJSONWithoutAnAngle(_ text: String) throws {
    let json = ChartValue.array([.string(text)]).json
    let safe = TextEscaping.scriptData(json)
    #expect(!safe.contains("<") && !safe.contains(">") && !safe.contains("&"))
    #expect(!safe.unicodeScalars.contains("\u{2028}"))
    #expect(try JSONDecoder().decode([String].self, from: Data(safe.utf8)) == [text])
  }

  @Test func aScriptCannotEndItsElement() {
    let source = "const a = \"</script>\", b = /<\\/SCRIPT/, c = '</Script >', d = '<!-- x', e = 1 < 2, f = '<';"
    let safe = TextEscaping.scriptSource(source)
    #expect(!safe.lowercased().contains("</script"))
    #expect(!safe.contains("<!--"))
    #expect(safe.contains("<\\/script>") && safe.contains("<\\/Script >") && safe.contains("<\\!-- x"))
    #expect(safe.contains("1 < 2") && safe.hasSuffix("f = '<';"))
    #expect(TextEscaping.scriptSource("") == "")
  }

  @Test func firstLettersChangeAndAbbreviationsStay() {
    #expect("held-out loss".capitalisedFirst == "Held-out loss")
    #expect("Token throughput".lowercasedFirst == "token throughput")
    #expect("PCU share".lowercasedFirst == "PCU share")
    #expect("".capitalisedFirst == "" && "".lowercasedFirst == "")
  }
}

@Suite struct HTMLTests {
  @Test func whatIsInterpolatedIsEscapedAndWhatIsWrittenIsNot() {
    let name = "<i>&"
    let inner: HTML = "<b>\(name)</b>"
    let outer: HTML = "<td title=\"\(name)\">\(inner)\(3)\([inner, "<hr>"])</td>"
    #expect(inner.markup == "<b>&lt;i&gt;&amp;</b>")
    #expect(
      outer.markup
        == "<td title=\"&lt;i&gt;&amp;\"><b>&lt;i&gt;&amp;</b>3<b>&lt;i&gt;&amp;</b><hr></td>")
  }

  @Test func piecesAdd() {
    var html: HTML = "<p>"
    html += "</p>"
    #expect((html + HTML.empty).markup == "<p></p>")
  }
}
