import Foundation
import MeasuringClient

/// A load's report for people.
struct LoadRendering {
  private let report: LoadReport

  init(_ report: LoadReport) { self.report = report }

  var text: String {
    var lines = [
      "\(report.endpoint): \(report.shape)",
      "\(report.requests) requests in \(number(report.seconds)) s, \(report.succeeded) succeeded"
        + (report.warmupRequests > 0 ? ", \(report.warmupRequests) more to warm up" : "")
        + (report.cancelled > 0 ? ", \(report.cancelled) cut off at the end" : ""),
      "\(number(report.requestsPerSecond)) requests/s, \(number(report.completionTokensPerSecond)) tokens/s"
        + (report.tokenSources.isEmpty
          ? "" : " (tokens counted by \(report.tokenSources.keys.sorted().joined(separator: " and ")))"),
    ]
    if report.succeeded > 0 { lines += [""] + latencies }
    lines += failures
    lines += stability
    lines += client
    return lines.joined(separator: "\n")
  }

  private var latencies: [String] {
    let rows: [(String, Distribution?)] = [
      (report.countsFromSchedule ? "TTFT from the schedule" : "TTFT", report.ttftMilliseconds),
      ("TTFT from sending", report.countsFromSchedule ? report.serviceTtftMilliseconds : nil),
      ("time per output token", report.tpotMilliseconds), ("inter-token latency", report.interTokenMilliseconds),
      (report.countsFromSchedule ? "latency from the schedule" : "latency", report.latencyMilliseconds),
      ("latency from sending", report.countsFromSchedule ? report.serviceLatencyMilliseconds : nil),
    ]
    var table = TextTable([.left("ms")] + ["mean", "p50", "p90", "p99", "p99.9", "max"].map(TextTable.Column.right))
    for (name, distribution) in rows {
      guard let distribution else { continue }
      table.append(
        [name]
          + [
            distribution.mean, distribution.p50, distribution.p90, distribution.p99, distribution.p999,
            distribution.maximum,
          ].map(number))
    }
    return [table.render()]
  }

  private var failures: [String] {
    var lines: [String] = []
    for (kind, count) in report.failures.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
      lines.append("failed, \(kind): \(count)")
    }
    if report.retries > 0 {
      let kinds = report.retriedFailures.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
      lines.append(
        "\(report.retriedRequests) requests were tried again, \(report.retries) times: \(kinds.joined(separator: ", "))"
      )
    }
    if let objective = report.objective, let good = report.good, let share = report.goodShare,
      let rate = report.goodPerSecond
    {
      lines.append("\(objective): \(good) requests, \(number(share * 100)) %, goodput \(number(rate)) requests/s")
    }
    return lines.isEmpty ? [] : [""] + lines
  }

  private var stability: [String] {
    guard report.windows.count > 1 else { return [] }
    let titles = ["from s", "offered/s", "done/s", "errors %", "TTFT p50", "TTFT p99", "latency p99"]
    var table = TextTable(titles.map(TextTable.Column.right))
    // A long run is shown in about twenty lines; json has every window.
    let step = max(1, report.windows.count / 20)
    for index in stride(from: 0, to: report.windows.count, by: step) {
      let window = report.windows[index]
      table.append([
        number(window.beginsSeconds), number(window.offeredPerSecond), number(window.succeededPerSecond),
        number(window.errorRate * 100), window.ttftP50Milliseconds.map(number) ?? "",
        window.ttftP99Milliseconds.map(number) ?? "", window.latencyP99Milliseconds.map(number) ?? "",
      ])
    }
    var lines = ["", table.render()]
    if let knee = report.kneePerSecond { lines.append("service held up to \(number(knee)) requests/s") }
    return lines
  }

  private var client: [String] {
    let client = report.client
    func shown(_ delay: Distribution?) -> String {
      "p50 \(delay.map { number($0.p50) } ?? "-") ms, p99 \(delay.map { number($0.p99) } ?? "-") ms"
    }
    let delay =
      client.stamps == .kernel
      ? "arrivals are stamped by the kernel and read after \(shown(client.readDelayMilliseconds))"
      : "its own delay \(shown(client.loopDelayMilliseconds))"
    var lines = [
      "",
      "client: \(number(client.cpuShare * 100)) % of a core, \(number(client.cpuMillisecondsPerRequest)) ms a request; "
        + delay,
    ]
    if client.sharedStamps > 0 {
      lines.append(
        "\(client.sharedStamps) of \(client.chunks) chunks came in one read with another and share its stamp")
    }
    if let free = client.freeCores, let crowded = client.crowdedShare, crowded > 0 {
      lines.append(
        "machine: \(number(free)) cores free on average, fewer than one for \(number(crowded * 100)) % of the run"
          + (client.unreadMilliseconds.map { "; the endpoint left requests unread for \(number($0)) ms on average" }
            ?? ""))
    }
    if client.isColoured {
      lines.append("COLOURED: what is not the endpoint's own could explain")
      lines += client.colourings.map { "  \($0)" }
    }
    if report.wasInterrupted { lines.append("The run was ended early.") }
    return lines
  }

  private func number(_ value: Double) -> String {
    let digits = abs(value) >= 100 ? 0 : abs(value) >= 10 ? 1 : abs(value) >= 1 ? 2 : 3
    return String(format: "%.\(digits)f", value)
  }
}
