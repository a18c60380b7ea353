package import Probes

extension StudyPlan {
  /// `repeats: 3` are the seeds 0, 1, 2; `seeds: [7, 11]` names them.
  static func seeds(_ root: PlanSection) throws -> [Int] {
    let repeats = try root.count("repeats", in: 1...1000)
    guard let items = try root.list("seeds", of: "whole numbers") else { return Array(0..<(repeats ?? 3)) }
    if repeats != nil {
      throw PlanError.impossible(root.place("seeds"), reason: "give either repeats or seeds, not both.")
    }
    guard !items.isEmpty else { throw PlanError.empty(root.place("seeds"), mend: "Give at least one seed.") }
    guard items.count <= 1000 else { throw PlanError.tooLarge(what: "\(items.count) seeds", limit: "1000") }
    var seeds: [Int] = []
    for item in items {
      let place = PlanError.Place("seeds", line: item.line)
      guard case .scalar(let text, false, _) = item, let seed = Int(text), (0...Int(Int32.max)).contains(seed) else {
        throw PlanError.wrongType(place, expected: "a list of whole numbers from 0 to \(Int32.max)", found: item.kind)
      }
      if seeds.contains(seed) { throw PlanError.duplicate(place, what: "the seed \(seed)") }
      seeds.append(seed)
    }
    return seeds
  }

  static func budget(_ root: PlanSection) throws -> Budget {
    guard let node = try root.node("budget") else { return Budget() }
    let section = try PlanSection(node, path: "budget", known: ["minutes", "trial-minutes", "trial-timeout"])
    let minutes = try section.number("minutes", in: 0.001...1e6, unit: "minutes")
    let trialMinutes = try section.number("trial-minutes", in: 0.001...1e6, unit: "minutes")
    let timeout = try section.duration("trial-timeout", in: .milliseconds(100)...Duration.seconds(60_000_000))
    if trialMinutes != nil, timeout != nil {
      throw PlanError.impossible(
        section.place("trial-timeout"), reason: "give either trial-minutes or trial-timeout, not both.")
    }
    return Budget(
      study: minutes.map { .seconds($0 * 60) },
      trial: timeout ?? trialMinutes.map { .seconds($0 * 60) } ?? Budget().trial)
  }

  package static func probes(_ root: PlanSection) throws -> ProbePlan {
    guard let node = try root.node("probes") else { return ProbePlan() }
    let section = try PlanSection(
      node, path: "probes", known: ["interval", "energy", "tdp-watts", "idle-seconds", "memory", "accelerators"])
    var plan = ProbePlan()
    if let interval = try section.duration("interval", in: .milliseconds(1)...Duration.seconds(3600)) {
      plan.interval = interval
    }
    let watts = try section.number("tdp-watts", in: 0.1...100_000, unit: "watts")
    plan.energy = try energy(section, watts: watts)
    plan.idleSeconds = try section.number("idle-seconds", in: 0...3600, unit: "seconds") ?? 0
    if let memory = try section.text("memory") {
      guard let accounting = MemoryAccounting(rawValue: memory) else {
        throw PlanError.impossible(
          section.place("memory"), reason: "\(memory) is not one of resident, proportional.")
      }
      plan.memory = accounting
    }
    if let accelerators = try section.text("accelerators") {
      guard let observes = Bool(accelerators) else {
        throw PlanError.impossible(section.place("accelerators"), reason: "\(accelerators) is not true or false.")
      }
      plan.observesAccelerators = observes
    }
    return plan
  }

  private static func energy(_ section: PlanSection, watts: Double?) throws -> EnergySource {
    let known = ["automatic", "none", "rapl", "nvml", "tdp", "replay:FILE"]
    let name = try section.text("energy") ?? (watts == nil ? "automatic" : "tdp")
    if watts != nil, name != "tdp" {
      throw PlanError.impossible(
        section.place("tdp-watts"),
        reason: "a declared TDP is used only with energy: tdp; leave one of the two out.")
    }
    switch name {
    case "automatic": return .automatic
    case "none": return .none
    case "rapl": return .rapl
    case "nvml": return .nvml
    case "tdp":
      guard let watts else {
        throw section.missing("tdp-watts", mend: "Say what the processor draws with all cores busy: tdp-watts: 65.")
      }
      return .declaredTDP(watts: watts)
    default:
      if name.hasPrefix("replay:"), name.count > 7 { return .replay(path: String(name.dropFirst(7))) }
      throw PlanError.impossible(
        section.place("energy"),
        reason: "\"\(name)\" is no source of energy readings. "
          + (NearestName.of(name, among: known).map { "Did you mean \"\($0)\"? " } ?? "")
          + "There are: \(known.joined(separator: ", ")).")
    }
  }
}

extension WorkPlan {
  static let keys = ["tokens", "tokens-per-step", "sequence-length", "warmup-steps"]
  static let requestKeys = ["requests", "generated-tokens", "warmup-rounds"]
  /// The first steps fill caches and allocators; a plan that says nothing leaves this many out.
  static let defaultWarmupSteps = 3

  /// Steps of a trial, warm-up included: the tokens divided by the tokens of a step, rounded up.
  public var steps: Int { tokens / tokensPerStep + (tokens.isMultiple(of: tokensPerStep) ? 0 : 1) }

  /// Tokens that ``steps`` whole steps come to: what every trial of the study has to train on.
  public var stepTokens: Int { steps * tokensPerStep }
}
