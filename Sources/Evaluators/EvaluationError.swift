/// What is wrong with an evaluator's settings, or why it could not do its work. Each case names the thing and the mend.
public enum EvaluationError: Error, Hashable, Sendable, CustomStringConvertible {
  case unknownEvaluator(String, nearest: String?, known: [String])
  case unknownOption(evaluator: String, option: String, nearest: String?, known: [String])
  case missingOption(evaluator: String, option: String, mend: String)
  case wrongOption(evaluator: String, option: String, expected: String, found: String)
  /// A regular expression that cannot be read.
  case badPattern(String, reason: String)
  /// A regular expression that did not come to an end in its time: it backtracks without bound on this text.
  case patternTimeout(String, milliseconds: Int)
  /// A schema that says something impossible. The pointer is RFC 6901's.
  case badSchema(pointer: String, reason: String)
  /// A keyword that would change the result and is not known here.
  case unsupportedKeyword(pointer: String, keyword: String)
  case tooLarge(what: String, limit: String)
  case malformedSample(place: String, reason: String)
  /// An instruction without an argument it needs, or with one that makes no sense.
  case badInstruction(id: String, reason: String)
  /// What a program or a judge answered is no verdict.
  case malformedVerdict(by: String, reason: String)
  /// Nothing was given that starts programs.
  case noRunner(evaluator: String)
  case badCalibration(reason: String)
  /// An engine was asked for that nothing was given for, or that the evaluator does not have.
  case missingEngine(evaluator: String, engine: String, has: [String], mend: String)
  /// The place is a path such as `criteria[1].weight`.
  case badRubric(place: String, reason: String)
  /// A judge gave no verdict, after all attempts. What it took is in `work`: it was paid for.
  case judgeFailed(evaluator: String, judge: String, reason: String, work: JudgeWork)

  /// Whether the user has to say something differently, rather than that something failed.
  public var isUsageError: Bool {
    switch self {
    case .unknownEvaluator, .unknownOption, .missingOption, .wrongOption, .badPattern, .badSchema,
      .unsupportedKeyword, .missingEngine, .badRubric:
      true
    case .patternTimeout, .tooLarge, .malformedSample, .badInstruction, .malformedVerdict, .noRunner, .badCalibration,
      .judgeFailed:
      false
    }
  }

  public var description: String {
    switch self {
    case .unknownEvaluator(let name, let nearest, let known):
      "There is no evaluator \"\(name.shown)\". " + (nearest.map { "Did you mean \"\($0)\"? " } ?? "")
        + "There are: \(known.joined(separator: ", "))."
    case .unknownOption(let evaluator, let option, let nearest, let known):
      "\(evaluator) has no option \"\(option.shown)\". " + (nearest.map { "Did you mean \"\($0)\"? " } ?? "")
        + "It has: \(known.joined(separator: ", "))."
    case .missingOption(let evaluator, let option, let mend): "\(evaluator) needs the option \"\(option)\". \(mend)"
    case .wrongOption(let evaluator, let option, let expected, let found):
      "\(evaluator)'s option \"\(option)\" must be \(expected); it is \(found.shown)."
    case .badPattern(let pattern, let reason):
      "The regular expression \"\(pattern.shown)\" cannot be read: \(reason)."
    case .patternTimeout(let pattern, let milliseconds):
      "The regular expression \"\(pattern.shown)\" did not end within \(milliseconds) ms on this text: it tries too many "
        + "ways to match. Take nested or neighbouring repeats out of it, such as (a+)+ or .*.*."
    case .badSchema(let pointer, let reason): "The schema at \"\(pointer.shown)\": \(reason)."
    case .unsupportedKeyword(let pointer, let keyword):
      "The schema at \"\(pointer.shown)\" uses \"\(keyword.shown)\", which is not known here and could change the result. "
        + "Say it with known keywords, or take it out."
    case .tooLarge(let what, let limit): "\(what); at most \(limit) are taken."
    case .malformedSample(let place, let reason):
      place.isEmpty ? "The sample: \(reason)." : "The sample at \(place.shown): \(reason)."
    case .badInstruction(let id, let reason): "The instruction \"\(id.shown)\": \(reason)."
    case .malformedVerdict(let program, let reason): "\(program.shown) gave no verdict that can be read: \(reason)."
    case .noRunner(let evaluator): "\(evaluator) runs a program, and nothing here starts programs."
    case .missingEngine(let evaluator, let engine, let has, let mend):
      "\(evaluator) has no engine \"\(engine.shown)\" here. "
        + (has.isEmpty ? "" : "There is: \(has.joined(separator: ", ")). ") + mend
    case .badRubric(let place, let reason):
      place.isEmpty ? "The rubric: \(reason)." : "The rubric at \(place.shown): \(reason)."
    case .judgeFailed(let evaluator, let judge, let reason, let work):
      "\(evaluator.shown) got no verdict of the judge \(judge.shown) in \(work.requests) "
        + "\(work.requests == 1 ? "request" : "requests"): \(reason)."
    case .badCalibration(let reason): "The rows cannot be calibrated on: \(reason)."
    }
  }
}

extension String {
  /// The text as an error shows it: one line, not long.
  var shown: String {
    let line = String(String.UnicodeScalarView(unicodeScalars.prefix(200).map { $0.value < 0x20 ? " " : $0 }))
    return unicodeScalars.dropFirst(200).isEmpty ? line : line + "…"
  }
}
