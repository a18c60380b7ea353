import ArgumentParser
import MeasuringClient
import Testing

@testable import efficientllm

@Suite struct LoadCommandTests {
  private func plan(_ arguments: String...) throws -> LoadPlan {
    try LoadCommand.parse(["http://127.0.0.1:1/v1", "--model", "m"] + arguments).plan()
  }

  @Test func shapesAreChosen() throws {
    #expect(try plan().shape == .closed(concurrency: 1))
    #expect(try plan("--concurrency", "64").shape == .closed(concurrency: 64))
    #expect(try plan("--rate", "20").shape == .poisson(rate: 20))
    #expect(try plan("--rate", "20", "--arrival", "constant").shape == .constant(rate: 20))
    #expect(try plan("--rate", "20", "--arrival", "burst", "--burst-size", "5").shape == .burst(rate: 20, size: 5))
    #expect(try plan("--ramp", "5..50", "--duration", "2m").shape == .ramp(from: 5, to: 50, seconds: 120))
  }

  @Test func limitsAreRead() throws {
    let plan = try plan(
      "--rate", "20", "--duration", "60s", "--requests", "100", "--warmup", "5s", "--slo", "ttft<=500ms", "--window",
      "500ms")
    #expect(plan.seconds == 60 && plan.requests == 100 && plan.warmup == .seconds(5) && plan.windowSeconds == 0.5)
    #expect(plan.objective.bounds.count == 1)
    #expect(try self.plan("--warmup", "20", "--requests", "50").warmup == .requests(20))
    // Without a limit there is a default one, for every shape that would not end.
    #expect(try self.plan().requests != nil)
    #expect(try self.plan("--rate", "1").seconds != nil)
  }

  @Test(arguments: [
    ["--rate", "1", "--concurrency", "1"], ["--ramp", "1..2"], ["--ramp", "2..1", "--duration", "1s"],
    ["--format", "csv"],
    ["--max-tokens", "0"], ["--retries", "-1"], ["--duration", "0"], ["--duration", "soon"], ["--warmup", "-1"],
    ["--api-key-env", "A", "--api-key-file", "B"], ["--ignore-end"], ["--ca-file", "a.pem", "--insecure"],
    ["--api-key", "secret"],
  ])
  func whatMakesNoSenseIsRefused(_ arguments: [String]) {
    #expect(throws: (any Error).self) {
      try LoadCommand.parse(["http://127.0.0.1:1/v1", "--model", "m"] + arguments)
    }
  }

  @Test func timesAreReadAsPeopleWriteThem() {
    #expect(TimeSpan(argument: "500ms")?.seconds == 0.5)
    #expect(TimeSpan(argument: "1.5m")?.seconds == 90)
    #expect(TimeSpan(argument: "1h")?.seconds == 3600)
    #expect(TimeSpan(argument: "2")?.seconds == 2)
    for wrong in ["", "s", "-1s", "nan", "1e99", "0"] { #expect(TimeSpan(argument: wrong) == nil, "\(wrong)") }
  }

  @Test func usageErrorsLeaveWithTwo() {
    #expect(ExitStatus.of(ClientError.plan("no")) == .usage)
  }

  /// A report is readable where almost everything is missing.
  @Test func anEmptyReportIsRendered() {
    let report = LoadMeter(plan: LoadPlan(shape: .constant(rate: 1))).report(
      endpoint: "http://e", own: OwnPart(), wasInterrupted: true)
    let text = LoadRendering(report).text
    #expect(text.contains("0 requests"))
    #expect(text.contains("ended early"))
  }
}
