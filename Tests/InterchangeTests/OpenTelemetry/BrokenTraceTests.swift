import Interchange
import Testing

/// Traces that contradict themselves.
@Suite struct BrokenTraceTests {
  private func only(_ scene: SpanScene) throws -> (ImportedObservation, [String]) {
    let run = try read(.openTelemetry, text: scene.text)
    #expect(run.observations.count == 1)
    return (run.observations[0], run.notes)
  }

  @Test func aMissingParentMakesABeginning() throws {
    var scene = SpanScene()
    scene.add(2, parent: 1, from: 1, to: 3, SpanScene.agent)
    scene.add(3, parent: 2, from: 1, to: 2, SpanScene.chat())
    let (observation, notes) = try only(scene)
    #expect(observation.latencies.endToEnd == 2 && observation.calls.count == 1)
    #expect(notes == ["1 spans name a parent that is not in the files; they were taken as beginnings."])
  }

  @Test func aCircleIsCutAtItsFirstSpan() throws {
    var scene = SpanScene()
    scene.add(1, parent: 3, from: 1, to: 5, SpanScene.agent)
    scene.add(2, parent: 1, from: 2, to: 3, SpanScene.chat())
    scene.add(3, parent: 2, from: 3, to: 4, ["gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "t"])
    let (observation, notes) = try only(scene)
    #expect(observation.latencies.endToEnd == 4 && observation.steps.count == 2)
    #expect(notes.contains("1 circles of parents were cut where they began."))
  }

  @Test func aSpanThatIsItsOwnParentIsABeginning() throws {
    var scene = SpanScene()
    scene.add(1, parent: 1, SpanScene.chat())
    let (observation, _) = try only(scene)
    #expect(observation.latencies.endToEnd == 1)
  }

  @Test func whatDoesNotEndHasNoLatency() throws {
    var scene = SpanScene()
    scene.add(1, from: 1, to: nil, SpanScene.agent)
    scene.add(2, parent: 1, from: 1, to: nil, SpanScene.chat())
    let (observation, notes) = try only(scene)
    #expect(observation.latencies.endToEnd == nil && observation.steps[0].seconds == nil)
    #expect(observation.stepSeconds.value == nil)
    #expect(notes == ["2 spans do not end; how long they took is absent."])
  }

  @Test func timesThatRunBackwardsAreAbsent() throws {
    var scene = SpanScene()
    scene.add(1, from: 5, to: 2, SpanScene.chat())
    let (observation, notes) = try only(scene)
    #expect(observation.latencies.endToEnd == nil)
    #expect(notes == ["1 spans end before they begin; how long they took is absent."])
  }

  @Test func clocksThatDifferAreSaid() throws {
    var scene = SpanScene()
    scene.add(1, from: 5, to: 8, SpanScene.agent)
    scene.add(2, parent: 1, from: 4, to: 6, SpanScene.chat())
    let (observation, notes) = try only(scene)
    #expect(observation.latencies.endToEnd == 3 && observation.steps[0].seconds == 2)
    #expect(notes == ["1 spans begin before their parent, as where clocks differ; their own times were kept."])
  }

  @Test func whatStandsTwiceCountsOnce() throws {
    var scene = SpanScene()
    scene.add(1, SpanScene.chat())
    scene.add(1, SpanScene.chat())
    let (observation, notes) = try only(scene)
    #expect(observation.promptTokens == 10)
    #expect(notes == ["1 spans stood twice; each was counted once."])
  }

  /// A span that was exported before and after its end.
  @Test func ofTwoThatDifferTheOneWithAnEndIsTaken() throws {
    var scene = SpanScene()
    scene.add(1, from: 1, to: nil, SpanScene.chat(1, 0))
    scene.add(1, from: 1, to: 3, SpanScene.chat())
    let (observation, notes) = try only(scene)
    #expect(observation.latencies.endToEnd == 2 && observation.promptTokens == 10)
    #expect(notes.count == 1)
  }

  /// A framework's span of a call around that of the client it uses.
  @Test func aCallAroundTheSameCallIsNotCounted() throws {
    var scene = SpanScene()
    scene.add(1, from: 1, to: 4, SpanScene.chat())
    scene.add(2, parent: 1, from: 2, to: 3, SpanScene.chat())
    let (observation, notes) = try only(scene)
    #expect(observation.promptTokens == 10 && observation.completionTokens == 5 && observation.calls.count == 1)
    #expect(observation.latencies.endToEnd == 3)
    #expect(notes == ["1 spans of a model hold others of the same call, whose tokens alone were counted."])
  }

  /// An agent of which nothing but its own span is known.
  @Test func anAgentWithoutCallsSaysItsOwnTokens() throws {
    var scene = SpanScene()
    var agent = SpanScene.agent
    agent["gen_ai.usage.input_tokens"] = "30"
    agent["gen_ai.usage.output_tokens"] = "7"
    scene.add(1, agent)
    let (observation, _) = try only(scene)
    #expect(observation.promptTokens == 30 && observation.completionTokens == 7)
  }

  @Test func callsThatNothingHoldsLastFromFirstToLast() throws {
    var scene = SpanScene()
    scene.add(1, from: 1, to: 2, SpanScene.chat())
    scene.add(2, from: 4, to: 6, SpanScene.chat())
    let (observation, notes) = try only(scene)
    #expect(observation.latencies.endToEnd == 5 && observation.promptTokens == 20)
    #expect(notes.count == 1 && notes[0].contains("nothing holds together"))
  }

  /// One trace of a whole run over rows: each row is an observation.
  @Test func severalRowsInOneTraceAreSeveralObservations() throws {
    var scene = SpanScene()
    scene.add(1, name: "evaluate", from: 0, to: 10)
    for row in 1...3 {
      scene.add(
        row * 10, parent: 1, name: "row", from: Double(row), to: Double(row) + 1, ["efficientllm.row": "r\(row)"])
      scene.add(
        row * 10 + 1, parent: row * 10, from: Double(row), to: Double(row) + 0.5,
        SpanScene.chat(row, row, row: "r\(row)"))
    }
    let run = try read(.openTelemetry, text: scene.text)
    #expect(run.observations.map(\.row) == ["r1", "r2", "r3"])
    #expect(run.observations.map(\.promptTokens) == [1, 2, 3])
    #expect(Set(run.observations.map(\.identifier)).count == 3)
  }

  @Test func aUsageThatContradictsItselfHasNoCost() throws {
    var scene = SpanScene()
    var chat = SpanScene.chat()
    chat["gen_ai.usage.cache_read.input_tokens"] = "50"
    scene.add(1, chat)
    let (observation, _) = try only(scene)
    #expect(observation.promptTokens == nil && observation.calls[0].usage == nil)
    #expect(observation.calls[0].usageProblem?.contains("cached tokens") == true)
  }

  @Test func tracesAboutOtherThingsAreLeftOut() throws {
    var scene = SpanScene()
    scene.add(1, name: "GET /")
    #expect(throws: ImportError.self) { try read(.openTelemetry, text: scene.text) }
    var other = SpanScene()
    other.trace = "1af7651916cd43dd8448eb211c80319c"
    other.add(1, SpanScene.chat())
    let run = try read(.openTelemetry, text: scene.text + "\n" + other.text)
    #expect(run.observations.count == 1)
    #expect(run.notes == ["1 traces have no span about a model, an agent or a tool and were left out."])
  }

  /// Each span of a chain names another row: every one is a whole, and none is visited for each that is below it.
  @Test func aLongChainOfRowsEnds() throws {
    var scene = SpanScene()
    for id in 1...3_000 {
      scene.add(id, parent: id > 1 ? id - 1 : nil, from: 1, to: 9, SpanScene.chat(1, 1, row: "r\(id)"))
    }
    let run = try read(.openTelemetry, text: scene.text)
    #expect(run.observations.count == 3_000 && run.observations.allSatisfy { $0.promptTokens == 1 })
  }

  @Test func aLongChainOfSpansEnds() throws {
    var scene = SpanScene()
    scene.add(1, from: 1, to: 9, SpanScene.agent)
    for id in 2...3_000 { scene.add(id, parent: id - 1, from: 1, to: 9, id % 2 == 0 ? SpanScene.agent : [:]) }
    scene.add(3_001, parent: 3_000, from: 2, to: 3, SpanScene.chat())
    let (observation, _) = try only(scene)
    #expect(observation.promptTokens == 10 && observation.latencies.endToEnd == 8)
  }
}
