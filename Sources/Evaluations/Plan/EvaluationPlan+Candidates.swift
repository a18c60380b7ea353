import Foundation
import OpenAIWire
import Studies

extension EvaluationPlan {
  /// What candidates have from the plan where they do not say it themselves.
  struct Shared {
    var prompt: PromptTemplate
    var settings: JSONObject
    var load: RequestLoad
    /// Where the files lie that the plan names.
    var folder: String
  }

  /// What serves candidates and judges alike.
  private static let endpointKeys = [
    "endpoint", "serve", "path", "ready", "environment", "model", "key", "trust", "settings", "price",
    "load",
  ]

  static func candidates(_ root: PlanSection, _ shared: Shared) throws -> [PlannedCandidate] {
    guard let items = try root.list("candidates", of: "candidates"), !items.isEmpty else {
      throw root.missing("candidates", mend: "Name at least one: candidates: [{name: ..., endpoint: ..., model: ...}].")
    }
    guard items.count <= mostCandidates else {
      throw PlanError.tooLarge(what: "\(items.count) candidates", limit: "\(mostCandidates)")
    }
    var names: Set<String> = []
    let candidates = try items.flatMap { item in
      let section = try PlanSection(
        item, path: "candidates", known: ["name", "prompt", "import", "form", "loads"] + endpointKeys)
      let candidates = try underLoads(try candidate(section, shared), section)
      for candidate in candidates where !names.insert(candidate.name).inserted {
        throw PlanError.duplicate(section.place("name"), what: "the name \"\(candidate.name)\"")
      }
      return candidates
    }
    guard candidates.count <= mostCandidates else {
      throw PlanError.tooLarge(what: "\(candidates.count) candidates", limit: "\(mostCandidates)")
    }
    return candidates
  }

  /// One candidate for each of its `loads`, so that a table shows how latency, errors and quality move as the load rises.
  private static func underLoads(_ candidate: PlannedCandidate, _ section: PlanSection) throws -> [PlannedCandidate] {
    guard let items = try section.list("loads", of: "loads such as {rate: 2}") else { return [candidate] }
    if section.has("load") {
      throw PlanError.impossible(section.place("loads"), reason: "give either load or loads, not both.")
    }
    guard !items.isEmpty else { throw PlanError.empty(section.place("loads"), mend: "Give at least one load.") }
    return try items.map { item in
      var loaded = candidate
      loaded.load = try load(item, path: "\(section.path).loads", default: candidate.load)
      switch loaded.load.shape {
      case .concurrency(let count): loaded.name += ", \(count) at a time"
      case .rate(let rate, _, _): loaded.name += ", \(rate.formatted()) a second"
      }
      return loaded
    }
  }

  private static func candidate(_ section: PlanSection, _ shared: Shared) throws -> PlannedCandidate {
    let source = try source(section, folder: shared.folder)
    let isImported = if case .imported = source { true } else { false }
    let model = try section.text("model")
    guard let name = try section.text("name") ?? model else {
      throw section.missing("name", mend: "Give the candidate a name: name: small and warm.")
    }
    guard !name.isEmpty, name.utf8.count <= 128, !name.unicodeScalars.contains(where: { $0.value < 0x20 }) else {
      throw PlanError.impossible(section.place("name"), reason: "a name has 1 to 128 bytes on one line.")
    }
    guard model != nil || isImported else {
      throw section.missing("model", mend: "Say what requests ask for: model: smollm2.")
    }
    let form = try section.text("form") ?? "chat"
    guard let form = PlannedCandidate.Form(rawValue: form) else {
      throw PlanError.impossible(section.place("form"), reason: "\(form) is not one of chat, completion.")
    }
    let price = try price(section)
    if isImported {
      guard case .catalogue(_, nil, [:]) = price else {
        throw PlanError.impossible(
          section.place("price"),
          reason: "what is imported is priced by the model that its source names; say provider alone.")
      }
    }
    return PlannedCandidate(
      name: name, source: source, form: form, model: model ?? "", key: try key(section),
      trust: try trust(section, folder: shared.folder),
      prompt: try prompt(section, default: shared.prompt),
      settings: shared.settings.overlaid(with: try settings(section)), price: price,
      load: try load(section, default: shared.load))
  }

  static func judge(_ root: PlanSection, folder: String) throws -> PlannedJudge? {
    guard let node = try root.node("judge") else { return nil }
    let section = try PlanSection(node, path: "judge", known: ["structure"] + endpointKeys)
    guard let model = try section.text("model") else {
      throw section.missing("model", mend: "Say which model judges: model: gpt-5.")
    }
    let structure = try section.text("structure") ?? "json-schema"
    let known = ["json-schema", "json-object", "prompt"]
    guard known.contains(structure) else {
      throw PlanError.impossible(
        section.place("structure"), reason: "\(structure) is not one of \(known.joined(separator: ", ")).")
    }
    var load = RequestLoad()
    load.streams = false
    return PlannedJudge(
      source: try source(section, folder: folder), model: model, key: try key(section),
      trust: try trust(section, folder: folder), settings: try settings(section),
      price: try price(section), structure: structure, load: try self.load(section, default: load))
  }

  static func prompt(_ section: PlanSection, default usual: PromptTemplate) throws -> PromptTemplate {
    guard let node = try section.node("prompt") else { return usual }
    let prompt = try PlanSection(
      node, path: PlanSection.join(section.path, "prompt"), known: ["system", "user"])
    let template = PromptTemplate(
      system: try prompt.text("system") ?? usual.system, user: try prompt.text("user") ?? usual.user)
    guard template.user.contains("{input}") || template.user.contains("{context}") || !template.metadata.isEmpty else {
      throw PlanError.impossible(
        prompt.place("user"), reason: "it asks the same of every row: write {input} where the row's input stands.")
    }
    return template
  }

  /// Where a file lies that a plan names: beside the plan, unless the path says all.
  static func place(of path: String, in folder: String) -> String {
    path.hasPrefix("/") || folder.isEmpty ? path : folder + "/" + path
  }

  /// Members of the body that the runner writes itself.
  private static let reserved: Set<String> = ["model", "messages", "prompt", "stream", "stream_options", "n", "store"]

  static func settings(_ section: PlanSection) throws -> JSONObject {
    guard let node = try section.node("settings") else { return JSONObject() }
    guard case .map(let entries, _) = node else {
      throw section.wrongType("settings", expected: "a map such as {temperature: 0}", found: node)
    }
    var object = JSONObject()
    for entry in entries {
      let name = entry.key.replacing("-", with: "_")
      guard object[name] == nil else {
        throw PlanError.duplicate(
          PlanError.Place(PlanSection.join(section.path, "settings"), line: entry.line), what: "the setting \"\(name)\""
        )
      }
      guard !reserved.contains(name) else {
        throw PlanError.impossible(
          PlanError.Place(PlanSection.join(section.path, "settings.\(entry.key)"), line: entry.line),
          reason: "the runner says it itself.")
      }
      let isKey = entry.value.json.string.map { EvidentKey.isKey(name, $0) } ?? false
      guard !isKey, !["api_key", "apikey", "authorization", "key", "token"].contains(name.lowercased()) else {
        throw PlanError.impossible(
          PlanError.Place(PlanSection.join(section.path, "settings.\(entry.key)"), line: entry.line),
          reason: noKeys)
      }
      object.append(name, entry.value.json)
    }
    return object
  }

  private static func price(_ section: PlanSection) throws -> PlannedPrice {
    guard let node = try section.node("price") else {
      return .catalogue(provider: nil, model: nil, conditions: [:])
    }
    let price = try PlanSection(
      node, path: "\(section.path).price",
      known: ["provider", "model", "when", "hardware", "per-hour", "per-kilowatt-hour", "currency", "source"])
    let perHour = try price.text("per-hour")
    let perKilowattHour = try price.text("per-kilowatt-hour")
    if perHour != nil || perKilowattHour != nil {
      return .held(
        perHour: perHour, perKilowattHour: perKilowattHour, currency: try price.text("currency") ?? "USD",
        source: try price.text("source"))
    }
    if let hardware = try price.text("hardware") { return .hardware(hardware) }
    return .catalogue(
      provider: try price.text("provider"), model: try price.text("model"),
      conditions: (try price.settings("when") ?? [:]).mapValues(\.text))
  }

  static func load(_ section: PlanSection, default usual: RequestLoad) throws -> RequestLoad {
    guard let node = try section.node("load") else { return usual }
    return try load(node, path: PlanSection.join(section.path, "load"), default: usual)
  }

  private static func load(_ node: PlanNode, path: String, default usual: RequestLoad) throws -> RequestLoad {
    let load = try PlanSection(
      node, path: path, known: ["concurrency", "rate", "arrival", "seed", "stream", "timeout", "retries", "warmup"])
    var result = usual
    let concurrency = try load.count("concurrency", in: 1...16_384)
    let rate = try load.number("rate", in: 0.0001...1_000_000, unit: "requests a second")
    if concurrency != nil, rate != nil {
      throw PlanError.impossible(load.place("rate"), reason: "give either concurrency or rate, not both.")
    }
    let arrival = try load.text("arrival") ?? "poisson"
    guard ["poisson", "constant"].contains(arrival) else {
      throw PlanError.impossible(load.place("arrival"), reason: "\(arrival) is not one of poisson, constant.")
    }
    if let concurrency { result.shape = .concurrency(concurrency) }
    if let rate {
      result.shape = .rate(
        rate, isPoisson: arrival == "poisson", seed: UInt64(try load.count("seed", in: 0...Int(Int32.max)) ?? 1))
    }
    if let streams = try load.text("stream") {
      guard let streams = Bool(streams) else {
        throw PlanError.impossible(load.place("stream"), reason: "\(streams) is not true or false.")
      }
      result.streams = streams
    }
    result.timeout = try load.duration("timeout", in: .milliseconds(1)...Duration.seconds(86_400)) ?? result.timeout
    result.retries = try load.count("retries", in: 0...100) ?? result.retries
    result.warmup = try load.count("warmup", in: 0...1000) ?? result.warmup
    return result
  }
}

extension ServedProgram {
  static let placeholders = ["port", "home", "program", "python"]
}
