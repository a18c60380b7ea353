import Evaluations
import Foundation
import Measures
import Records
import Testing

@Suite struct AgentResultsTests {
  private typealias Run = StoredRun

  /// Two calls of a model around two of a tool, the second of which repeats the first and fails.
  private static let full = """
    [{"text":"I look it up.","model":"gpt-5","tokens":100,"cost":"0.002","seconds":1},
    {"tool":"find","arguments":{"order":7},"result":"none","tokens":0,"cost":"0","seconds":0.5},
    {"tool":"find","arguments":{"order":7.0},"tokens":0,"cost":"0","seconds":0.5,"error":"timeout: too slow"},
    {"text":"Done.","tokens":50,"cost":"0.006","seconds":2}]
    """
  /// Says neither what it cost nor how long its second step took.
  private static let bare = #"[{"text":"Done.","seconds":3},{"tool":"find","text":"I look.","arguments":{"order":8}}]"#

  private func run(_ trajectories: [String?], latency: Double? = 5, candidate: String = "a") throws -> Run {
    let names = trajectories.indices.map { "r\($0)" }
    let run = try Run(rows: Run.rows(names), candidates: [candidate])
    for (name, trajectory) in zip(names, trajectories) {
      try run.add(name, to: candidate, scores: ["Done": 1], cost: Run.usd(0.008), latency: latency) {
        $0.trajectory = trajectory
      }
    }
    return run
  }

  @Test func stepsAddUpByKindToolAndPlace() throws {
    let agents = AgentResults(try run([Self.full, Self.full]).results())
    let one = try #require(agents.candidates.first)
    #expect(agents.candidates.count == 1 && one.tasks == 2 && one.withoutSteps == 0 && agents.notes.isEmpty)
    #expect(one.steps.median == 4 && one.steps.least == 4 && one.steps.most == 4)
    #expect(one.whole.steps == 8 && one.whole.seconds == 8 && one.whole.tokens == 300 && one.whole.failed == 2)
    #expect(one.whole.cost.known.map(\.decimalText) == ["0.016"] && one.whole.cost.unknown == 0)
    // Four seconds of steps in five.
    #expect(one.timeInSteps.quantity?.value == 0.8)
    #expect(one.kinds.map(\.kind) == [.model, .tool])
    #expect(one.kinds.map { $0.figures.secondsShare.quantity?.value } == [0.75, 0.25])
    #expect(one.kinds.map { $0.figures.costShare.quantity?.value } == [1, 0])
    let tool = try #require(one.tools.first)
    #expect(one.tools.count == 1 && tool.name == "find" && tool.tasks == 2)
    #expect(tool.figures.steps == 4 && tool.repeated == 2 && tool.figures.failed == 2)
    #expect(one.positions.map(\.title) == ["1", "2", "3", "4"])
    #expect(one.positions.map(\.modelCalls) == [2, 0, 0, 2])
    #expect(one.positions.map { $0.figures.costShare.quantity?.value } == [0.25, 0, 0, 0.75])
    #expect(one.positions[3].figures.medianSeconds == 2)
  }

  @Test func whatAStepDoesNotSayIsCountedAndInNoSum() throws {
    let agents = AgentResults(try run([Self.bare, Self.full]).results())
    let one = try #require(agents.candidates.first)
    #expect(one.whole.seconds == 7 && one.whole.secondsUnknown == 1)
    #expect(one.whole.tokens == 150 && one.whole.tokensUnknown == 2)
    #expect(one.whole.cost.known.map(\.decimalText) == ["0.008"] && one.whole.cost.unknown == 2)
    #expect(one.kinds.map(\.kind) == [.model, .tool, .both])
    let both = one.kinds[2].figures
    #expect(both.seconds == nil && both.secondsUnknown == 1 && both.medianSeconds == nil && both.tokens == nil)
    #expect(both.cost.known.isEmpty && both.cost.unknown == 1)
    // Shares are over the one task that says all.
    #expect(one.kinds.map { $0.figures.secondsShare.quantity?.value } == [0.75, 0.25, 0])
    #expect(one.timeInSteps.quantity?.value == 0.8)
    #expect(
      agents.notes == [
        "a: shares of time are over the 1 of 2 tasks whose every step says its own",
        "a: shares of cost are over the 1 of 2 tasks whose every step says its own",
      ])
    // A call with other arguments is no repeat, and one in another task neither.
    #expect(one.tools.map(\.repeated) == [1] && one.tools.map(\.figures.steps) == [3])
    #expect(
      AgentResults(try run([Self.bare]).results()).notes.contains { $0.hasPrefix("a: there are no shares of cost") })
  }

  @Test func requestsWithoutStepsAndUnreadableOnesAreSaid() throws {
    let agents = AgentResults(try run([Self.full, nil, "{]", #"[{"tool":7}]"#, "[]"]).results())
    let one = try #require(agents.candidates.first)
    #expect(one.tasks == 1 && one.withoutSteps == 2 && one.unreadable == 2)
    #expect(agents.notes.first == "a: the steps of 2 tasks cannot be read")
    #expect(agents.notes.contains("a: 2 requests have no steps and are left out here"))
    let none = AgentResults(try run([nil]).results())
    #expect(none.isEmpty && none.tasks.isEmpty && none.taskCount == 0)
  }

  @Test func theSlowestTasksComeFirstAndEachCandidateHasItsTurn() throws {
    let run = try Run(rows: Run.rows(["r0", "r1", "r2"]), candidates: ["a", "b"])
    for (index, row) in ["r0", "r1", "r2"].enumerated() {
      for candidate in ["a", "b"] {
        try run.add(row, to: candidate, latency: index == 2 ? nil : Double(index + 1)) { $0.trajectory = Self.full }
      }
    }
    let some = AgentResults(try run.results(), tasks: 3)
    #expect(some.tasks.map { "\($0.candidate) \($0.row)" } == ["a r1", "a r0", "b r1"] && some.taskCount == 6)
    #expect(AgentResults(try run.results()).tasks.map(\.row) == ["r1", "r0", "r2", "r1", "r0", "r2"])
    #expect(AgentResults(try run.results(), tasks: 0).tasks.isEmpty)
    // What was asked again counts once, as its last attempt.
    try run.add("r0", to: "a", latency: 9) { $0.trajectory = Self.bare }
    let again = AgentResults(try run.results(), tasks: 1)
    #expect(again.taskCount == 6 && again.tasks[0].latencySeconds == 9 && again.tasks[0].steps.count == 2)
  }

  @Test func aTaskKeepsWhatItsStepsSay() throws {
    let task = try #require(AgentResults(try run([Self.full]).results()).tasks.first)
    #expect(task.passed == true && task.latencySeconds == 5 && task.stepSeconds == 4)
    #expect(task.steps.map(\.kind) == [.model, .tool, .tool, .model])
    #expect(task.steps.map(\.name) == ["gpt-5", "find", "find", nil])
    #expect(task.steps.map(\.isRepeated) == [false, false, true, false])
    #expect(task.steps.map(\.error) == [nil, nil, "timeout: too slow", nil])
    #expect(task.steps[3].cost?.description == "0.006 USD" && task.steps[1].result == "none")
    let json = try #require(
      try JSONSerialization.jsonObject(with: JSONEncoder().encode(task)) as? [String: Any])
    let steps = try #require(json["steps"] as? [[String: Any]])
    #expect(steps[0]["error"] is NSNull && steps[3]["name"] is NSNull)
  }

  @Test func severalCurrenciesHaveNoShares() throws {
    let mixed =
      #"[{"text":"a","cost":"1","currency":"USD","seconds":0},{"text":"b","cost":"1","currency":"EUR","seconds":0}]"#
    let agents = AgentResults(try run([mixed], latency: nil).results(), isRepriced: true)
    let one = try #require(agents.candidates.first)
    #expect(one.whole.cost.known.map(\.description) == ["1 EUR", "1 USD"])
    #expect(one.whole.costShare.quantity == nil && one.whole.secondsShare.quantity == nil)
    #expect(one.timeInSteps.quantity == nil)
    #expect(agents.notes.contains("a: there are no shares of cost: the steps' costs are in several currencies"))
    #expect(agents.notes.contains { $0.contains("by the prices they were stored with") })
  }

  @Test func farPlacesAndRareToolsStandTogether() throws {
    let steps = (0..<130).map { #"{"tool":"t\#($0)","seconds":1,"cost":"99999999999999999999999999"}"# }
    let agents = AgentResults(try run(["[\(steps.joined(separator: ","))]"]).results())
    let one = try #require(agents.candidates.first)
    #expect(one.tools.count == 100 && one.toolsLeftOut == 30)
    #expect(one.positions.count == 21 && one.positions[20].title == "21 and later")
    #expect(one.positions[20].figures.steps == 110 && one.whole.seconds == 130)
    // More than any sum of money holds is no known cost.
    #expect(one.whole.cost.known.isEmpty && one.whole.cost.unknown == 130)
  }
}
