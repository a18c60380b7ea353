public import Datasets
public import Foundation
public import Interchange
public import Pricing
public import Records

/// Makes a run of an evaluation of what another program measured, and stores it.
public struct EvaluationImport: Sendable {
  /// What has to be said besides the files.
  public struct Request: Sendable {
    public var name: String
    /// Nil takes the day, and a number where that is taken.
    public var label: String?
    /// Whose rows the observations are about; nil makes rows of what the files say.
    public var dataset: Dataset?
    public var prices: PriceTable
    /// Who sold the models, in place of what the files say.
    public var provider: String?
    /// From which score on an answer passes, where the source does not say it.
    public var threshold: Double
    /// The command line that makes it again.
    public var command: String
    public var now: Date

    public init(
      name: String, label: String? = nil, dataset: Dataset? = nil, prices: PriceTable, provider: String? = nil,
      threshold: Double = 0.5, command: String = "", now: Date = Date()
    ) {
      self.name = name
      self.label = label
      self.dataset = dataset
      self.prices = prices
      self.provider = provider
      self.threshold = threshold
      self.command = command
      self.now = now
    }
  }

  public struct Outcome: Sendable {
    public var evaluation: EvaluationRecord
    /// False where the same files are there already under this name: nothing was stored.
    public var isNew: Bool
    public var candidates: [CandidateRecord]
    public var rows: Int
    public var observations: [ObservationRecord]
    public var verdicts: Int
    public var notes: [String]
  }

  private let run: ImportedRun
  private let request: Request
  private let digest: String
  private var notes: [String]
  private var rows: [EvaluationRow] = []
  /// By observation; nil for one that is about no row of the dataset.
  private var rowOf: [Int?] = []

  /// - Parameters:
  ///   - files: what `run` was read from.
  ///   - options: how.
  /// - Throws: ``EvaluationImportError/noRow(dataset:seen:)`` where a dataset was named and nothing is about its rows.
  public init(
    _ run: ImportedRun, files: [ImportFile], options: ImportOptions, request: Request
  ) throws(EvaluationImportError) {
    self.run = run.priced(by: request.prices, provider: request.provider)
    self.request = request
    notes = run.notes
    var said = [
      "import", run.form.rawValue, options.rowAttribute, options.candidate ?? "", request.dataset?.reference ?? "",
      request.provider ?? "", "\(request.threshold)",
    ]
    if Set(run.observations.map(\.candidate)).count > 1, run.form == .lmEval {
      // Whose the samples are stands in the files' names and not in them.
      said += run.observations.map { "\($0.candidate)\n\($0.identifier)\n\($0.output ?? "")" }.sorted()
    }
    // In whatever order and under whatever names the same files come.
    let hashes = files.map { ContentHash(of: $0.bytes).description }.sorted()
    digest = ContentHash(of: Array((said + hashes).joined(separator: "\n").utf8)).description
    if let dataset = request.dataset { try pair(with: dataset) } else { makeRows() }
  }

  private mutating func pair(with dataset: Dataset) throws(EvaluationImportError) {
    let pairing = RowPairing(dataset)
    let found = run.observations.map { pairing.place(of: $0) }
    let used = Set(found.compactMap { $0?.place }).sorted()
    guard !used.isEmpty || run.observations.isEmpty else {
      throw .noRow(
        dataset: dataset.reference,
        seen: run.observations.prefix(5).map { $0.row ?? $0.input?.question ?? $0.identifier })
    }
    rows = used.map { place in
      EvaluationRow(identity: dataset.rows[place].identity, hash: dataset.rows[place].hash.description)
    }
    let placeOf = Dictionary(uniqueKeysWithValues: used.enumerated().map { ($0.element, $0.offset) })
    rowOf = found.map { $0.flatMap { placeOf[$0.place] } }
    let byQuestion = found.count { $0?.way == .question }
    if byQuestion > 0 { notes.append("\(byQuestion) observations name no row; they were paired by what was asked.") }
    let unpaired = found.count { $0 == nil }
    if unpaired > 0 {
      notes.append("\(unpaired) observations are about no row of \(dataset.version.name) and were left out.")
    }
  }

  /// Rows of what the files say, in the order in which they come: each by its name, else by what was asked.
  private mutating func makeRows() {
    var known: [String: Int] = [:]
    for observation in run.observations {
      let input: DatasetRow.Input? = observation.input.map { input in
        switch input {
        case .text(let text): .text(text)
        case .messages(let messages): .messages(messages)
        }
      }
      let row = input.map { DatasetRow(input: $0, expected: observation.expected) }
      let identity = observation.row ?? row?.identity ?? "\(run.form.rawValue):\(observation.identifier)"
      if let place = known[identity] {
        rowOf.append(place)
        continue
      }
      known[identity] = rows.count
      rowOf.append(rows.count)
      let hash = row?.hash ?? ContentHash(of: Array(identity.utf8))
      rows.append(EvaluationRow(identity: identity, hash: hash.description))
    }
  }

  /// The dataset's name and hash; of rows that came with the files, their own.
  private var dataset: String {
    if let dataset = request.dataset { return dataset.reference }
    let text = rows.map { "\($0.identity) \($0.hash)\n" }.joined()
    return "\(run.form.rawValue)@sha256:\(ContentHash(of: Array(text.utf8)))"
  }

  private var manifest: Manifest {
    var manifest = Manifest()
    manifest.sections["import"] = [
      "form": run.form.rawValue, "source": run.source, "version": run.toolVersion ?? "",
      "notes": notes.joined(separator: "\n"),
    ]
    if !run.settings.isEmpty { manifest.sections["source"] = run.settings }
    return manifest
  }

  private func candidateRecords() -> [CandidateRecord] {
    var names: [String] = []
    var seen: Set<String> = []
    for name in run.observations.map(\.candidate) + run.reported.map(\.candidate) where seen.insert(name).inserted {
      names.append(name)
    }
    return names.map { name in
      let own = run.observations.filter { $0.candidate == name }
      let models = Set(own.flatMap(\.calls).compactMap { $0.modelAsked ?? $0.modelAnswered }).sorted()
      let endpoints = Set(own.flatMap(\.calls).compactMap(\.endpoint)).sorted()
      var manifest = Manifest()
      // The source's own figures, which nothing here computed.
      let reported = run.reported.filter { $0.candidate == name }
      if !reported.isEmpty {
        manifest.sections["reported by \(run.source)"] = Dictionary(
          reported.map { ("\($0.subject)/\($0.metric)", $0.text) }
        ) { first, _ in first }
      }
      return CandidateRecord(
        evaluationID: 0, name: name,
        digest: ContentHash(of: Array("\(digest)\n\(name)".utf8)).description,
        model: models.prefix(8).joined(separator: ", "), endpoint: endpoints.prefix(8).joined(separator: ", "),
        manifest: manifest)
    }
  }

  /// Stores the run. One that was begun and not finished is finished; one that is there already is left as it is.
  public func store(in store: RecordStore) throws -> Outcome {
    let named = try store.evaluations().filter { $0.name == request.name }
    var evaluation: EvaluationRecord
    var candidates: [CandidateRecord]
    if let known = named.first(where: { $0.digest == digest }), let id = known.id {
      evaluation = known
      candidates = try store.candidates(ofEvaluation: id)
      if known.finishedAt != nil {
        return Outcome(
          evaluation: known, isNew: false, candidates: candidates, rows: rows.count,
          observations: try store.observations(ofEvaluation: id), verdicts: try store.verdicts(ofEvaluation: id).count,
          notes: notes)
      }
    } else {
      (evaluation, candidates) = try store.createEvaluation(
        EvaluationRecord(
          name: request.name, label: label(beside: named), digest: digest, plan: "", command: request.command,
          dataset: dataset, selection: "\(rows.count) rows", createdAt: request.now, manifest: manifest),
        rows: rows, candidates: candidateRecords())
    }
    let id = evaluation.id ?? 0
    var stored: [ObservationRecord] = []
    var verdicts = 0
    let before = try store.observations(ofEvaluation: id, superseded: true)
    for candidate in candidates {
      guard let candidateID = candidate.id else { continue }
      let places = run.observations.indices.filter {
        run.observations[$0].candidate == candidate.name && rowOf[$0] != nil
      }
      // All of a candidate's were stored at once, or none.
      var records = before.filter { $0.candidateID == candidateID }
      if records.isEmpty { records = try store.storeObservations(self.records(of: places, candidate: candidateID)) }
      stored += records
      verdicts += try storeVerdicts(on: records, places: places, in: store)
    }
    try store.finishEvaluation(id, at: request.now)
    evaluation.finishedAt = request.now
    return Outcome(
      evaluation: evaluation, isNew: true, candidates: candidates, rows: rows.count, observations: stored,
      verdicts: verdicts, notes: notes)
  }

  private func records(of places: [Int], candidate: Int64) -> [ObservationRecord] {
    var repetitions: [Int: Int] = [:]
    let time = run.startedAt ?? request.now
    return places.compactMap { place in
      guard let row = rowOf[place] else { return nil }
      defer { repetitions[row, default: 0] += 1 }
      return ObservationRecord(
        imported: run.observations[place], form: run.form, candidate: candidate, row: rows[row].identity,
        repetition: repetitions[row] ?? 0, route: request.name, time: time)
    }
  }

  private func storeVerdicts(on records: [ObservationRecord], places: [Int], in store: RecordStore) throws -> Int {
    let identifiers = Dictionary(
      uniqueKeysWithValues: zip(places, records).compactMap { place, record in record.id.map { (place, $0) } })
    // An evaluator has one word on an observation; of several the last one counts.
    var verdicts: [String: VerdictRecord] = [:]
    for score in run.scores {
      guard let observation = identifiers[score.observation] else { continue }
      verdicts["\(observation) \(score.evaluator)"] = VerdictRecord(
        imported: score, run: run, observation: observation, threshold: request.threshold, now: request.now)
    }
    try store.storeVerdicts(verdicts.sorted { $0.key < $1.key }.map(\.value))
    return verdicts.count
  }

  private func label(beside named: [EvaluationRecord]) -> String {
    if let label = request.label { return label }
    let today = request.now.formatted(.iso8601.year().month().day())
    let taken = Set(named.map(\.label))
    guard taken.contains(today) else { return today }
    return (2...).lazy.map { "\(today).\($0)" }.first { !taken.contains($0) } ?? today
  }
}

/// Why what was read cannot become a run of an evaluation.
public enum EvaluationImportError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A dataset was named, and nothing in the files is about a row of it.
  case noRow(dataset: String, seen: [String])

  public var description: String {
    switch self {
    case .noRow(let dataset, let seen):
      "Nothing in the files is about a row of \(dataset). They name "
        + "\(seen.map { "\"\($0.prefix(60))\"" }.joined(separator: ", ")). Name the attribute that holds the row with --row-attribute, or leave --dataset out."
    }
  }
}
