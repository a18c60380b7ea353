import Testing

@testable import ChatTemplates

/// Held against transformers' Jinja: `scripts/oracles/chat_templates_oracle.py` made the fixtures.
@Suite struct OracleTests {
  /// Character by character: Swift holds canonically equivalent strings for equal, a tokenizer does not.
  private func isSame(_ left: String?, _ right: String?) -> Bool {
    left.map { Array($0.unicodeScalars) } == right.map { Array($0.unicodeScalars) }
  }

  @Test func constructs() throws {
    let fixture = try Fixture.json("constructs.json")
    let variables = Fixture.variables(try #require(fixture["variables"]))
    let cases = try #require(fixture["cases"]).elements
    #expect(cases.count > 300)
    for element in cases {
      let source = try #require(element["source"]?.string)
      let result = Fixture.render(source, variables)
      if element["refused"] != nil {
        #expect(result.failure != nil, "\(source) renders to \(result.success ?? "")")
      } else {
        #expect(isSame(result.success, element["output"]?.string), "\(source): \(result), not \(element["output"]!)")
      }
    }
  }

  @Test func families() throws {
    let fixture = try Fixture.json("families.json")
    var chats: [String: [String: TemplateValue]] = [:]
    for chat in try #require(fixture["chats"]).elements {
      chats[try #require(chat["name"]?.string)] = Fixture.variables(try #require(chat["variables"]))
    }
    let outputs = try #require(fixture["outputs"]).elements.map(\.string)
    var templates: [String: ChatTemplate] = [:]
    var (equal, refused) = (0, 0)
    for element in try #require(fixture["cases"]).elements {
      let (name, chat) = (try #require(element.elements[0].string), try #require(element.elements[1].string))
      let template = try templates[name] ?? ChatTemplate(try Fixture.template(name))
      templates[name] = template
      let variables = try #require(chats[chat])
      var output: String?
      var failure: TemplateError?
      do throws(TemplateError) { output = try template.render(variables, clock: Fixture.clock) } catch {
        failure = error
      }
      guard let place = element.elements[2].integer else {
        #expect(failure != nil, "\(name), \(chat): transformers refuses, this gives \(output ?? "")")
        refused += 1
        continue
      }
      #expect(isSame(output, outputs[place]), "\(name), \(chat): \(failure?.description ?? "other text")")
      equal += 1
    }
    #expect(templates.count == 12)
    #expect(equal > 500 && refused > 100)
  }
}
