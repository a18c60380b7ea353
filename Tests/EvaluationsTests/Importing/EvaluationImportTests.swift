import Datasets
import Foundation
import Interchange
import Pricing
import Records
import Testing

@testable import Evaluations

@Suite struct EvaluationImportTests {
  private static let spans = """
    [{"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"b7ad6b7169203331","name":"chat","kind":3,
    "startTimeUnixNano":"1763719200000000000","endTimeUnixNano":"1763719202000000000","attributes":[
    {"key":"gen_ai.operation.name","value":{"stringValue":"chat"}},
    {"key":"gen_ai.provider.name","value":{"stringValue":"openai"}},
    {"key":"gen_ai.request.model","value":{"stringValue":"gpt-5-mini"}},
    {"key":"gen_ai.usage.input_tokens","value":{"intValue":"9126"}},
    {"key":"gen_ai.usage.cache_read.input_tokens","value":{"intValue":"4864"}},
    {"key":"gen_ai.usage.output_tokens","value":{"intValue":"3197"}},
    {"key":"efficientllm.row","value":{"stringValue":"a"}}],
    "events":[{"name":"gen_ai.evaluation.result","attributes":[
    {"key":"gen_ai.evaluation.name","value":{"stringValue":"Relevance"}},
    {"key":"gen_ai.evaluation.score.value","value":{"doubleValue":0.75}}]}]}]
    """
  private static let lines = """
    {"row":"a","candidate":"one","input":"Why?","output":"Because.","scores":{"good":1,"stars":4}}
    {"row":"a","candidate":"one","input":"Why?","output":"So."}
    {"row":"b","candidate":"one","input":"How?","output":"Thus.","scores":{"good":0.25}}
    {"candidate":"two","input":"Where?","output":"Here."}
    """

  private let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)

  private func store() throws -> RecordStore {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return try RecordStore(creatingAt: folder.appendingPathComponent("records.sqlite").path)
  }

  private func importing(
    _ form: ImportForm, _ text: String, name: String = "support", label: String? = nil, dataset: Dataset? = nil
  ) throws -> EvaluationImport {
    let files = [ImportFile(name: "file", bytes: Array(text.utf8))]
    return try EvaluationImport(
      try Importer.read(form: form, files: files), files: files, options: ImportOptions(),
      request: EvaluationImport.Request(
        name: name, label: label, dataset: dataset, prices: try PriceCatalogue.builtIn.table(),
        now: Date(timeIntervalSince1970: 1_763_800_000)))
  }

  private func dataset(_ rows: String) throws -> Dataset {
    let shelf = DatasetStore(folder: folder.appendingPathComponent("datasets"))
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    var importer = RowImporter(file: "rows.jsonl", form: .jsonl)
    importer.push(Array(rows.utf8))
    return try shelf.load(shelf.add(try importer.finish(), to: "support").version)
  }

  @Test func observationsKeepTheirOriginCostAndVerdicts() throws {
    let store = try store()
    defer { try? FileManager.default.removeItem(at: folder) }
    let outcome = try importing(.openTelemetry, Self.spans).store(in: store)
    #expect(outcome.isNew && outcome.evaluation.reference == "support@2025-11-22")
    let id = try #require(outcome.evaluation.id)
    let observation = try #require(try store.observations(ofEvaluation: id).first)
    #expect(observation.origin == "opentelemetry" && observation.row == "a" && observation.route == "support")
    #expect(observation.latencies.endToEnd == 2 && observation.promptTokens == 9_126)
    // 4,262 x 0.25 + 4,864 x 0.025 + 3,197 x 2 millionths of a dollar.
    #expect(observation.cost.picos == 7_581_100_000 && observation.cost.currency == "USD")
    // So that it can be priced anew.
    let usage = try UsageDocument(json: Array((observation.usage ?? "").utf8)).usage
    #expect(usage.cachedInput == 4_864 && usage.input == 4_262 && usage.output == 3_197)
    let verdict = try #require(try store.verdicts(ofEvaluation: id).first)
    #expect(verdict.evaluator == "opentelemetry/Relevance" && verdict.score == 0.75 && verdict.passed == true)
    #expect(try store.evaluation("support").finishedAt != nil)
    #expect(try store.candidates(ofEvaluation: id).map(\.model) == ["gpt-5-mini"])
  }

  @Test func theSameFilesAreStoredOnce() throws {
    let store = try store()
    defer { try? FileManager.default.removeItem(at: folder) }
    _ = try importing(.trajectories, Self.lines).store(in: store)
    let again = try importing(.trajectories, Self.lines, label: "other").store(in: store)
    #expect(!again.isNew && again.observations.count == 4 && again.verdicts == 3)
    #expect(try store.evaluations().count == 1)
    // Others under the same name take another label; one that is taken is refused.
    let other = try importing(.openTelemetry, Self.spans).store(in: store)
    #expect(other.evaluation.label == "2025-11-22.2")
    #expect(throws: RecordError.sameEvaluation(reference: "support@2025-11-22")) {
      try importing(.trajectories, Self.lines + "\n" + #"{"row":"c","output":"x"}"#, label: "2025-11-22").store(
        in: store)
    }
  }

  /// As after a kill between the run's own row and its observations.
  @Test func whatWasBrokenOffIsFinished() throws {
    let store = try store()
    defer { try? FileManager.default.removeItem(at: folder) }
    let outcome = try importing(.trajectories, Self.lines).store(in: store)
    let id = try #require(outcome.evaluation.id)
    try store.finishEvaluation(id, at: nil)
    let again = try importing(.trajectories, Self.lines).store(in: store)
    #expect(again.isNew && again.evaluation.id == id)
    #expect(try store.observations(ofEvaluation: id, superseded: true).count == 4)
    #expect(try store.verdicts(ofEvaluation: id).count == 3)
    #expect(try store.evaluation("support").finishedAt != nil)
  }

  @Test func rowsAreMadeOfWhatTheFilesSay() throws {
    let store = try store()
    defer { try? FileManager.default.removeItem(at: folder) }
    let outcome = try importing(.trajectories, Self.lines).store(in: store)
    let id = try #require(outcome.evaluation.id)
    let rows = try store.rows(ofEvaluation: id)
    #expect(rows.map(\.identity) == ["a", "b", DatasetRow(input: .text("Where?")).identity])
    #expect(outcome.observations.map(\.repetition) == [0, 1, 0, 0])
    #expect(outcome.evaluation.dataset.hasPrefix("trajectories@sha256:"))
    #expect(outcome.candidates.map(\.name) == ["one", "two"])
  }

  @Test func aScoreOutOfRangeIsNoVerdict() throws {
    let store = try store()
    defer { try? FileManager.default.removeItem(at: folder) }
    let outcome = try importing(.trajectories, Self.lines).store(in: store)
    let verdicts = try store.verdicts(ofEvaluation: outcome.evaluation.id ?? 0)
    let stars = try #require(verdicts.first { $0.evaluator == "trajectories/stars" })
    guard case .absent(let absence, let cause) = stars.outcome else {
      Issue.record("\(stars.outcome)")
      return
    }
    #expect(cause == "out-of-range" && absence.reason.contains("4.0"))
    #expect(verdicts.filter { $0.evaluator == "trajectories/good" }.map(\.passed) == [true, false])
  }

  @Test func aDatasetPairsByNameAndByQuestion() throws {
    let store = try store()
    defer { try? FileManager.default.removeItem(at: folder) }
    let pinned = try dataset(
      #"{"id":"b","input":"How?","expected":"Thus."}"# + "\n" + #"{"id":"w","input":" Where?\n"}"# + "\n"
        + #"{"id":"never","input":"When?"}"# + "\n")
    let outcome = try importing(.trajectories, Self.lines, dataset: pinned).store(in: store)
    #expect(outcome.evaluation.dataset == pinned.reference)
    #expect(outcome.observations.map(\.row) == ["b", "w"])
    #expect(
      try store.rows(ofEvaluation: outcome.evaluation.id ?? 0).map(\.hash)
        == pinned.rows.prefix(2).map(\.hash.description))
    #expect(
      outcome.notes == [
        "1 observations name no row; they were paired by what was asked.",
        "2 observations are about no row of support and were left out.",
      ])
  }

  @Test func answersStandByTheRowsOfAPlan() throws {
    let rows = [
      DatasetRow(id: "b", input: .text("How?")), DatasetRow(id: "a", input: .text("Why?")),
      DatasetRow(id: "z", input: .text("When?")),
    ]
    let run = try Importer.read(form: .trajectories, files: [ImportFile(name: "f", bytes: Array(Self.lines.utf8))])
    let answers = ImportedAnswers(run, rows: rows)
    #expect(answers.observation(ofRow: 0, repetition: 0)?.output == "Thus.")
    #expect(answers.observation(ofRow: 1, repetition: 0)?.output == "Because.")
    #expect(answers.observation(ofRow: 1, repetition: 1)?.output == "So.")
    #expect(answers.observation(ofRow: 1, repetition: 2) == nil && answers.observation(ofRow: 2, repetition: 0) == nil)
    #expect(answers.scores(ofRow: 1, repetition: 0).map(\.value) == [1, 4])
    #expect(answers.unpaired == 1 && answers.byQuestion == 0)
  }

  @Test func aQuestionThatSeveralRowsAskPairsWithNone() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let pinned = try dataset(#"{"id":"x","input":"Where?"}"# + "\n" + #"{"id":"y","input":"Where?"}"# + "\n")
    #expect(throws: EvaluationImportError.self) { try importing(.trajectories, Self.lines, dataset: pinned) }
  }

  @Test func figuresOfASourceStandInTheCandidatesManifest() throws {
    let store = try store()
    defer { try? FileManager.default.removeItem(at: folder) }
    let results =
      #"{"results":{"gsm8k":{"exact_match,strict-match":0.5,"exact_match_stderr,strict-match":0.25}},"n-samples":{"gsm8k":{"effective":5}},"config":{"model":"hf","model_args":"pretrained=gpt2,dtype=float32"}}"#
    let outcome = try importing(.lmEval, results).store(in: store)
    #expect(outcome.observations.isEmpty && outcome.rows == 0)
    #expect(outcome.candidates.map(\.name) == ["gpt2"])
    #expect(
      outcome.candidates[0].manifest.sections["reported by lm-evaluation-harness"]
        == ["gsm8k/exact_match,strict-match": "0.5 ± 0.25 (n = 5)"])
  }

  /// Whose samples they are stands in the files' names alone.
  @Test func samplesOfOtherModelsAreAnotherImport() throws {
    let store = try store()
    defer { try? FileManager.default.removeItem(at: folder) }
    func importing(_ times: [String]) throws -> EvaluationImport.Outcome {
      let sample = { (answer: String) in
        #"{"doc_id":7,"doc":{"question":"2+2?"},"target":"4","arguments":{},"resps":[["\#(answer)"]],"metrics":["acc"],"acc":1}"#
      }
      let results = { (model: String) in #"{"results":{"t":{"acc,none":1}},"config":{"model":"\#(model)"}}"# }
      let files = [
        ImportFile(name: "results_2026-01-01.json", bytes: Array(results("one").utf8)),
        ImportFile(name: "results_2026-01-02.json", bytes: Array(results("two").utf8)),
        ImportFile(name: "samples_t_\(times[0]).jsonl", bytes: Array(sample("four").utf8)),
        ImportFile(name: "samples_t_\(times[1]).jsonl", bytes: Array(sample("4").utf8)),
      ]
      return try EvaluationImport(
        try Importer.read(form: .lmEval, files: files), files: files, options: ImportOptions(),
        request: EvaluationImport.Request(name: "lm", prices: try PriceCatalogue.builtIn.table())
      ).store(in: store)
    }
    let first = try importing(["2026-01-01", "2026-01-02"])
    #expect(first.isNew && first.candidates.map(\.name) == ["one", "two"] && first.rows == 1)
    #expect(first.observations.map(\.text) == ["four", "4"] && first.verdicts == 2)
    #expect(try !importing(["2026-01-01", "2026-01-02"]).isNew)
    let other = try importing(["2026-01-02", "2026-01-01"])
    #expect(other.isNew && other.candidates.map(\.name) == ["two", "one"])
    #expect(other.observations.map(\.text) == ["four", "4"])
  }
}
