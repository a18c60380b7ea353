import Datasets
import Evaluators
import Foundation
import OpenAIWire
import Probes
import Studies

extension EvaluationPlan {
  static let keys = [
    "evaluation", "question", "dataset", "where", "sample", "cluster", "repetitions", "prompt", "settings",
    "candidates",
    "evaluators", "passes", "judge", "load", "attribution", "probes", "prices",
  ]
  static let mostCandidates = 100
  static let mostEvaluators = 100
  static let mostRepetitions = 1000

  /// Reads a plan from a YAML file.
  /// - Throws: ``Studies/PlanError``, ``Datasets/DatasetError``, ``Datasets/CohortError``.
  public init(contentsOfFile path: String) throws {
    try self.init(yaml: try PlanDocument.text(ofFile: path), folder: (path as NSString).deletingLastPathComponent)
  }

  /// Reads a plan from YAML text.
  /// - Throws: ``Studies/PlanError``, ``Datasets/DatasetError``, ``Datasets/CohortError``.
  /// - Parameter folder: where the files lie that the plan names.
  public init(yaml text: String, folder: String = "") throws {
    let root = try PlanSection(try PlanDocument.parse(text), path: "", known: Self.keys)
    let name = try Self.name(root)
    guard let dataset = try root.text("dataset") else {
      throw root.missing("dataset", mend: "Say which rows are asked: dataset: support, or support@3.")
    }
    let shared = Shared(
      prompt: try Self.prompt(root, default: .plain), settings: try Self.settings(root),
      load: try Self.load(root, default: RequestLoad()), folder: folder)
    var scoringPrograms: [[String]: ProgramEnvironment] = [:]
    let evaluators = try Self.evaluators(root, folder: folder, &scoringPrograms)
    let candidates = try Self.candidates(root, shared)
    let judge = try Self.judge(root, folder: folder)
    self.init(
      name: name, question: try root.text("question") ?? "", dataset: try DatasetReference(dataset),
      cohort: try root.text("where").map { try Cohort($0) }, sample: try Self.sample(root),
      cluster: try root.text("cluster"),
      repetitions: try root.count("repetitions", in: 1...Self.mostRepetitions) ?? 1,
      candidates: candidates, evaluators: evaluators, passes: try Self.passes(root, evaluators), judge: judge,
      scoringPrograms: scoringPrograms,
      keyVariables: Self.keyVariables(candidates, judge, Array(scoringPrograms.values)),
      attribution: try Self.attribution(root, evaluation: name), probes: try StudyPlan.probes(root),
      prices: try root.text("prices"), text: text)
  }

  private static func name(_ root: PlanSection) throws -> String {
    guard let name = try root.text("evaluation") else {
      throw root.missing("evaluation", mend: "Give the evaluation a name: evaluation: support.")
    }
    guard name.wholeMatch(of: #/[A-Za-z0-9][A-Za-z0-9._-]{0,63}/#) != nil else {
      throw PlanError.impossible(
        root.place("evaluation"),
        reason: "a name has up to 64 letters, digits, \".\", \"-\" and \"_\", and begins with a letter or a digit.")
    }
    return name
  }

  private static func sample(_ root: PlanSection) throws -> RowSample? {
    guard let node = try root.node("sample") else { return nil }
    let section = try PlanSection(node, path: "sample", known: ["rows", "seed", "stratify-by"])
    guard let count = try section.count("rows", in: 1...1_000_000) else {
      throw section.missing("rows", mend: "Say how many: sample: {rows: 100, seed: 1}.")
    }
    return try RowSample(
      count: count, seed: UInt64(try section.count("seed", in: 0...Int(Int32.max)) ?? 0),
      stratum: try section.text("stratify-by"))
  }

  private static func passes(_ root: PlanSection, _ evaluators: [EvaluatorConfiguration]) throws -> [String] {
    let names = evaluators.map { $0.name ?? $0.kind }
    guard let node = try root.node("passes") else { return names }
    let chosen: [PlanNode]
    if case .list(let items, _) = node { chosen = items } else { chosen = [node] }
    return try chosen.map { item in
      guard case .scalar(let name, _, _) = item else {
        throw root.wrongType("passes", expected: "the name of an evaluator, or a list of names", found: item)
      }
      guard names.contains(name) else {
        throw PlanError.impossible(
          root.place("passes"),
          reason: "there is no evaluator \"\(name)\" in the plan. "
            + (NearestName.of(name, among: names).map { "Did you mean \"\($0)\"? " } ?? "")
            + "There are: \(names.joined(separator: ", ")).")
      }
      return name
    }
  }

  private static func evaluators(
    _ root: PlanSection, folder: String, _ programs: inout [[String]: ProgramEnvironment]
  ) throws -> [EvaluatorConfiguration] {
    let items = try root.list("evaluators", of: "evaluators") ?? []
    guard items.count <= mostEvaluators else {
      throw PlanError.tooLarge(what: "\(items.count) evaluators", limit: "\(mostEvaluators)")
    }
    var names: Set<String> = []
    return try items.map { item in
      let configuration = try evaluator(item, folder: folder, &programs)
      let name = configuration.name ?? configuration.kind
      guard names.insert(name).inserted else {
        throw PlanError.duplicate(
          PlanError.Place("evaluators", line: item.line), what: "the name \"\(name)\" (give one of them a name:)")
      }
      return configuration
    }
  }

  /// `ExactMatch`, or a map with `kind` and the kind's options beside it. An option `{file: PATH}` stands for what that file
  /// holds, as YAML or JSON.
  private static func evaluator(
    _ item: PlanNode, folder: String, _ programs: inout [[String]: ProgramEnvironment]
  ) throws -> EvaluatorConfiguration {
    let place = PlanError.Place("evaluators", line: item.line)
    if case .scalar(let kind, _, _) = item, !item.isNothing { return EvaluatorConfiguration(kind) }
    guard case .map(let entries, _) = item else {
      throw PlanError.wrongType(place, expected: "a list of names or maps with kind", found: item.kind)
    }
    var options: [String: JSONValue] = [:]
    var kind: String?
    var name: String?
    var threshold: Double?
    for entry in entries {
      switch (entry.key, entry.value.json) {
      case ("kind", .string(let text)): kind = text
      case ("name", .string(let text)): name = text
      case ("threshold", let value):
        guard let number = value.double else {
          throw PlanError.wrongType(
            PlanError.Place("evaluators.threshold", line: entry.line), expected: "a number from 0 to 1",
            found: entry.value.kind)
        }
        threshold = number
      case ("kind", _), ("name", _):
        throw PlanError.wrongType(
          PlanError.Place("evaluators.\(entry.key)", line: entry.line), expected: "text", found: entry.value.kind)
      case (let option, .object(let object)) where object.members.count == 1 && object["file"]?.string != nil:
        let file = Self.place(of: object["file"]?.string ?? "", in: folder)
        options[option] = try PlanDocument.parse(try PlanDocument.text(ofFile: file)).json
      case (let option, let value): options[option] = value
      }
    }
    // The environment of a program is no part of what it is asked, and may hold keys.
    if let node = entries.first(where: { $0.key == "environment" })?.value, kind == "CustomEvaluation" {
      let command = options["command"]?.array?.compactMap(\.string) ?? []
      programs[command] = try environment(node, path: "evaluators.environment")
      options["environment"] = nil
    }
    if let command = options["command"]?.array?.compactMap(\.string) {
      try refuseKeys(in: command, at: PlanError.Place("evaluators.command", line: item.line))
    }
    guard let kind else {
      throw PlanError.missingKey(
        PlanError.Place("evaluators.kind", line: item.line), mend: "Say which: kind: NumericMatch.")
    }
    return EvaluatorConfiguration(kind, name: name, threshold: threshold, options: options)
  }

  private static func attribution(_ root: PlanSection, evaluation: String) throws -> Attribution {
    guard let node = try root.node("attribution") else {
      return Attribution(route: .text(evaluation), customer: nil, tags: [:])
    }
    let section = try PlanSection(node, path: "attribution", known: ["route", "customer", "tags"])
    var tags: [String: Attribution.Value] = [:]
    if let tagsNode = try section.node("tags") {
      guard case .map(let entries, _) = tagsNode else {
        throw section.wrongType("tags", expected: "a map of names to texts", found: tagsNode)
      }
      for entry in entries {
        guard entry.key.wholeMatch(of: #/[A-Za-z0-9][A-Za-z0-9._-]{0,63}/#) != nil,
          case .scalar(let text, _, _) = entry.value
        else {
          throw PlanError.wrongType(
            PlanError.Place("attribution.tags.\(entry.key)", line: entry.line),
            expected: "a text under a name of letters, digits, \".\", \"-\" and \"_\"", found: entry.value.kind)
        }
        tags[entry.key] = value(text)
      }
    }
    return Attribution(
      route: value(try section.text("route") ?? evaluation), customer: try section.text("customer").map(value),
      tags: tags)
  }

  /// `metadata.NAME` takes the row's; everything else is the text itself.
  private static func value(_ text: String) -> Attribution.Value {
    text.hasPrefix("metadata.") ? .metadata(String(text.dropFirst("metadata.".count))) : .text(text)
  }
}
