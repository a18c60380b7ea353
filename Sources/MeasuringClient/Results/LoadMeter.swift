/// Gathers observations into a report. Pure: it has no clock.
public struct LoadMeter: Sendable {
  private let plan: LoadPlan
  private var windows: StabilityWindows
  private var ttft = LatencyHistogram()
  private var serviceTTFT = LatencyHistogram()
  private var latency = LatencyHistogram()
  private var serviceLatency = LatencyHistogram()
  private var tpot = LatencyHistogram()
  private var gaps = LatencyHistogram()
  private var launchLateness = LatencyHistogram()
  private var sendLateness = LatencyHistogram()
  private var warmups = 0
  private var cancelled = 0
  private var requests = 0
  private var succeeded = 0
  private var good = 0
  private var failures: [String: Int] = [:]
  private var retriedFailures: [String: Int] = [:]
  private var retriedRequests = 0
  private var retries = 0
  private var promptTokens: Int?
  private var completionTokens = 0
  private var tokenSources: [String: Int] = [:]
  private var sharedStamps = 0
  private var chunks = 0
  private var firstDue: UInt64?
  private var lastDue: UInt64 = 0
  private var lastEnd: UInt64 = 0

  public init(plan: LoadPlan) {
    self.plan = plan
    windows = StabilityWindows(seconds: plan.windowSeconds)
  }

  /// Requests so far that do not warm up, and those of them that failed.
  public var progress: (requests: Int, failed: Int) { (requests, requests - succeeded) }

  /// - Parameter measuredFrom: the stamp at which the measured part begins, from which windows count.
  public mutating func add(_ observation: Observation, measuredFrom: UInt64) {
    guard !observation.isWarmup else {
      warmups += 1
      return
    }
    guard observation.failure != .cancelled else {
      cancelled += 1
      return
    }
    requests += 1
    firstDue = min(firstDue ?? observation.scheduled, observation.scheduled)
    lastDue = max(lastDue, observation.scheduled)
    if let end = observation.final?.end { lastEnd = max(lastEnd, end) }
    countAttempts(observation)
    let isGood = plan.objective.isMet(by: observation)
    if isGood { good += 1 }
    let due = observation.scheduled >= measuredFrom ? observation.scheduled - measuredFrom : 0
    windows.add(observation, due: due, isGood: isGood)
    if let lateness = observation.sendLateness { sendLateness.record(lateness) }
    if let began = observation.attempts.first?.began {
      launchLateness.record(began >= observation.scheduled ? began - observation.scheduled : 0)
    }
    guard observation.succeeded else { return }
    succeeded += 1
    countTokens(observation)
    if let value = observation.timeToFirstToken { ttft.record(value) }
    if let value = observation.serviceTimeToFirstToken { serviceTTFT.record(value) }
    if let value = observation.latency { latency.record(value) }
    if let value = observation.serviceLatency { serviceLatency.record(value) }
    if let value = observation.timePerOutputToken { tpot.record(UInt64(value.rounded())) }
    guard let final = observation.final else { return }
    sharedStamps += final.sharedStamps
    chunks += final.arrivals.count
    for index in final.arrivals.indices.dropFirst() { gaps.record(final.arrivals[index] &- final.arrivals[index - 1]) }
  }

  private mutating func countAttempts(_ observation: Observation) {
    if let failure = observation.failure { failures[failure.kind, default: 0] += 1 }
    guard observation.retries > 0 else { return }
    retriedRequests += 1
    retries += observation.retries
    for attempt in observation.attempts.dropLast() {
      if let failure = attempt.failure { retriedFailures[failure.kind, default: 0] += 1 }
    }
  }

  /// Counts come from the network; sums must not be able to trap.
  private mutating func countTokens(_ observation: Observation) {
    if let tokens = observation.promptTokens {
      promptTokens = (promptTokens ?? 0).addingReportingOverflow(tokens).partialValue
    }
    completionTokens = completionTokens.addingReportingOverflow(observation.completionTokens ?? 0).partialValue
    if let source = observation.tokenSource { tokenSources[source.rawValue, default: 0] += 1 }
  }

  /// The report.
  /// - Parameter own: what the client saw of itself over the whole run.
  public func report(endpoint: String, own: OwnPart, wasInterrupted: Bool) -> LoadReport {
    let first = firstDue ?? 0
    let lasted = lastEnd > first ? Double(lastEnd - first) / 1e9 : 0
    func perSecond(_ count: Int) -> Double { lasted > 0 ? Double(count) / lasted : 0 }
    let stability = windows.summary(lasted: lastDue >= first ? lastDue - first + 1 : 1)
    let hasObjective = !plan.objective.bounds.isEmpty
    var knee: Double?
    if case .ramp = plan.shape { knee = StabilityWindows.knee(stability, hasObjective: hasObjective) }
    return LoadReport(
      endpoint: endpoint, shape: plan.shape.description, countsFromSchedule: plan.shape.isOpen, warmupRequests: warmups,
      requests: requests, succeeded: succeeded, failures: failures, retriedRequests: retriedRequests, retries: retries,
      retriedFailures: retriedFailures, cancelled: cancelled, seconds: lasted, requestsPerSecond: perSecond(succeeded),
      promptTokens: promptTokens, completionTokens: completionTokens,
      completionTokensPerSecond: perSecond(completionTokens), tokenSources: tokenSources,
      ttftMilliseconds: Distribution(ttft), latencyMilliseconds: Distribution(latency),
      serviceTtftMilliseconds: Distribution(serviceTTFT), serviceLatencyMilliseconds: Distribution(serviceLatency),
      tpotMilliseconds: Distribution(tpot), interTokenMilliseconds: Distribution(gaps),
      objective: hasObjective ? plan.objective.description : nil, good: hasObjective ? good : nil,
      goodShare: hasObjective && requests > 0 ? Double(good) / Double(requests) : nil,
      goodPerSecond: hasObjective ? perSecond(good) : nil, windows: stability, kneePerSecond: knee,
      client: watch(own),
      wasInterrupted: wasInterrupted)
  }

  private func watch(_ own: OwnPart) -> ClientWatch {
    let isOpen = plan.shape.isOpen
    let total = requests + warmups
    let wall = Double(own.wallNanoseconds)
    let unread = own.unread.estimate(sent: own.sent)
    let firstTokenDelay = own.arrivals?.firstTokenDelay ?? own.loopDelay
    var colourings = ClientWatch.colourings(
      figure: "ttft", ttft, delays: isOpen ? [firstTokenDelay, launchLateness] : [firstTokenDelay])
    colourings += ClientWatch.colourings(
      figure: "inter-token latency", gaps, delays: [own.arrivals?.chunkDelay ?? own.delayGrowth])
    if let unread { colourings += ClientWatch.colourings(figure: "ttft", ttft, unread: unread.percentile) }
    return ClientWatch(
      cpuSeconds: Double(own.cpuNanoseconds) / 1e9, cpuShare: wall > 0 ? Double(own.cpuNanoseconds) / wall : 0,
      cpuMillisecondsPerRequest: total > 0 ? Double(own.cpuNanoseconds) / 1e6 / Double(total) : 0,
      queuedShare: own.queuedNanoseconds.flatMap { wall > 0 ? Double($0) / wall : nil },
      freeCores: own.unread.freeCores,
      crowdedShare: own.unread.watched > 0 ? own.unread.crowded / own.unread.watched : nil,
      unreadMilliseconds: unread.map { $0.mean / 1e6 },
      stamps: own.arrivals == nil ? .client : .kernel, unnotedReads: own.arrivals?.unnoted ?? 0,
      readDelayMilliseconds: own.arrivals.flatMap { Distribution($0.waits) },
      loopDelayMilliseconds: Distribution(own.loopDelay),
      launchLatenessMilliseconds: isOpen ? Distribution(launchLateness) : nil,
      sendLatenessMilliseconds: Distribution(sendLateness), sharedStamps: sharedStamps, chunks: chunks,
      colouredAboveShare: ClientWatch.share, colouredAboveMilliseconds: ClientWatch.floorNanoseconds / 1e6,
      colourings: colourings)
  }
}

extension LoadShape: CustomStringConvertible {
  public var description: String {
    switch self {
    case .closed(let concurrency): "closed loop, \(concurrency) at a time"
    case .constant(let rate): "constant, \(rate) a second"
    case .poisson(let rate): "poisson, \(rate) a second"
    case .burst(let rate, let size): "bursts of \(size), \(rate) a second"
    case .ramp(let from, let to, let seconds): "ramp from \(from) to \(to) a second in \(seconds) s"
    case .trace(let entries): "trace of \(entries.count) requests"
    }
  }
}
