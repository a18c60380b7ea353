/// Whether the number of the answer is the expected one.
///
/// Both are read exactly, as decimals and fractions, so that 0.1 + 0.2 and 0.3 are the same and 1/3 and 0.333 are not,
/// unless a tolerance says so. `$20` and `$2000` differ, and so do `$20` and `€20`.
public struct NumericMatch: LocalEvaluator {
  /// Which number of a text counts.
  public enum Extraction: String, Sendable, Hashable, CaseIterable {
    /// The one behind the marker where there is one, else the last.
    case automatic
    /// The first one behind the marker, on its line, as in GSM8K's `#### 42` (arXiv 2110.14168).
    case marker
    case last
    case first
    /// The text is a number and nothing else, but for spaces and a full stop.
    case whole
  }

  public let name: String
  public let version = 1
  public let threshold: Double
  public let extraction: Extraction
  public let marker: String
  public let units: NumberUnits
  public let decimal: DecimalMark
  private let absolute: ExactNumber
  private let relative: ExactNumber

  /// - Parameters:
  ///   - absolute: how far apart the numbers may lie, finite and not negative.
  ///   - relative: the same as a part of the expected number's size.
  public init(
    name: String = "NumericMatch", threshold: Double = 1, extraction: Extraction = .automatic, marker: String = "####",
    absolute: Double = 0, relative: Double = 0, units: NumberUnits = .compare, decimal: DecimalMark = .point
  ) {
    precondition(absolute >= 0 && relative >= 0, "a tolerance is not negative")
    guard let absolute = ExactNumber(absolute), let relative = ExactNumber(relative) else {
      preconditionFailure("a tolerance is finite")
    }
    self.name = name
    self.threshold = threshold
    self.extraction = extraction
    self.marker = marker
    self.units = units
    self.decimal = decimal
    self.absolute = absolute
    self.relative = relative
  }

  public func score(_ sample: EvaluationSample) throws -> Verdict {
    let answer = try sample.answer()
    var wanted: [WrittenNumber] = []
    for text in try sample.expectations() {
      // GSM8K's expected values carry their working: the same extraction reads them, except that a plain number is one.
      guard let number = number(of: text) ?? number(of: text, by: .whole) else {
        throw NothingToScore(
          "the expected value \"\(text.shown)\" has no number; use ExactMatch, or mend the row", cause: .noExpectation)
      }
      wanted.append(number)
    }
    guard let found = number(of: answer) else {
      return Verdict(score: 0, reason: "the answer has no number\(extraction.place(marker)): \"\(answer.shown)\"")
    }
    let expected = wanted.map(\.text.shown).joined(separator: " or ")
    let isRight = wanted.contains { found.matches($0, absolute: absolute, relative: relative, units: units) }
    return .binary(isRight, "the answer's number is \(found.text.shown), expected \(expected)")
  }

  private func number(of text: String, by way: Extraction? = nil) -> WrittenNumber? {
    func numbers(_ text: String) -> [WrittenNumber] { NumberScanner.numbers(in: text, decimal: decimal) }
    switch way ?? extraction {
    case .first: return numbers(text).first
    case .last: return numbers(text).last
    case .marker:
      let pieces = text.pieces(separatedBy: marker)
      guard pieces.count > 1, let line = pieces[1].pieces(separatedBy: "\n").first else { return nil }
      return numbers(line).first
    case .automatic: return number(of: text, by: .marker) ?? number(of: text, by: .last)
    case .whole:
      let all = Array(text.unicodeScalars.stripped { $0.isSpace || $0 == "." })
      let found = NumberScanner.numbers(in: all, decimal: decimal)
      guard found.count == 1, found[0].range == 0..<all.count else { return nil }
      return found[0]
    }
  }

  public static let kind = EvaluatorKind(
    name: "NumericMatch", summary: "the answer's number is the expected one",
    options: [
      EvaluatorOption(
        "extraction", "automatic (default: behind the marker, else the last), marker, last, first, whole"),
      EvaluatorOption("marker", "what stands before the answer; #### by default"),
      EvaluatorOption("absolute", "how far apart the numbers may lie; 0 by default"),
      EvaluatorOption("relative", "the same as a part of the expected number; 0 by default"),
      EvaluatorOption("units", "compare (default: two that are named must be the same), ignore, require"),
      EvaluatorOption("decimal", "point (default: 1,234.5) or comma (1.234,5)"),
    ]
  ) { options throws(EvaluationError) in
    NumericMatch(
      name: options.name, threshold: options.threshold,
      extraction: try options.choice("extraction", default: .automatic),
      marker: try options.string("marker") ?? "####", absolute: try options.number("absolute", in: 0...1e300) ?? 0,
      relative: try options.number("relative", in: 0...1e6) ?? 0, units: try options.choice("units", default: .compare),
      decimal: try options.choice("decimal", default: .point))
  }
}

extension NumericMatch.Extraction {
  fileprivate func place(_ marker: String) -> String { self == .marker ? " behind \(marker.shown)" : "" }
}
