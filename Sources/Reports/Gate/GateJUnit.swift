import Measures
public import Ranking

extension RegressionGate {
  /// The checks as JUnit XML, a test suite a candidate and a test case a measure, for CI systems that show test results.
  ///
  /// - Parameters:
  ///   - undecidedFails: whether an undecided check is a failure; otherwise it is skipped, with its reason.
  ///   - warnings: what has to be known beside the verdict; every suite has them as its error output.
  public func junit(undecidedFails: Bool = false, warnings: [String] = []) -> String {
    let suites = checks.map(\.candidate).reduce(into: [String]()) { names, name in
      if names.last != name { names.append(name) }
    }
    let body = suites.map { name in suite(name, checks.filter { $0.candidate == name }, undecidedFails, warnings) }
    let failures = checks.count { $0.fails(undecidedFails) }
    let skipped = undecidedFails ? 0 : checks.count { $0.verdict == .undecided }
    let name = "regression gate: \(baseline) to \(current)"
    let title: HTML =
      "<testsuites name=\"\(name)\" tests=\"\(checks.count)\" failures=\"\(failures)\" skipped=\"\(skipped)\">\n"
    let all: HTML = "\(title)\(body)</testsuites>\n"
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + all.markup
  }

  private func suite(_ name: String, _ checks: [Check], _ undecidedFails: Bool, _ warnings: [String]) -> HTML {
    let failures = checks.count { $0.fails(undecidedFails) }
    let skipped = undecidedFails ? 0 : checks.count { $0.verdict == .undecided }
    let cases = checks.map { testCase($0, undecidedFails) }
    let said: HTML =
      warnings.isEmpty ? .empty : "    <system-err>\(warnings.joined(separator: "\n"))</system-err>\n"
    return
      "  <testsuite name=\"\(name)\" tests=\"\(checks.count)\" failures=\"\(failures)\" errors=\"0\" skipped=\"\(skipped)\">\n\(cases)\(said)  </testsuite>\n"
  }

  private func testCase(_ check: Check, _ undecidedFails: Bool) -> HTML {
    let head: HTML = "    <testcase classname=\"\(check.candidate)\" name=\"\(check.difference.measure.name)\""
    if check.verdict == .pass { return "\(head)/>\n" }
    let figures = GateFigures(check)
    let rows = check.rowsNeeded.map { "; about \($0) rows would tell" } ?? ""
    let message =
      "\(check.reason): \(figures.before) to \(figures.after), change \(figures.change), tolerated \(figures.tolerated), "
      + "p \(figures.pValue)\(rows)"
    if check.fails(undecidedFails) {
      return
        "\(head)>\n      <failure type=\"\(check.verdict.rawValue)\" message=\"\(message)\">\(message)</failure>\n    </testcase>\n"
    }
    return "\(head)>\n      <skipped message=\"\(message)\"/>\n    </testcase>\n"
  }
}

extension RegressionGate.Check {
  fileprivate func fails(_ undecidedFails: Bool) -> Bool {
    verdict == .fail || (undecidedFails && verdict == .undecided)
  }
}
