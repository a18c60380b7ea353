import Foundation
import Testing

/// Agents' steps, from the file that is imported to what is shown of them, by the built program.
@Suite(.serialized) struct AgentCommandTests {
  private static let lines = """
    {"row":"refund-1","candidate":"fast","input":"Where is my refund?","output":"Issued.","seconds":4,"scores":{"done":1},\
    "trajectory":[{"tool":"find_order","arguments":{"order":7},"result":"<b>paid</b>","tokens":0,"cost":"0","seconds":1},\
    {"text":"Issued.","model":"gpt-5","tokens":1260,"cost":"0.00042","seconds":2}]}
    {"row":"refund-2","candidate":"fast","input":"And mine?","seconds":9,"failure":{"kind":"timeout"},\
    "trajectory":[{"tool":"find_\\u001b[2Jorder","arguments":{"order":8},"error":"timeout: too slow"},{"text":"a"}]}
    """

  private func scene() throws -> EvaluationScene {
    let scene = try EvaluationScene()
    try Data(Self.lines.utf8).write(to: scene.home.appendingPathComponent("agents.jsonl"))
    let imported = try scene.run("evaluate", "import", "agents.jsonl", "--form", "trajectories", "--name", "agents")
    try #require(imported.status == 0, "\(imported.errors)")
    return scene
  }

  @Test func stepsAreShownAsATable() throws {
    let scene = try scene()
    let shown = try scene.run("evaluate", "show", "agents", "--steps")
    #expect(shown.status == 0, "\(shown.errors)")
    for text in [
      "steps a task", "model call", "tool call", "find_order", "0.00042 USD", "fast, refund-1: pass, 2 steps, 4 s",
      "fast, refund-2: timeout, 2 steps, 9 s, of unknown cost", "timeout: too slow", "2 + 1 ?",
      "fast: shares of time are over the 1 of 2 tasks whose every step says its own",
    ] { #expect(shown.output.contains(text), "\(text)") }
    #expect(!shown.output.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
    let fewer = try scene.run("evaluate", "show", "agents", "--steps", "--tasks", "1")
    #expect(fewer.output.contains("1 of 2 tasks are not listed") && !fewer.output.contains("refund-1: pass"))
  }

  @Test func programsGetEveryStep() throws {
    let scene = try scene()
    let csv = try scene.run("evaluate", "show", "agents", "--steps", "--format", "csv").output.split(separator: "\n")
    #expect(csv.count == 5 && csv[0].hasPrefix("candidate,row,repetition,passed,failure,task_latency_s,step,kind,name"))
    #expect(csv.contains("fast,refund-1,0,true,,4.0,2,model call,gpt-5,2.0,1260,0.00042,USD,,false"))
    // What is not said is empty, and no zero.
    #expect(csv.contains("fast,refund-2,0,,timeout,9.0,2,model call,,,,,,,false"))
    let json = try scene.object(scene.run("evaluate", "show", "agents", "--steps", "--format", "json"))
    let tasks = try #require(json["tasks"] as? [[String: Any]])
    #expect(tasks.compactMap { $0["row"] as? String } == ["refund-2", "refund-1"])
    let step = try #require((tasks[0]["steps"] as? [[String: Any]])?.last)
    #expect(step["seconds"] is NSNull && step["cost"] is NSNull)
  }

  @Test func theReportHasThem() throws {
    let scene = try scene()
    let library = scene.home.appendingPathComponent("cache/plotly.min.js")
    try FileManager.default.createDirectory(at: library.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data("/* plotly.js v3.1.1 */".utf8).write(to: library)
    let written = try scene.run("report", "agents", "--resamples", "200")
    #expect(written.status == 0, "\(written.errors)")
    let page = try String(
      contentsOfFile: written.output.trimmingCharacters(in: .whitespacesAndNewlines), encoding: .utf8)
    #expect(
      page.contains("Where agents&#39; time and money went") || page.contains("Where agents' time and money went"))
    #expect(page.contains("&lt;b&gt;paid&lt;/b&gt;") && !page.contains("<b>paid"))
    let json = try scene.object(scene.run("report", "agents", "--format", "json", "--resamples", "200"))
    #expect(json["agents"] is [String: Any])
  }

  @Test func whatDoesNotGoTogetherIsRefused() throws {
    let scene = try scene()
    for wrong in [
      ["--steps", "--by-row"], ["--steps", "--measure", "p50"], ["--tasks", "2"], ["--steps", "--tasks=-1"],
    ] {
      #expect(try scene.run(list: ["evaluate", "show", "agents"] + wrong).status == 2, "\(wrong)")
    }
    try scene.add([.init(name: "plain", passes: 50, dollars: nil, seconds: 1)], label: "1", name: "plain")
    let none = try scene.run("evaluate", "show", "plain", "--steps")
    #expect(none.status == 0 && none.output.contains("No request of this run has steps."))
    #expect(try scene.run("evaluate", "show", "plain", "--steps", "--format", "csv").output.hasPrefix("candidate,row"))
    let json = try scene.object(scene.run("report", "plain", "--format", "json", "--resamples", "200"))
    #expect(json["agents"] == nil)
  }
}
