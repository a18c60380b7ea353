import Evaluators
import Foundation
import Interchange
import Pricing
import Testing

@Suite struct LMEvalTests {
  @Test func samplesBecomeObservationsWithTheirScores() throws {
    let run = try read(.lmEval, "capitals.samples.jsonl", "capitals.results.json")
    #expect(run.source == "lm-evaluation-harness" && run.toolVersion == "0.4.13")
    #expect(run.observations.map(\.row) == ["capitals/0", "capitals/1", "capitals/2"])
    #expect(run.observations.map(\.rowAlternatives) == [["fr"], ["de"], ["it"]])
    #expect(run.observations.map(\.output) == ["Paris", "Berlin", "Milan"])
    #expect(run.observations.map(\.expected) == [["Paris"], ["Berlin"], ["Rome"]])
    #expect(run.observations[0].input == .text("Question: What is the capital of France?\nAnswer:"))
    #expect(run.observations[0].questions == ["What is the capital of France?"])
    #expect(Set(run.observations.map(\.candidate)) == ["gpt-5-mini"])
    #expect(run.scores.map(\.evaluator) == Array(repeating: "lm-eval/exact_match", count: 3))
    #expect(run.scores.map(\.value) == [1, 1, 0])
    #expect(run.scores.allSatisfy { $0.higherIsBetter == true })
    #expect(run.notes == ["bleu is no score of a single answer in 3 samples and was left out there."])
    // The harness keeps neither.
    #expect(run.observations.allSatisfy { $0.latencies.endToEnd == nil && $0.promptTokens == nil })
  }

  @Test func figuresOverATaskAreTheSources() throws {
    let run = try read(.lmEval, "capitals.results.json")
    #expect(run.observations.isEmpty)
    let figure = try #require(run.reported.first { $0.metric == "exact_match,none" })
    #expect(figure.candidate == "gpt-5-mini" && figure.subject == "capitals" && figure.count == 3)
    #expect(abs(figure.value - 2.0 / 3) < 1e-15)
    // The standard error of two right ones of three: sqrt(2/9 / 2).
    #expect(abs((figure.standardError ?? 0) - 1.0 / 3) < 1e-12)
    #expect(run.notes.contains { $0.contains("--log_samples") })
  }

  @Test func aChoiceIsTheLikeliestContinuation() throws {
    let run = try read(.lmEval, "capitals_choice.results.json", "capitals_choice.samples.jsonl")
    #expect(Set(run.observations.map(\.candidate)) == ["dummy"])
    for (observation, score) in zip(run.observations, run.scores) {
      let output = try #require(observation.output)
      #expect(["Paris", "Berlin", "Rome"].contains(output))
      #expect((score.value == 1) == (observation.expected == [output]))
    }
  }

  @Test func filtersOfOneDocumentScoreOneObservation() throws {
    let line = { (filter: String, score: Int) in
      #"{"doc_id":7,"doc":{"question":"2+2?"},"target":"4","arguments":{"gen_args_0":{"arg_0":"2+2?","arg_1":{}}},"resps":[["It is 4."]],"filtered_resps":["4"],"filter":"\#(filter)","metrics":["exact_match"],"exact_match":\#(score)}"#
    }
    let run = try Importer.read(
      form: .lmEval,
      files: [
        ImportFile(
          name: "samples_gsm8k_2026-11-21T10-00-00.000000.jsonl",
          bytes: Array((line("strict-match", 0) + "\n" + line("flexible-extract", 1)).utf8))
      ])
    #expect(run.observations.map(\.row) == ["gsm8k/7"])
    #expect(
      run.scores.map(\.evaluator) == ["lm-eval/exact_match,strict-match", "lm-eval/exact_match,flexible-extract"])
    #expect(run.scores.map(\.observation) == [0, 0])
  }

  private static func results(_ model: String, limit: Int = 10, _ time: String, folder: String = "") -> ImportFile {
    ImportFile(
      name: "results_\(time).json",
      bytes: Array(
        #"{"results":{"gsm8k":{"exact_match,none":0.5}},"config":{"model":"hf","model_args":"pretrained=\#(model)","limit":\#(limit)},"higher_is_better":{"gsm8k":{"exact_match":true}}}"#
          .utf8), folder: folder)
  }

  private static func samples(
    _ answer: String, _ time: String, folder: String = "", document: String = "aa"
  ) -> ImportFile {
    ImportFile(
      name: "samples_gsm8k_\(time).jsonl",
      bytes: Array(
        #"{"doc_id":7,"doc":{"question":"2+2?"},"target":"4","arguments":{"gen_args_0":{"arg_0":"2+2?","arg_1":{}}},"resps":[["\#(answer)"]],"filter":"none","metrics":["exact_match"],"exact_match":1,"doc_hash":"\#(document)"}"#
          .utf8), folder: folder)
  }

  private static let (early, late) = ("2026-11-21T10-00-00.000000", "2026-11-21T11-00-00.000000")

  /// The harness writes one time into the names of what belongs together.
  @Test func severalModelsAreCandidatesByTheTimeInTheNames() throws {
    let files = [
      Self.samples("two", Self.late), Self.results("one", Self.early), Self.samples("one", Self.early),
      Self.results("two", limit: 20, Self.late),
    ]
    let run = try Importer.read(form: .lmEval, files: files)
    #expect(run.observations.map(\.candidate) == ["two", "one"])
    #expect(run.observations.map(\.output) == ["two", "one"])
    #expect(run.observations.map(\.row) == ["gsm8k/7", "gsm8k/7"])
    #expect(run.scores.map(\.observation) == [0, 1] && run.scores.allSatisfy { $0.higherIsBetter == true })
    #expect(run.reported.map(\.candidate) == ["one", "two"])
    #expect(run.settings["limit"] == "10" && run.settings["two: limit"] == "20")
    #expect(run.notes == ["There are 2 models, each a candidate: one, two."])
  }

  @Test func aFolderForEachModelTellsThemApartToo() throws {
    let files = [
      Self.results("one", "a", folder: "/x/1"), Self.samples("one", "a", folder: "/x/1"),
      Self.results("two", "b", folder: "/x/2"), Self.samples("two", "b", folder: "/x/2"),
    ]
    #expect(try Importer.read(form: .lmEval, files: files).observations.map(\.candidate) == ["one", "two"])
  }

  @Test func samplesOfNobodyKnowsWhomAreRefused() throws {
    let files = [Self.results("one", Self.early), Self.results("two", Self.late), Self.samples("x", "lost")]
    let error = #expect(throws: ImportError.self) { try Importer.read(form: .lmEval, files: files) }
    #expect(error?.description.contains("which of the models it is of (one, two)") == true)
    // One name for all would make two answers of one candidate out of two models.
    let named = ImportOptions(candidate: "both")
    #expect(throws: ImportError.self) {
      try Importer.read(form: .lmEval, files: Array(files.prefix(2)), options: named)
    }
  }

  /// Two versions of a task may have other documents under the same number.
  @Test func anotherDocumentIsAnotherRow() throws {
    let files = [
      Self.results("one", Self.early), Self.samples("one", Self.early), Self.results("two", Self.late),
      Self.samples("two", Self.late, document: "bbbbbbbbbb"),
    ]
    let run = try Importer.read(form: .lmEval, files: files)
    #expect(run.observations.map(\.row) == ["gsm8k/7", "gsm8k/7#bbbbbbbb"])
    #expect(run.notes.contains { $0.hasPrefix("1 samples are of another document") })
  }

  @Test func aFolderStandsForItsFiles() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("folder-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    for (model, time) in [("one", Self.early), ("two", Self.late)] {
      let own = folder.appendingPathComponent(model)
      try FileManager.default.createDirectory(at: own, withIntermediateDirectories: true)
      for file in [Self.results(model, time), Self.samples(model, time)] {
        try Data(file.bytes).write(to: own.appendingPathComponent(file.name))
      }
      try Data().write(to: own.appendingPathComponent("notes.txt"))
    }
    let files = try ImportFile.expanded([folder])
    #expect(
      files.map(\.lastPathComponent) == [
        "results_\(Self.early).json", "samples_gsm8k_\(Self.early).jsonl", "results_\(Self.late).json",
        "samples_gsm8k_\(Self.late).jsonl",
      ])
    let run = try Importer.read(form: .lmEval, files: files.map { try ImportFile(at: $0) })
    #expect(run.observations.map(\.candidate) == ["one", "two"])
    #expect(throws: ImportError.self) {
      try FileManager.default.createDirectory(
        at: folder.appendingPathComponent("none"), withIntermediateDirectories: true)
      _ = try ImportFile.expanded([folder.appendingPathComponent("none")])
    }
  }

  /// Python writes NaN; a name that holds the word stays.
  @Test func whatIsNotANumberIsAbsent() throws {
    let run = try read(
      .lmEval,
      text:
        #"{"results":{"NaN task":{"acc,none":0.5,"acc_stderr,none":NaN,"f1,none":-Infinity}},"config":{"model":"m"}}"#)
    #expect(run.reported.map(\.subject) == ["NaN task"])
    #expect(run.reported[0].standardError == nil)
  }
}

@Suite struct GuideLLMTests {
  @Test func requestsBecomeObservations() throws {
    let run = try read(.guideLLM, "guidellm.json")
    #expect(run.source == "GuideLLM" && run.toolVersion == "0.8.1")
    #expect(run.observations.count == 3)
    let first = run.observations[0]
    #expect(first.candidate == "mock")
    #expect(
      run.observations.allSatisfy { $0.promptTokens == 49 && $0.completionTokens == 8 && $0.tokenSource == "guidellm" })
    #expect(first.input == .text("What is the capital of France?"))
    #expect(first.output == " token token token token token token token token")
    // A closed load: from when the request was sent.
    let latency = try #require(first.latencies.endToEnd)
    let firstToken = try #require(first.latencies.timeToFirstToken)
    let perToken = try #require(first.latencies.timePerOutputToken)
    #expect(first.latencies.serviceEndToEnd == latency)
    #expect(latency > 0.06 && latency < 1 && firstToken > 0.03 && firstToken < latency)
    #expect(abs(firstToken + 7 * perToken - latency) < 0.01)
    #expect(first.tags == ["strategy": "concurrent 2"])
    #expect(run.settings["target"] == "http://localhost")
  }

  @Test func itsFiguresAreItsOwn() throws {
    let run = try read(.guideLLM, "guidellm.json")
    let mean = try #require(run.reported.first { $0.metric == "request_latency mean" })
    let ours = run.observations.compactMap(\.latencies.endToEnd).reduce(0, +) / 3
    #expect(mean.count == 3 && abs(mean.value - ours) < 1e-12)
    #expect(mean.subject == "concurrent 2" && mean.candidate == "mock")
  }

  @Test func anUnknownModelHasNoCost() throws {
    let run = try read(.guideLLM, "guidellm.json").priced(by: try PriceCatalogue.builtIn.table())
    #expect(run.observations.allSatisfy { $0.cost.money == nil })
  }

  /// Of an open load, latency counts from when the request was due.
  @Test func anOpenLoadCountsFromItsSchedule() throws {
    let request =
      #"{"request_id":"a","prompt":"hi","output":"ho","prompt_tokens":1,"output_tokens":2,"request_latency":1.0,"request_scheduled_latency":1.5,"time_to_first_token_ms":200.0,"inter_token_latency_ms":800.0,"request_start_time":1763719200.0}"#
    let failed = #"{"request_id":"b","info":{"error":"refused"},"request_latency":null}"#
    let text =
      #"{"metadata":{"version":1,"guidellm_version":"0.5.0"},"args":{"target":"http://user:secret@host:8000/v1?key=x","model":"m"},"benchmarks":[{"config":{"strategy":{"type_":"constant","rate":5.0}},"requests":{"successful":[\#(request)],"errored":[\#(failed)],"incomplete":[\#(request)]},"metrics":{}}]}"#
    let run = try read(.guideLLM, text: text)
    #expect(run.observations.map(\.candidate) == ["m", "m"])
    let first = run.observations[0]
    #expect(first.latencies.endToEnd == 1.5 && first.latencies.serviceEndToEnd == 1)
    #expect(abs((first.latencies.timeToFirstToken ?? 0) - 0.7) < 1e-12)
    #expect(first.latencies.timePerOutputToken == 0.8)
    #expect(run.observations[1].failure == ImportedObservation.Failure(kind: "error", message: "refused"))
    #expect(run.notes == ["1 requests were still under way when a benchmark ended and were left out."])
    #expect(run.settings["target"] == "http://host:8000/v1")
  }
}

@Suite struct LoadTests {
  @Test func ourOwnObservationsComeBack() throws {
    let run = try read(.load, "load.jsonl")
    #expect(run.observations.count == 4)
    #expect(run.notes.contains("1 requests of the warm-up were left out."))
    #expect(run.observations.allSatisfy { $0.calls.count == 1 && $0.timeline?.array?.isEmpty == false })
    let answered = run.observations.filter { $0.failure == nil }
    let failed = run.observations.filter { $0.failure != nil }
    #expect(answered.count == 3 && failed.count == 1)
    #expect(failed[0].failure?.kind == "status_500")
    #expect(answered.allSatisfy { $0.completionTokens == 6 && $0.latencies.endToEnd ?? 0 > 0.02 })
    #expect(answered.allSatisfy { $0.latencies.serviceEndToEnd ?? 9 <= $0.latencies.endToEnd ?? 0 })
  }
}

@Suite struct TrajectoryTests {
  @Test func aLineIsAnAnswerWithItsSteps() throws {
    let run = try read(.trajectories, "trajectories.jsonl").priced(by: try PriceCatalogue.builtIn.table())
    #expect(run.observations.map(\.row) == ["refund-1", "refund-2", "7"])
    let first = run.observations[0]
    #expect(first.candidate == "agent-a" && first.steps.count == 2 && first.latencies.endToEnd == 4)
    #expect(first.startedAt == Date(timeIntervalSince1970: 1_763_719_200))
    // 3,000 x 0.25 + 150 x 2 millionths of a dollar.
    #expect(first.cost.money?.decimalText == "0.00105")
    #expect(first.tags == ["team": "support"] && first.customer == "ada" && first.route == "refunds")
    // Without usage, what the steps say themselves.
    #expect(run.observations[1].cost.money?.decimalText == "0.003")
    #expect(run.observations[1].failure?.kind == "timeout")
    #expect(run.observations[2].cost.money == nil)
    #expect(run.scores == [ImportedScore(observation: 2, evaluator: "trajectories/human", value: 0.5)])
    #expect(run.notes == ["Members that are not known were left out: extra."])
  }

  @Test(arguments: [
    #"{"row":"a","trajectory":[{"tool":5}]}"#, #"{"row":"a","seconds":-1}"#, #"{"row":"a","cost":"-1"}"#,
    #"{"row":"a","cost":"1","currency":"dollars"}"#, #"{"row":"a","started_at":"yesterday"}"#, #"{"row":{}}"#,
    #"{"row":"a","scores":{"x":"good"}}"#, #"{"row":"a","messages":[{"role":"king","content":"x"}]}"#,
  ])
  func wrongValuesAreNamedWithTheirLine(_ line: String) throws {
    let error = #expect(throws: ImportError.self) { try read(.trajectories, text: #"{"row":"ok"}"# + "\n" + line) }
    guard case .wrongValue(_, let place, _) = try #require(error) else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(place == "line 2")
  }
}
