import MeasuringClient
import OpenAIWire
import Studies

/// Where answers come from, and where the keys for it are found.
extension EvaluationPlan {
  private static let sources = ["endpoint", "serve", "import"]

  static func source(_ section: PlanSection, folder: String = "") throws -> PlannedCandidate.Source {
    let given = sources.filter { section.has($0) }
    guard given.count == 1 else {
      throw PlanError.impossible(
        section.place(given.first ?? "endpoint"),
        reason: "say one of endpoint: URL, serve: [PROGRAM, ...] and import: {file: ..., form: ...}.")
    }
    switch given[0] {
    case "endpoint":
      return .endpoint(try section.text("endpoint") ?? "")
    case "serve":
      guard let command = try section.command("serve", placeholders: ServedProgram.placeholders) else { fallthrough }
      guard command.contains(where: { $0.contains("{port}") }) else {
        throw PlanError.impossible(
          section.place("serve"), reason: "the program has to be told its port: write {port} where it stands.")
      }
      try refuseKeys(in: command, at: section.place("serve"))
      return .served(
        ServedProgram(
          command: command, path: try section.text("path") ?? "/v1",
          ready: try section.duration("ready", in: .seconds(1)...Duration.seconds(86_400)) ?? .seconds(120),
          environment: try section.node("environment").map { try environment($0, path: "\(section.path).environment") }
            ?? ProgramEnvironment()))
    default:
      guard let node = try section.node("import") else { return .imported(files: [], form: "", candidate: nil) }
      let importing = try PlanSection(node, path: "candidates.import", known: ["file", "files", "form", "candidate"])
      var files: [String] = []
      for item in try importing.list("files", of: "files") ?? [] {
        guard case .scalar(let text, _, _) = item else {
          throw importing.wrongType("files", expected: "a list of paths", found: item)
        }
        files.append(text)
      }
      if let file = try importing.text("file") { files.append(file) }
      guard !files.isEmpty, let form = try importing.text("form") else {
        throw importing.missing("file", mend: "Say what is imported: import: {file: spans.json, form: opentelemetry}.")
      }
      return .imported(
        files: files.map { place(of: $0, in: folder) }, form: form,
        candidate: try importing.text("candidate"))
    }
  }

  static func key(_ section: PlanSection) throws -> KeySource? {
    guard let node = try section.node("key") else { return nil }
    guard case .map = node else {
      // Whoever writes a key itself into a plan must not see it again in an error.
      throw PlanError.impossible(
        section.place("key"),
        reason: noKeys)
    }
    return try keySource(node, path: "\(section.path).key")
  }

  /// Whose certificates are believed: `{ca-file: PATH}` beside the plan, or `anyone`; the system's authorities if left out.
  static func trust(_ section: PlanSection, folder: String) throws -> CertificateTrust {
    guard let node = try section.node("trust") else { return .system }
    let mend = "say trust: {ca-file: PATH}, or trust: anyone for an endpoint of your own under test."
    guard try section.text("endpoint")?.lowercased().hasPrefix("https:") == true else {
      throw PlanError.impossible(section.place("trust"), reason: "only an endpoint: https://... has a certificate.")
    }
    switch node {
    case .scalar("system", _, _): return .system
    case .scalar("anyone", _, _): return .anyone
    case .map:
      let trust = try PlanSection(node, path: "\(section.path).trust", known: ["ca-file"])
      guard let file = try trust.text("ca-file"), !file.isEmpty else {
        throw PlanError.impossible(section.place("trust"), reason: mend)
      }
      return .authorities(file: place(of: file, in: folder))
    default: throw PlanError.impossible(section.place("trust"), reason: mend)
    }
  }

  /// `{env: NAME}` or `{file: PATH}`.
  private static func keySource(_ node: PlanNode, path: String) throws -> KeySource {
    let place = try PlanSection(node, path: path, known: ["env", "file"])
    switch (try place.text("env"), try place.text("file")) {
    case (let name?, nil): return .environment(name)
    case (nil, let path?): return .file(path)
    default:
      throw PlanError.impossible(PlanError.Place(path, line: node.line), reason: "say one of env: NAME and file: PATH.")
    }
  }

  /// A map of variables to texts, or to where keys are found.
  static func environment(_ node: PlanNode, path: String) throws -> ProgramEnvironment {
    guard case .map(let entries, _) = node else {
      throw PlanError.wrongType(
        PlanError.Place(path, line: node.line), expected: "a map of variables", found: node.kind)
    }
    var environment = ProgramEnvironment()
    for entry in entries {
      let place = PlanError.Place(PlanSection.join(path, entry.key), line: entry.line)
      guard entry.key.wholeMatch(of: #/[A-Za-z_][A-Za-z0-9_]{0,127}/#) != nil else {
        throw PlanError.impossible(
          place, reason: "the name of a variable begins with a letter and has letters, digits and \"_\" only.")
      }
      if case .map = entry.value {
        environment.keys[entry.key] = try keySource(entry.value, path: place.key)
        continue
      }
      guard case .scalar(let text, _, _) = entry.value, !text.contains("\0") else {
        throw PlanError.wrongType(
          place, expected: "a text, or {env: NAME} or {file: PATH} for a key", found: entry.value.kind)
      }
      guard !EvidentKey.isKey(entry.key, text) else {
        throw PlanError.impossible(
          place,
          reason: "it is evidently a key, and a key does not stand in a plan; say where it is found: "
            + "\(entry.key): {env: NAME} or \(entry.key): {file: PATH}.")
      }
      environment.values[entry.key] = try PlanSection.setting(entry.value, at: place).text
    }
    return environment
  }

  static func refuseKeys(in command: [String], at place: PlanError.Place) throws {
    guard let name = EvidentKey.name(in: command) else { return }
    throw PlanError.impossible(
      place,
      reason:
        "\(name) holds what is evidently a key, and a key does not stand in a plan. Let the program read it from its "
        + "environment, and say there where it is found: environment: {NAME: {env: NAME}} or {NAME: {file: PATH}}.")
  }

  /// Every variable of the runner's environment that is named as a key.
  static func keyVariables(
    _ candidates: [PlannedCandidate], _ judge: PlannedJudge?, _ programs: [ProgramEnvironment]
  ) -> Set<String> {
    var sources = candidates.compactMap(\.key) + [judge?.key].compactMap(\.self) + programs.flatMap(\.keys.values)
    for case .served(let program) in candidates.map(\.source) + [judge?.source].compactMap(\.self) {
      sources += program.environment.keys.values
    }
    return Set(
      sources.compactMap { source in
        if case .environment(let name) = source { name } else { nil }
      })
  }

  static let noKeys =
    "a key does not stand in a plan; say where it is found: key: {env: NAME} or key: {file: PATH}."
}
