import Evaluators
import Foundation
import OpenAIWire

/// Results (`results_*.json`) and samples (`samples_*.jsonl`, written with `--log_samples`) of lm-evaluation-harness.
///
/// A document of a task is one observation, whatever number of filters scored it. Figures over a whole task become
/// reported scores with their standard errors. Of several models each is a candidate; see ``LMEvalModels``.
struct LMEvalReader {
  private let options: ImportOptions
  private var run = ImportedRun(form: .lmEval, source: "lm-evaluation-harness")
  private var models = LMEvalModels()
  private var places: [String: Int] = [:]
  private var unscored: [String: Int] = [:]
  private var repeated = 0
  /// The content of the document that a row stands for, as the harness says it.
  private var contents: [String: String] = [:]
  private var differing = 0

  static func read(_ files: [ImportFile], _ options: ImportOptions) throws(ImportError) -> ImportedRun {
    var reader = LMEvalReader(options: options)
    var samples: [ImportFile] = []
    for file in files {
      // Python writes NaN where a standard error cannot be had.
      let clean = ImportFile(name: file.name, bytes: file.bytes.withoutNotNumbers, folder: file.folder)
      let documents = try JSONDocuments(clean, options.limits)
      var isResults = false
      if documents.count == 1 {
        _ = try documents.forEach { document throws(ImportError) in
          guard let object = document.value.object, object["results"]?.object != nil else { return }
          isResults = true
          reader.take(results: object, file: clean)
        }
      }
      if !isResults { samples.append(clean) }
    }
    if let first = files.first, reader.models.all.count > 1 {
      guard options.candidate == nil else {
        throw .wrongValue(
          file: first.name, place: "the candidate's name",
          reason: "the files are of several models (\(reader.models.names)), which keep their own: leave it out")
      }
    }
    for file in samples { try reader.take(samples: file) }
    return reader.finished()
  }

  private init(options: ImportOptions) { self.options = options }

  private func finished() -> ImportedRun {
    var run = run
    for (metric, count) in unscored.sorted(by: { $0.key < $1.key }) {
      run.notes.append("\(metric.shown) is no score of a single answer in \(count) samples and was left out there.")
    }
    if models.all.count > 1 {
      run.notes.append("There are \(models.all.count) models, each a candidate: \(models.names).")
    }
    if differing > 0 {
      run.notes.append(
        "\(differing) samples are of another document than another model's under the same task and number: they are rows of their own."
      )
    }
    if repeated > 0 { run.notes.append("\(repeated) samples have several answers, of which the first was taken.") }
    if run.observations.isEmpty, !run.reported.isEmpty {
      run.notes.append("There are no samples: run lm_eval with --log_samples to have what was asked and answered.")
    }
    return run
  }

  private mutating func take(results object: JSONObject, file: ImportFile) {
    let index = models.index(of: Self.model(object).cut(toBytes: 256), file: file)
    run.toolVersion = object["lm_eval_version"]?.string ?? run.toolVersion
    run.startedAt = [run.startedAt, ISOTime.date(object["date"])].compactMap(\.self).min()
    readSettings(object, model: index)
    for (task, directions) in members(object["higher_is_better"]) {
      models.all[index].directions[task] = Dictionary(
        members(directions).compactMap { name, value in value.boolean.map { (name, $0) } }
      ) { first, _ in first }
    }
    var known: Set<String> = []
    for part in ["results", "groups"] {
      for (task, figures) in members(object[part]) where known.insert(task).inserted {
        if part == "results" { models.all[index].tasks.append(task) }
        readFigures(members(figures), task: task, samples: object["n-samples"]?.object?[task], model: index)
      }
    }
  }

  /// What was evaluated: an argument of the model's, else the kind of model. `model_name` is drawn by chance where no
  /// argument names it, and so comes last.
  private static func model(_ object: JSONObject) -> String {
    let configuration = object["config"]?.object
    var arguments: [String: String] = [:]
    switch configuration?["model_args"] {
    case .object(let members): for member in members.members { arguments[member.name] = member.value.string }
    case .string(let text):
      for pair in text.split(separator: ",").prefix(256) {
        let parts = pair.split(separator: "=", maxSplits: 1).map(String.init)
        if parts.count == 2 { arguments[parts[0]] = parts[1] }
      }
    default: break
    }
    return ["model", "pretrained", "path", "engine"].lazy.compactMap { arguments[$0] }.first ?? configuration?["model"]?
      .string
      ?? object["model_name"]?.string ?? "unnamed"
  }

  private func members(_ value: JSONValue?) -> [(String, JSONValue)] {
    (value?.object?.members ?? []).prefix(100_000).map { ($0.name, $0.value) }
  }

  private mutating func readSettings(_ object: JSONObject, model: Int) {
    var settings: [String: String] = [:]
    for name in ["model_source", "model_name", "git_hash", "transformers_version", "chat_template_sha"] {
      if let text = object[name]?.string, !text.isEmpty { settings[name] = text.cut(toBytes: 512) }
    }
    for name in ["limit", "gen_kwargs", "random_seed", "fewshot_seed", "batch_size", "device"] {
      guard let value = object["config"]?.object?[name], !value.isNull else { continue }
      settings[name] = (value.string ?? value.text).cut(toBytes: 512)
    }
    for (part, name) in [("n-shot", "shots"), ("versions", "version"), ("task_hashes", "hash")] {
      for (task, value) in members(object[part]).prefix(200) {
        settings["\(task.cut(toBytes: 128)) \(name)"] = (value.string ?? value.text).cut(toBytes: 128)
      }
    }
    // Those of the first model stand alone; another's with its name.
    for (name, value) in settings {
      run.settings[model == 0 ? name : "\(models.all[model].name): \(name)"] = value
    }
  }

  /// Figures by `metric,filter`, each with its `metric_stderr,filter`.
  private mutating func readFigures(
    _ figures: [(String, JSONValue)], task: String, samples: JSONValue?, model: Int
  ) {
    let model = models.all[model]
    let byName = Dictionary(figures) { first, _ in first }
    for (name, value) in figures {
      let parts = name.split(separator: ",", maxSplits: 1).map(String.init)
      guard parts.count == 2, !parts[0].hasSuffix("_stderr"), let figure = value.double else { continue }
      run.reported.append(
        ReportedScore(
          candidate: model.name, subject: task.cut(toBytes: 256), metric: name.cut(toBytes: 256), value: figure,
          standardError: byName["\(parts[0])_stderr,\(parts[1])"]?.double,
          count: samples?.object?["effective"]?.integer, higherIsBetter: model.directions[task]?[parts[0]]))
    }
  }

  private mutating func take(samples file: ImportFile) throws(ImportError) {
    let model = try models.owner(of: file)
    let task = LMEvalModels.task(of: file.name, among: model.tasks)
    var line = 0
    let notes = try JSONDocuments(file, options.limits).forEach { document throws(ImportError) in
      line += 1
      guard let sample = document.value.object, let number = sample["doc_id"]?.integer, sample["resps"]?.array != nil
      else {
        throw .notOfForm(
          file: file.name, form: .lmEval,
          expected:
            "a results_*.json or a samples_*.jsonl of lm-evaluation-harness (line \(line) has no doc_id and resps)")
      }
      take(sample, task: task, number: number, model: model)
    }
    run.notes += notes
  }

  private mutating func take(_ sample: JSONObject, task: String, number: Int, model: LMEvalModels.Model) {
    var row = "\(task)/\(number)"
    if let content = sample["doc_hash"]?.string {
      let first = contents[row] ?? content
      contents[row] = first
      if first != content {
        row += "#\(content.prefix(8))"
        differing += 1
      }
    }
    let key = "\(model.name)\n\(row)"
    let place: Int
    if let known = places[key] {
      place = known
    } else {
      place = run.observations.count
      places[key] = place
      run.observations.append(observation(sample, task: task, row: row, model: model))
    }
    let filter = sample["filter"]?.string ?? "none"
    for metric in (sample["metrics"]?.array ?? []).prefix(256).compactMap(\.string) {
      let value = sample[metric]?.double ?? sample[metric]?.boolean.map { $0 ? 1 : 0 }
      guard let value else {
        unscored[metric, default: 0] += 1
        continue
      }
      run.scores.append(
        ImportedScore(
          observation: place,
          evaluator: "lm-eval/\(metric.cut(toBytes: 128))\(filter == "none" ? "" : ",\(filter.cut(toBytes: 64))")",
          value: value, higherIsBetter: model.directions[task]?[metric]))
    }
  }

  private mutating func observation(
    _ sample: JSONObject, task: String, row: String, model: LMEvalModels.Model
  ) -> ImportedObservation {
    let limits = options.limits
    var observation = ImportedObservation(candidate: model.name, identifier: row, row: row)
    let document = sample["doc"]?.object
    for name in ["id", "doc_id", "question_id", "task_id", "idx", "key"] {
      if let value = document?[name], let text = value.string ?? value.integer.map(String.init), !text.isEmpty {
        observation.rowAlternatives.append(text.cut(toBytes: 1_024))
      }
    }
    for name in ["question", "input", "prompt", "query", "problem", "instruction", "text"] {
      if let text = document?[name]?.string { observation.questions.append(text.cut(toBytes: limits.textBytes)) }
    }
    if let target = sample["target"], !target.isNull {
      observation.expected = (target.array ?? [target]).prefix(100).map {
        ($0.string ?? $0.text).cut(toBytes: limits.textBytes)
      }
    }
    let requests = members(sample["arguments"]).map(\.1)
    observation.input = requests.first.flatMap { Self.input(argument($0, 0), limits: limits) }
    let answers = sample["resps"]?.array ?? []
    let pairs = answers.map { Self.likelihood($0) }
    if !pairs.isEmpty, pairs.allSatisfy({ $0 != nil }) {
      // A choice is the continuation that the model held for the likeliest.
      let best = pairs.indices.max { (pairs[$0] ?? 0) < (pairs[$1] ?? 0) }
      if requests.count == pairs.count, requests.count > 1, let best, let text = argument(requests[best], 1)?.string {
        observation.output = text.trimmingCharacters(in: .whitespaces).cut(toBytes: limits.textBytes)
        observation.attributes["answer"] = "the likeliest of \(pairs.count) continuations"
      }
    } else if let texts = answers.first?.array {
      if texts.count > 1 { repeated += 1 }
      observation.output = (texts.first?.string ?? texts.first?.array?.first?.string)?.cut(toBytes: limits.textBytes)
    }
    observation.tags["task"] = task
    return observation
  }

  /// `arg_0` and so on of a request, or an element where they stand in an array.
  private func argument(_ request: JSONValue, _ index: Int) -> JSONValue? {
    request.object?["arg_\(index)"] ?? request.array.flatMap { $0.indices.contains(index) ? $0[index] : nil }
  }

  /// The text of a prompt; messages where a chat was asked, which stand as JSON in a string in an array.
  private static func input(_ value: JSONValue?, limits: ImportLimits) -> EvaluationSample.Input? {
    guard let text = value?.string ?? value?.array?.first?.string else { return nil }
    let inner = GenAIMessages.decoded(.string(text), limits: limits)
    if value?.array != nil, let elements = inner.array {
      let messages = elements.compactMap { try? ChatMessage(JSONField($0)) }
      if messages.count == elements.count, !messages.isEmpty {
        if messages.count == 1, messages[0].role == .user, let content = messages[0].content { return .text(content) }
        return .messages(messages)
      }
    }
    return .text(text.cut(toBytes: limits.textBytes))
  }

  /// The log-likelihood of `[["-0.26", "False"]]`; nil for a text.
  private static func likelihood(_ answer: JSONValue) -> Double? {
    guard let pair = answer.array?.first?.array, pair.count == 2 else { return nil }
    let value = pair[0].double ?? pair[0].string.flatMap { Double($0) }
    return value.flatMap { $0.isNaN ? nil : $0 }
  }
}
