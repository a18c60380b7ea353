import Probes

extension StudyPlan {
  static let keys = [
    "study", "question", "workload", "command", "base", "vary", "exclude", "work", "repeats", "seeds", "precision",
    "threads", "probes", "budget", "peers",
  ]
  static let maximumTrials = 10_000

  /// Reads a plan from a YAML file.
  /// - Throws: ``PlanError``.
  public init(contentsOfFile path: String) throws {
    try self.init(yaml: try PlanDocument.text(ofFile: path))
  }

  /// Reads a plan from YAML text.
  /// - Throws: ``PlanError``.
  public init(yaml text: String) throws {
    let root = try PlanSection(try PlanDocument.parse(text), path: "", known: Self.keys)
    let name = try Self.name(root)
    let work = try Self.work(root)
    let workload = try root.text("workload") ?? "train"
    let command = try root.command("command")
    if workload == "command", command == nil {
      throw root.missing("command", mend: "Say which program each trial is: command: [\"./train\", \"{spec}\"].")
    }
    if workload != "command", command != nil {
      throw PlanError.impossible(
        root.place("command"), reason: "it is for workload: command; give a program of others under \"peers\".")
    }
    let variations = try Self.variations(root)
    self.init(
      name: name, question: try root.text("question") ?? "", workload: workload, command: command,
      base: try root.settings("base") ?? [:], vary: variations, exclude: try Self.exclusions(root),
      work: work, seeds: try Self.seeds(root), precision: try Self.precision(root),
      threads: try root.count("threads", in: 1...4096), probes: try Self.probes(root), budget: try Self.budget(root),
      peers: try Self.peers(root, of: variations), text: text)
    try checkSize(root)
  }

  private static func name(_ root: PlanSection) throws -> String {
    guard let name = try root.text("study") else {
      throw root.missing("study", mend: "Give the study a name: study: my-study.")
    }
    guard name.wholeMatch(of: #/[A-Za-z0-9][A-Za-z0-9._-]{0,63}/#) != nil else {
      throw PlanError.impossible(
        root.place("study"),
        reason: "a name has up to 64 letters, digits, \".\", \"-\" and \"_\", and begins with a letter or a digit.")
    }
    return name
  }

  private static func precision(_ root: PlanSection) throws -> String {
    let precision = try root.text("precision") ?? "fp32"
    guard precision.wholeMatch(of: #/[A-Za-z0-9][A-Za-z0-9._-]{0,31}/#) != nil else {
      throw PlanError.impossible(root.place("precision"), reason: "give a name such as fp32, bf16 or fp16.")
    }
    return precision
  }

  private static func work(_ root: PlanSection) throws -> WorkPlan {
    guard let node = try root.node("work") else {
      throw root.missing(
        "work",
        mend: "Say how much each trial does: work: {tokens: 120k, tokens-per-step: 2048, sequence-length: 256}.")
    }
    let section = try PlanSection(node, path: "work", known: WorkPlan.keys + WorkPlan.requestKeys)
    if try WorkPlan.requestKeys.contains(where: { try section.node($0) != nil }) { return try requests(section) }
    func required(_ key: String) throws -> Int {
      guard let value = try section.count(key, in: 1...1_000_000_000_000_000) else {
        throw section.missing(key, mend: "The work must be the same for every cell, so it has to be said.")
      }
      return value
    }
    let plan = WorkPlan(
      tokens: try required("tokens"), tokensPerStep: try required("tokens-per-step"),
      sequenceLength: try required("sequence-length"),
      warmupSteps: try section.count("warmup-steps", in: 0...1_000_000) ?? WorkPlan.defaultWarmupSteps)
    guard plan.tokensPerStep.isMultiple(of: plan.sequenceLength) else {
      throw PlanError.impossible(
        section.place("tokens-per-step"),
        reason: "\(plan.tokensPerStep) is no multiple of the sequence length \(plan.sequenceLength).")
    }
    guard plan.tokens >= plan.tokensPerStep else {
      throw PlanError.impossible(
        section.place("tokens"), reason: "\(plan.tokens) is less than one step of \(plan.tokensPerStep) tokens.")
    }
    guard plan.steps > plan.warmupSteps else {
      throw PlanError.impossible(
        section.place("warmup-steps"),
        reason: "\(plan.steps) steps less \(plan.warmupSteps) of warm-up leave none to measure; "
          + "give more tokens or fewer warm-up steps.")
    }
    return plan
  }

  /// Work as requests: `{requests: 16, generated-tokens: 32}`.
  private static func requests(_ section: PlanSection) throws -> WorkPlan {
    for key in WorkPlan.keys {
      guard try section.node(key) != nil else { continue }
      throw PlanError.impossible(
        section.place(key), reason: "it goes with training; beside requests stand generated-tokens and warmup-rounds.")
    }
    func required(_ key: String) throws -> Int {
      guard let value = try section.count(key, in: 1...1_000_000_000) else {
        throw section.missing(key, mend: "The work must be the same for every cell, so it has to be said.")
      }
      return value
    }
    return WorkPlan(
      requests: try required("requests"), generatedTokens: try required("generated-tokens"),
      warmupRounds: try section.count("warmup-rounds", in: 0...1_000_000) ?? 1)
  }

  private static func variations(_ root: PlanSection) throws -> [Variation] {
    guard let node = try root.node("vary") else { return [] }
    guard case .map(let entries, _) = node else {
      throw root.wrongType("vary", expected: "a map of setting names to lists", found: node)
    }
    return try entries.map { entry in
      let place = PlanError.Place("vary.\(entry.key)", line: entry.line)
      try PlanSection.checkSettingName(entry.key, at: place)
      guard case .list(let items, _) = entry.value else {
        throw PlanError.wrongType(place, expected: "a list of values", found: entry.value.kind)
      }
      guard !items.isEmpty else {
        throw PlanError.empty(place, mend: "Give it at least one value, or leave it out.")
      }
      var values: [SettingValue] = []
      for item in items {
        let value = try PlanSection.setting(item, at: PlanError.Place(place.key, line: item.line))
        if values.contains(value) {
          throw PlanError.duplicate(PlanError.Place(place.key, line: item.line), what: "\(value.text)")
        }
        values.append(value)
      }
      return Variation(key: entry.key, values: values)
    }
  }

  private static func exclusions(_ root: PlanSection) throws -> [Settings] {
    guard let items = try root.list("exclude", of: "maps of settings") else { return [] }
    return try items.map { item in
      let settings = try PlanSection.settings(item, path: "exclude")
      guard !settings.isEmpty else {
        throw PlanError.empty(
          PlanError.Place("exclude", line: item.line), mend: "An empty map would leave out every cell.")
      }
      return settings
    }
  }

  private static func peers(_ root: PlanSection, of variations: [Variation]) throws -> [Peer] {
    guard let items = try root.list("peers", of: "maps with method and command") else { return [] }
    var peers: [Peer] = []
    for (index, item) in items.enumerated() {
      let section = try PlanSection(
        item, path: "peers[\(index)]", known: ["method", "name", "command", "settings", "vary"])
      guard let method = try section.text("method") ?? section.text("name") else {
        throw section.missing("method", mend: "Say what the tables call it.")
      }
      guard let command = try section.command("command") else {
        throw section.missing("command", mend: "Give the program and its arguments.")
      }
      if peers.contains(where: { $0.method == method }) {
        throw PlanError.duplicate(PlanError.Place("peers", line: section.line), what: "the method \"\(method)\"")
      }
      let settings = try section.settings("settings") ?? [:]
      peers.append(
        Peer(
          method: method, command: command, settings: settings, varies: try varied(section, settings, of: variations)))
    }
    return peers
  }

  /// The study's variations that a peer goes through as well.
  private static func varied(
    _ section: PlanSection, _ settings: Settings, of variations: [Variation]
  ) throws -> [String] {
    let known = variations.map(\.key)
    return try (try section.list("vary", of: "names of varied settings") ?? []).map { item in
      let place = PlanError.Place(section.place("vary").key, line: item.line)
      guard case .scalar(let key, _, _) = item else {
        throw PlanError.wrongType(place, expected: "a list of names of varied settings", found: item.kind)
      }
      guard known.contains(key) else {
        throw PlanError.unknownKey(place, nearest: NearestName.of(key, among: known), known: known)
      }
      if settings[key] != nil {
        throw PlanError.duplicate(
          place, what: "a value for \(key) (under \"settings\" and under \"vary\"), and so is given")
      }
      return key
    }
  }

  /// Refuses keys that are both varied and set, exclusions that exclude nothing, and studies too large to be meant.
  private func checkSize(_ root: PlanSection) throws {
    var product = 1
    for variation in vary {
      if base[variation.key] != nil {
        throw PlanError.duplicate(
          PlanError.Place("vary.\(variation.key)", line: root.place("vary").line),
          what: "a value (under \"base\" and under \"vary\"), and so is given")
      }
      let (next, overflow) = product.multipliedReportingOverflow(by: variation.values.count)
      product = overflow ? .max : next
      if product > Self.maximumTrials { break }
    }
    let (trials, overflow) = product.multipliedReportingOverflow(by: seeds.count)
    if overflow || trials > Self.maximumTrials {
      throw PlanError.tooLarge(
        what: product >= Self.maximumTrials ? "more than \(Self.maximumTrials) trials" : "\(trials) trials",
        limit: "\(Self.maximumTrials)")
    }
    for excluded in exclude {
      for (key, value) in excluded.sorted(by: { $0.key < $1.key }) {
        let known = vary.first { $0.key == key }?.values ?? base[key].map { [$0] } ?? []
        if known.contains(value) { continue }
        throw PlanError.impossible(
          PlanError.Place("exclude.\(key)", line: root.place("exclude").line),
          reason: known.isEmpty
            ? "no cell has the setting \(key)." : "no cell has \(key): \(value.text), so it excludes nothing.")
      }
    }
    if plannedCells.count * seeds.count > Self.maximumTrials {
      throw PlanError.tooLarge(
        what: "\(plannedCells.count * seeds.count) trials, peers included", limit: "\(Self.maximumTrials)")
    }
    if plannedCells.isEmpty {
      throw PlanError.empty(root.place("exclude"), mend: "Every cell is excluded; leave one in.")
    }
  }
}
