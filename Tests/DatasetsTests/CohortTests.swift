import Testing

@testable import Datasets

@Suite struct CohortTests {
  private func row(_ metadata: String) throws -> DatasetRow {
    try read(#"{"id":"r1","input":"a","metadata":{\#(metadata)}}"#).rows[0]
  }

  private func error(_ text: String) -> String {
    do {
      _ = try Cohort(text)
      return ""
    } catch {
      return error.description
    }
  }

  @Test(arguments: [
    (#"country == "DE""#, true), (#"country != "DE""#, false), (#"country == 'FR'"#, false), ("tokens < 500", true),
    ("tokens<500&&tokens>499.5", false), ("tokens >= 120 && tokens <= 120", true), ("tokens > 1.2e2", false),
    ("tokens == -120", false), ("paid", true), ("!paid", false), ("paid == true", true), ("paid != true", false),
    (#"country in ["FR", "DE"]"#, true), (#"!(country in ["FR"])"#, true), ("tokens in [1, 120]", true),
    (#"date >= "2025-01" && date < "2026""#, true), (#"country == "FR" || tokens == 120"#, true),
    // && binds before ||.
    (#"paid || paid && !paid"#, true), (#"(paid || paid) && !paid"#, false), ("exists country", true),
    ("exists(country)", true), ("exists nothing", false), ("!exists nothing", true), (#"`a b` == "x\"y""#, true),
    ("a.b == 1", true), ("größe == 2", true), ("!!paid", true), (#"upper == "é""#, true),
    (#"upper == "e\#u{301}""#, false),
  ])
  func conditions(_ text: String, _ expected: Bool) throws {
    let row = try row(
      #""country":"DE","tokens":120,"paid":true,"date":"2025-08-09","a b":"x\"y","a.b":1,"größe":2,"upper":"é""#)
    #expect(try Cohort(text).contains(row) == expected)
  }

  /// Three values, as in SQL: of rows without the name neither a condition nor its opposite holds.
  @Test(arguments: [
    ("x == 1", false), ("x != 1", false), ("!(x == 1)", false), ("x", false), ("!x", false), ("x in [1]", false),
    ("!(x in [1])", false), ("x == 1 || a == 1", true), ("x == 1 && a == 1", false), ("!(x == 1 && a == 2)", true),
    ("!(x == 1 || a == 1)", false), ("!exists x && a == 1", true),
  ])
  func whatIsAbsentIsUnknown(_ text: String, _ expected: Bool) throws {
    #expect(try Cohort(text).contains(try row(#""a":1"#)) == expected)
  }

  @Test(arguments: [
    ("", "the filter, at column 1: something is missing at the end"),
    ("a ==", "the filter, at column 5: a number, true, false or text in quotes has to stand here"),
    ("a = 1", "the filter, at column 3: write =="), ("a & b", "the filter, at column 3: write &&"),
    ("a == b", "the filter, at column 6: a number, true, false or text in quotes has to stand here"),
    ("500 > a", "the filter, at column 1: a name of the metadata has to stand left, a value right: tokens < 500"),
    ("a b", "the filter, at column 3: && or || is missing before this"), ("a)", "the filter, at column 2: && or ||"),
    ("(a", "the filter, at column 3: the ) for column 1 is missing"), ("a &&", "the filter, at column 5: something is"),
    ("&& a", "the filter, at column 1: a condition is missing before this"),
    (#"a == "x"#, #"the filter, at column 6: the closing " is missing"#),
    ("`a", "the filter, at column 1: the closing `"),
    ("`` == 1", "the filter, at column 1: a name is empty"),
    (#"a == "\x""#, "the filter, at column 8: there is no escape"),
    ("a == 1x", "the filter, at column 6: 1x is no number"), ("a == -", "the filter, at column 6: - is no number"),
    ("a == 0x10", "the filter, at column 6: 0x10 is no number"), ("a == 1e999", "the filter, at column 6: 1e999 is no"),
    ("a in 1", "the filter, at column 6: a list has to follow"), ("a in []", "the filter, at column 7: a number, true"),
    ("a in [1", "the filter, at column 8: a comma or ] is missing"),
    (#"a in [1, "x"]"#, "the filter, at column 10: the values"),
    ("a < true", "the filter, at column 3: true and false have no order"),
    ("exists 1", "the filter, at column 8: exists has"),
    ("exists(a", "the filter, at column 9: a ) is missing"), ("a # b", "the filter, at column 3: # means nothing here"),
  ])
  func mistakesAreShownAtTheirColumn(_ text: String, _ message: String) {
    #expect(error(text).hasPrefix(message), "\(error(text))")
  }

  @Test func kindsAreNotConverted() throws {
    let row = try row(#""n":1,"t":"1","b":true"#)
    func message(_ text: String) -> String {
      do {
        return "\(try Cohort(text).contains(row))"
      } catch {
        return "\(error)"
      }
    }
    #expect(message(#"n == "1""#) == "the filter, at column 3: n is compared with text, and is a number in row r1")
    #expect(message("b && t < 1") == "the filter, at column 8: t is compared with a number, and is text in row r1")
    #expect(
      message("b in [1]") == "the filter, at column 3: b is compared with a number, and is true or false in row r1")
    #expect(
      message("n").hasPrefix("the filter, at column 1: n is a number, not true or false: compare it with something"))
  }

  @Test func depthAndLengthAreBounded() throws {
    #expect(error(String(repeating: "(", count: 5_000)).contains("nested more than 64 deep"))
    #expect(error(String(repeating: "!", count: 5_000) + "a").contains("nested more than 64 deep"))
    #expect(error(String(repeating: "a", count: 20_000)).contains("more than 10000 bytes"))
    let row = try row(#""a":1"#)
    let nested = String(repeating: "(", count: 63) + "a == 1" + String(repeating: ")", count: 63)
    #expect(try Cohort(nested).contains(row))
    // Chains are no nesting.
    #expect(try Cohort(Array(repeating: "a == 1", count: 900).joined(separator: "&&")).contains(row))
  }

  @Test func namesThatNoRowHasAreSlips() throws {
    let rows = try read(
      #"{"input":"1","metadata":{"country":"DE"}}"# + "\n" + #"{"input":"2","metadata":{"tokens":1}}"#
    ).rows
    #expect(throws: CohortError.unknownField("contry", column: 16, known: ["country", "tokens"])) {
      try Cohort("tokens == 1 && contry == \"DE\"").select(rows)
    }
    #expect(try Cohort("tokens == 1").select(rows) == [rows[1]])
    #expect(try Cohort("exists contry").select(rows) == [])
  }
}
