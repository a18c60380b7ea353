import Crypto
import Datasets
import Foundation
import MeasuringClient
import OpenAIWire
import Records

/// What a plan comes to over the rows that it chooses: everything that can be known before the first request.
struct EvaluationWork: Sendable {
  /// One row of one repetition.
  struct Item: Sendable, Hashable {
    var row: Int
    var repetition: Int
  }

  static let mostRequests = 10_000_000

  let plan: EvaluationPlan
  let selection: RowSelection
  let rows: [DatasetRow]
  /// One for each row.
  let attributions: [RowAttribution]
  /// By candidate, one for each row; none for what is imported.
  let messages: [[[ChatMessage]]]

  /// What an observation of a row carries.
  struct RowAttribution: Sendable, Hashable {
    var route: String
    var customer: String?
    var tags: [String: String]
  }

  /// - Throws: ``EvaluationRunError``, and what the dataset's room throws.
  init(plan: EvaluationPlan, dataset: Dataset) throws {
    self.plan = plan
    selection = try RowSelection(dataset, cohort: plan.cohort, sample: plan.sample)
    rows = selection.rows
    guard !rows.isEmpty else { throw EvaluationRunError.noRows(dataset: dataset.reference) }
    let (perCandidate, overflows) = rows.count.multipliedReportingOverflow(by: plan.repetitions)
    guard !overflows, perCandidate <= Self.mostRequests / plan.candidates.count else {
      throw EvaluationRunError.tooManyRequests(
        overflows ? .max : perCandidate * plan.candidates.count, limit: Self.mostRequests)
    }
    attributions = try rows.map { try Self.attribution(plan.attribution, $0) }
    let rows = rows
    messages = try plan.candidates.map { candidate in
      if case .imported = candidate.source { return [] }
      return try rows.map { try candidate.prompt.messages(for: $0) }
    }
  }

  private static func attribution(_ attribution: Attribution, _ row: DatasetRow) throws -> RowAttribution {
    func text(_ value: Attribution.Value) throws -> String {
      switch value {
      case .text(let text): return text
      case .metadata(let name):
        guard let value = row.metadata[name] else {
          throw EvaluationRunError.attribution(row: row.identity, missing: name)
        }
        return value.description
      }
    }
    return RowAttribution(
      route: try text(attribution.route), customer: try attribution.customer.map(text),
      tags: try attribution.tags.mapValues(text))
  }

  /// Every request of one candidate: all rows, then all rows again.
  var items: [Item] {
    (0..<plan.repetitions).flatMap { repetition in rows.indices.map { Item(row: $0, repetition: repetition) } }
  }

  func request(_ candidate: Int, _ item: Item) -> MeasuredRequest {
    let planned = plan.candidates[candidate]
    var settings = planned.settings
    // With one seed for all, repetitions of a row would all be one answer.
    if item.repetition > 0, let seed = settings["seed"]?.integer, let next = Int(exactly: seed &+ item.repetition) {
      settings = settings.overlaid(with: JSONObject(["seed": .integer(next)]))
    }
    return Self.request(planned, messages[candidate][item.row], settings, streams: planned.load.streams)
  }

  static func request(
    _ candidate: PlannedCandidate, _ messages: [ChatMessage], _ settings: JSONObject, streams: Bool
  ) -> MeasuredRequest {
    switch candidate.form {
    case .chat:
      MeasuredRequest(model: candidate.model, messages: messages, settings: settings, streams: streams)
    case .completion:
      MeasuredRequest(
        model: candidate.model, prompt: messages.compactMap(\.content).joined(separator: "\n\n"),
        settings: settings, streams: streams)
    }
  }

  var evaluationRows: [EvaluationRow] {
    rows.map { row in
      EvaluationRow(
        identity: row.identity, hash: row.hash.description,
        cluster: plan.cluster.flatMap { row.metadata[$0]?.description })
    }
  }
}

extension EvaluationWork {
  /// SHA-256 of what is asked: two runs with the same digest ask the same of the same candidates. How answers are judged
  /// and priced is no part of it, so that both can change without anything being asked again.
  var digest: String {
    Self.digest(
      of: .members([
        "version": .integer(1), "dataset": .string(selection.dataset.hash.description),
        "rows": .array(rows.map { .string($0.hash.description) }), "repetitions": .integer(plan.repetitions),
        "candidates": .array(plan.candidates.map { .string(Self.digest(of: $0)) }),
      ]))
  }

  /// SHA-256 of everything that decides what a candidate answers and how fast.
  static func digest(of candidate: PlannedCandidate) -> String {
    return digest(
      of: .members([
        "name": .string(candidate.name), "source": json(of: candidate.source),
        "form": .string(candidate.form.rawValue), "model": .string(candidate.model),
        "system": candidate.prompt.system.map { .string($0) }, "user": .string(candidate.prompt.user),
        "settings": .string(String(decoding: CanonicalJSON.bytes(of: .object(candidate.settings)), as: UTF8.self)),
        "load": json(of: candidate.load),
      ]))
  }

  private static func json(of load: RequestLoad) -> JSONValue {
    let shape: JSONValue =
      switch load.shape {
      case .concurrency(let count): .members(["concurrency": .integer(count)])
      case .rate(let rate, let isPoisson, let seed):
        .members(["rate": .number(rate), "poisson": .boolean(isPoisson), "seed": .string("\(seed)")])
      }
    return .members(["shape": shape, "streams": .boolean(load.streams)])
  }

  static func json(of source: PlannedCandidate.Source) -> JSONValue {
    switch source {
    case .endpoint(let text): return .members(["endpoint": .string(text)])
    case .served(let program):
      return .members([
        "serve": .array(program.command.map { .string($0) }), "path": .string(program.path),
        "environment": .object(sorted(program.environment.values)),
      ])
    case .imported(let files, let form, let name):
      // By what the files hold: one that has changed is another candidate.
      return .members([
        "import": .array(files.map { .string(hash(ofFile: $0)) }), "form": .string(form),
        "candidate": name.map { .string($0) },
      ])
    }
  }

  private static func hash(ofFile path: String) -> String {
    guard let data = try? Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe) else { return path }
    return SHA256.hash(data: data).map { String(format: "%02x", $0) }.joined()
  }

  private static func sorted(_ values: [String: String]) -> JSONObject {
    values.sorted { $0.key < $1.key }.reduce(into: JSONObject()) { $0.append($1.key, .string($1.value)) }
  }

  static func digest(of value: JSONValue) -> String {
    SHA256.hash(data: CanonicalJSON.bytes(of: value)).map { String(format: "%02x", $0) }.joined()
  }
}
