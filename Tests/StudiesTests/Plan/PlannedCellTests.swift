import Testing

@testable import Studies

@Suite struct PlannedCellTests {
  private func plan(_ rest: String) throws -> StudyPlan {
    try StudyPlan(yaml: "study: s\n\(smallWork)\n\(rest)")
  }

  @Test func theProductKeepsTheWrittenOrder() throws {
    let plan = try plan("vary:\n  b: [x, y]\n  a: [1, 2, 3]\n")
    let cells = plan.plannedCells.map { "\($0.settings["b"]?.text ?? "")\($0.settings["a"]?.text ?? "")" }
    #expect(cells == ["x1", "x2", "x3", "y1", "y2", "y3"])
    #expect(plan.plannedCells[0].varied.map(\.key) == ["b", "a"])
    #expect(Set(plan.plannedCells.map(\.key)).count == 6)
  }

  @Test func exclusionsTakeAwayEveryCellThatMatchesThemWholly() throws {
    let plan = try plan("base: {c: z}\nvary: {b: [x, y], a: [1, 2]}\nexclude: [{b: x, a: 2}, {a: 1, b: y, c: z}]")
    let cells = plan.plannedCells.map { "\($0.settings["b"]?.text ?? "")\($0.settings["a"]?.text ?? "")" }
    #expect(cells == ["x1", "y2"])
  }

  @Test func peersStandAfterTheCellsWithTheirOwnSettings() throws {
    let plan = try plan(
      "base: {model: tiny}\nvary: {attention: [mha, gqa]}\n"
        + "peers: [{method: P, command: [run], settings: {attention: gqa}}]")
    let peer = try #require(plan.plannedCells.last)
    #expect(peer.peer?.method == "P")
    #expect(peer.settings == ["model": .string("tiny"), "attention": .string("gqa")])
    #expect(peer.key != plan.plannedCells[1].key)
  }

  @Test func whatDoesNotChangeTheNumbersKeepsTheDigest() throws {
    let first = try plan("question: Why?\nvary: {a: [1, 2], b: [x]}\nrepeats: 3\nbudget: {minutes: 5}")
    let second = try plan("question: How?\nvary: {b: [x], a: [2, 1]}\nrepeats: 5\nbudget: {minutes: 9}")
    #expect(first.digest == second.digest)
    #expect(first.digest.count == 64)
    #expect(first.digest.allSatisfy { $0.isHexDigit })
  }

  @Test(arguments: [
    "vary: {a: [1, 3]}", "vary: {a: [1, 2]}\nprecision: bf16", "vary: {a: [1, 2]}\nthreads: 1",
    "vary: {a: [1, 2]}\nprobes: {interval: 7ms}", "vary: {a: [1, \"2\"]}", "base: {c: 1}\nvary: {a: [1, 2]}",
    "vary: {a: [1, 2]}\npeers: [{method: P, command: [p]}]", "vary: {a: [1, 2]}\nprobes: {energy: none}",
    "vary: {a: [1, 2]}\nworkload: command\ncommand: [x]",
  ])
  func whatChangesTheNumbersChangesTheDigest(_ rest: String) throws {
    #expect(try plan(rest).digest != plan("vary: {a: [1, 2]}").digest)
  }

  @Test func keysAreTheSameInEveryProcess() throws {
    // Written down once: a digest that moves would orphan everybody's finished trials.
    let key = try plan("base: {model: tiny}\nvary: {attention: [gqa]}").plannedCells[0].key
    #expect(key == "1ba7d1b1add775529d6b5b94feb3d0f653d1a03902a87f861d6b840b29037ac8")
  }

  @Test func cellsThatAWorkloadCallsAlikeAreToldApart() throws {
    let plan = try plan("workload: named\nvary: {attention: [mha, gqa], rate: [1, 2]}")
    let cells = try StudyCell.cells(of: plan, registry: WorkloadRegistry([NamingWorkload()]))
    #expect(cells.map(\.record.method) == ["MHA rate=1", "MHA rate=2", "GQA rate=1", "GQA rate=2"])
  }

  @Test func aPeerBorrowsTheCountOfTheWorkloadItStandsBeside() throws {
    let plan = try plan(
      "workload: named\nbase: {attention: gqa}\npeers: [{method: Other, command: [p]}]")
    let cells = try StudyCell.cells(of: plan, registry: WorkloadRegistry([NamingWorkload()]))
    #expect(cells.map(\.record.method) == ["GQA", "Other"])
    #expect(cells[1].description.totalFLOPs == 1e9)
    #expect(cells[1].record.model == "toy")
  }

  @Test func aPeerMayNotTakeACellsName() throws {
    let plan = try plan("workload: named\nbase: {attention: gqa}\npeers: [{method: GQA, command: [p]}]")
    #expect(throws: StudyError.sameName(method: "GQA", model: "toy")) {
      try StudyCell.cells(of: plan, registry: WorkloadRegistry([NamingWorkload()]))
    }
  }

  @Test func anUnknownWorkloadIsNamedWithTheNearest() throws {
    let plan = try plan("workload: namd")
    #expect(throws: PlanError.unknownWorkload("namd", nearest: "named", known: ["command", "named"])) {
      try StudyCell.cells(of: plan, registry: WorkloadRegistry([NamingWorkload()]))
    }
  }

  @Test func placeholdersAreFilled() throws {
    let workload = CommandWorkload(command: ["{python}", "a{seed}b", "${HOME}", "{\"x\":1}", "{spec}"], python: "py")
    let spec = TrialSpec(
      study: "s", method: "m", settings: [:],
      work: WorkPlan(tokens: 1, tokensPerStep: 1, sequenceLength: 1, warmupSteps: 0), seed: 7, precision: "fp32",
      threads: 1, workingDirectory: "/w")
    #expect(try workload.command(specPath: "/s.json", spec: spec) == ["py", "a7b", "${HOME}", "{\"x\":1}", "/s.json"])
  }

  @Test func thePythonIsTheDeclaredOneThenTheLocalThenTheSystems() throws {
    let folder = try TemporaryFolder()
    #expect(WorkloadRegistry.python(environment: ["EFFICIENTLLM_PYTHON": "/x/py"], directory: "/") == "/x/py")
    #expect(WorkloadRegistry.python(environment: [:], directory: folder.path) == "python3")
  }
}

/// Calls a cell by its attention alone.
private struct NamingWorkload: Workload {
  let name = "named"

  func describe(_ settings: Settings, work: WorkPlan, precision: String) throws -> CellDescription {
    CellDescription(method: settings["attention"]?.text.uppercased() ?? "none", model: "toy", totalFLOPs: 1e9)
  }

  func command(specPath: String, spec: TrialSpec) throws -> [String] { ["true"] }
}
