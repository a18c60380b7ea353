import Measures
import OpenAIWire
import Testing

@testable import Evaluators

@Suite("What many verdicts say of a judge")
struct JudgeChecksTests {
  private func expect(_ measured: MeasuredValue, _ json: JSONValue?, count: Bool = true) throws {
    let quantity = try #require(measured.quantity)
    let object = try #require(json?.object)
    #expect(abs(quantity.value - (object["value"]?.double ?? .nan)) < 1e-9)
    #expect(abs((quantity.interval?.lower ?? .nan) - (object["lower"]?.double ?? .nan)) < 1e-9)
    #expect(abs((quantity.interval?.upper ?? .nan) - (object["upper"]?.double ?? .nan)) < 1e-9)
    #expect(quantity.count == object["count"]?.integer)
  }

  @Test("agreement with people is scikit-learn's and statsmodels'", arguments: 0..<3)
  func agreement(index: Int) throws {
    let row = try #require(try fixture("judges").object?["agreement"]?.array?[index].object)
    let scores = try #require(row["scores"]?.array).compactMap(\.double)
    let labels = try #require(row["labels"]?.array).compactMap(\.boolean)
    var labelled = zip(scores, labels).map { LabelledScore(score: $0, label: $1) }
    labelled.append(LabelledScore(score: nil, label: true))
    let agreement = JudgeAgreement(labelled, threshold: try #require(row["threshold"]?.double))
    #expect(agreement.rows == scores.count)
    #expect(agreement.absent == 1)
    try expect(agreement.kappa, row["kappa"])
    try expect(agreement.agreement, row["agreement"])
    try expect(agreement.precision, row["precision"])
    try expect(agreement.recall, row["recall"])
    let area = try #require(agreement.areaUnderCurve.quantity)
    #expect(abs(area.value - (row["area"]?.double ?? .nan)) < 1e-9)
    #expect(area.interval != nil)
  }

  @Test("too few labels are an absence that says how many it takes")
  func few() {
    func rows(_ good: Int, _ bad: Int, score: Double? = 0.9) -> [LabelledScore] {
      (0..<good + bad).map { LabelledScore(score: score, label: $0 < good) }
    }
    let few = JudgeAgreement(rows(15, 14), threshold: 0.5)
    for value in [few.kappa, few.agreement, few.precision, few.recall, few.areaUnderCurve] {
      guard case .absent(let absence) = value else {
        Issue.record("\(value)")
        continue
      }
      #expect(absence.reason == "29 rows have both a score and a label; it takes at least 30, so label more")
    }
    let oneSided = JudgeAgreement(rows(36, 4), threshold: 0.5)
    #expect(oneSided.agreement.quantity?.value == 0.9)
    for value in [oneSided.kappa, oneSided.precision, oneSided.recall, oneSided.areaUnderCurve] {
      guard case .absent(let absence) = value else {
        Issue.record("\(value)")
        continue
      }
      #expect(absence.reason.hasPrefix("36 labels are good and 4 bad; it takes at least 5 of each"))
    }
    // A judge that calls everything good agrees by chance alone.
    let flat = JudgeAgreement(rows(20, 20), threshold: 0.5)
    #expect(abs(flat.kappa.quantity?.value ?? 1) < 1e-12)
    #expect(flat.recall.quantity?.value == 1)
    let none = JudgeAgreement(rows(20, 20, score: 0.1), threshold: 0.5)
    #expect(none.precision == .absent("no row reaches the threshold"))
    let empty = JudgeAgreement(rows(20, 20, score: nil), threshold: 0.5)
    #expect(empty.rows == 0)
    #expect(empty.absent == 40)
    #expect(empty.agreement.quantity == nil)
  }

  @Test("people's labels: several kinds of values, and the majority of several people")
  func labels() throws {
    func label(_ text: String, bound: Double = 0.5) throws -> JudgeAgreement.LabelReading {
      JudgeAgreement.label(try #require(try json(text).array), bound: bound)
    }
    for good in ["[true]", "[1]", "[0.5]", #"["Pass "]"#, #"["yes", "no", "good"]"#, "[true, false, 0.9]"] {
      #expect(try label(good) == .good)
    }
    for bad in ["[false]", "[0]", "[0.49]", #"["FAIL"]"#, "[true, false, 0.1]"] { #expect(try label(bad) == .bad) }
    #expect(try label("[0.7]", bound: 0.8) == .bad)
    #expect(try label("[]") == .none)
    #expect(try label("[true, false]") == .undecided)
    for wrong in ["[null]", "[[true]]", "[{}]", "[2]", "[-1]", #"["so so"]"#, #"[true, "maybe"]"#] {
      guard case .unreadable = try label(wrong) else {
        Issue.record("\(wrong)")
        continue
      }
    }
  }

  @Test("Spearman's correlation is scipy's", arguments: 0..<3)
  func spearman(index: Int) throws {
    let row = try #require(try fixture("judges").object?["ranks"]?.array?[index].object)
    let pairs = zip(
      try #require(row["first"]?.array).compactMap(\.double), try #require(row["second"]?.array).compactMap(\.double)
    ).map { (first: $0, second: $1) }
    let quantity = try #require(RankCorrelation.spearman(pairs).quantity)
    #expect(abs(quantity.value - (row["rho"]?.double ?? .nan)) < 1e-12)
    #expect(abs((quantity.interval?.lower ?? .nan) - (row["lower"]?.double ?? .nan)) < 1e-9)
    #expect(abs((quantity.interval?.upper ?? .nan) - (row["upper"]?.double ?? .nan)) < 1e-9)
  }

  @Test("its interval holds the true correlation about as often as it says")
  func coverage() throws {
    // Of a normal pair with correlation r, Spearman's is 6 / pi * asin(r / 2) (Pearson, 1907): 0.4826 for r = 0.5.
    let truth = 0.482_583_7
    var generator = SeededGenerator(seed: 3)
    // Twelve uniform numbers make a nearly normal one.
    func normal() -> Double { (0..<12).reduce(-6.0) { sum, _ in sum + generator.unit() } }
    var held = 0
    for _ in 0..<1000 {
      let pairs = (0..<60).map { _ in
        let (one, other) = (normal(), normal())
        return (first: one, second: 0.5 * one + 0.75.squareRoot() * other)
      }
      let interval = try #require(RankCorrelation.spearman(pairs).quantity?.interval)
      if (interval.lower...interval.upper).contains(truth) { held += 1 }
    }
    #expect((930...970).contains(held), "\(held) of 1000")
  }

  @Test("ranks that agree fully, not at all, or too few")
  func edges() {
    let rising = (0..<12).map { (first: Double($0), second: Double($0 * $0)) }
    #expect(RankCorrelation.spearman(rising).quantity?.value == 1)
    #expect(RankCorrelation.spearman(rising).quantity?.interval?.lower == 1)
    #expect(RankCorrelation.spearman(rising.map { (first: $0.first, second: -$0.second) }).quantity?.value == -1)
    #expect(RankCorrelation.spearman(Array(rising.prefix(9))).quantity == nil)
    #expect(RankCorrelation.spearman(rising.map { (first: $0.first, second: 1) }).quantity == nil)
    #expect(RankCorrelation.spearman([]).quantity == nil)
  }

  @Test("biases of a judge show: its place, its length, its form and what it cost")
  func diagnostics() async throws {
    // Longer answers get higher marks; the first of a pair is always preferred; each third reply is cut.
    let replies = Turns()
    let verbose = ScriptedJudge { request, _ in
      if replies.next() % 3 == 2 { return .text("{", finish: .length) }
      let length = request.section("the answer")?.count ?? 0
      return .text(mark(min(4, length / 10)))
    }
    let first = ScriptedJudge { _, _ in .text(#"{"reason": "r", "preferred": "A", "cannot_tell": null}"#) }
    var rows: [JudgeDiagnostics.Row] = []
    for length in 1...40 {
      let sample = asked(String(repeating: "x", count: length), model: length % 2 == 0 ? "judge-1" : "other")
      let evaluation = try await JudgedAnswerRelevancy(judge: verbose).evaluate(sample)
      rows.append(try #require(JudgeDiagnostics.Row(evaluation, of: sample)))
    }
    let lengths = JudgeDiagnostics(rows)
    #expect(lengths.rows == 40)
    #expect(lengths.scored == 40)
    #expect(lengths.failures == 0)
    #expect((lengths.lengthCorrelation.quantity?.value ?? 0) > 0.9)
    #expect((lengths.lengthCorrelation.quantity?.interval?.lower ?? 0) > 0.8)
    // Two of three replies are verdicts: 40 verdicts take 59 requests, 19 of them cut.
    #expect(lengths.requests == 59)
    #expect(lengths.problems == [.truncated: 19])
    #expect(lengths.retried.quantity?.value == 19.0 / 40)
    #expect(lengths.unusable.quantity?.value == 19.0 / 59)
    #expect(lengths.cost == .charged(try #require(DecimalAmount("0.59")), currency: "USD"))
    #expect(lengths.latency == .milliseconds(59 * 20))
    #expect(lengths.selfJudged == 20)
    #expect(lengths.models == ["judge-1-2026-01-01"])
    #expect(lengths.positionFlips == .absent("no pair was shown in both orders"))

    var pairs: [JudgeDiagnostics.Row] = []
    for index in 0..<10 {
      let sample = asked("answer \(index)", expected: ["other"])
      let evaluation = try await PairwisePreference(judge: first).evaluate(sample)
      pairs.append(try #require(JudgeDiagnostics.Row(evaluation, of: sample)))
    }
    let places = JudgeDiagnostics(pairs)
    #expect(places.positionFlips.quantity?.value == 1)
    #expect(places.firstPlace.quantity?.value == 1)
    #expect(places.wavering.quantity?.value == 0)
    #expect((places.positionFlips.quantity?.interval?.lower ?? 0) > 0.6)
  }

  @Test("rows that ended as an error are counted with what they cost; what no judge did is left out")
  func failures() async throws {
    let judge = ScriptedJudge(texts: "no verdict")
    let sample = asked("In 5 days.")
    let error = await #expect(throws: EvaluationError.self) {
      try await JudgedAnswerRelevancy(judge: judge).evaluate(sample)
    }
    let failure = try #require(error)
    let row = try #require(JudgeDiagnostics.Row(failure, of: sample))
    let diagnostics = JudgeDiagnostics([row])
    #expect(diagnostics.failures == 1)
    #expect(diagnostics.scored == 0)
    #expect(diagnostics.requests == 3)
    #expect(diagnostics.problems == [.unreadable: 3])
    #expect(diagnostics.unusable.quantity?.value == 1)
    #expect(JudgeDiagnostics.Row(CancellationError(), of: sample) == nil)
    let local = try await evaluator("ExactMatch").evaluate(
      EvaluationSample(input: .text("q"), output: "a", expected: ["a"]))
    #expect(JudgeDiagnostics.Row(local, of: sample) == nil)
    let empty = JudgeDiagnostics([])
    #expect(empty.retried == .absent("no judge was asked"))
    #expect(empty.lengthCorrelation.quantity == nil)
  }
}
