import Transport

/// Sends a plan's requests when they are due and gathers what becomes of them.
///
/// `@unchecked Sendable`: it is touched on its event loop alone.
final class LoadDriver: @unchecked Sendable {
  /// How long a place of a closed loop stays empty after a failure, in nanoseconds: an endpoint that is down is not asked as
  /// fast as the processor can.
  private static let pause: UInt64 = 100_000_000

  /// For how long arrivals may gather before they are read, in nanoseconds: their stamps are the kernel's.
  private static let gathering: UInt64 = 500_000

  private let plan: LoadPlan
  private let runner: RequestRunner
  private let watch: LoopWatch
  private let machine: MachineWatch
  private let requests: @Sendable (Int) -> MeasuredRequest
  private let each: @Sendable (Observation) -> Void
  private let done: @Sendable (LoadReport) -> Void
  private let identity: String

  private var meter: LoadMeter
  private var times: ArrivalTimes
  private var due: UInt64?
  private var origin: UInt64 = 0
  private var measuredFrom: UInt64?
  private var launched = 0
  private var sentBefore = 0
  private var underWay = 0
  private var pausing = 0
  private var owed = 0
  private var isLaunching = false
  private var isFilling = false
  private var hasSentAll = false
  private var wasInterrupted = false
  private var isOver = false
  private var timer: ScheduledWork?

  init(
    plan: LoadPlan, runner: RequestRunner, identity: String, requests: @escaping @Sendable (Int) -> MeasuredRequest,
    each: @escaping @Sendable (Observation) -> Void, done: @escaping @Sendable (LoadReport) -> Void
  ) {
    self.plan = plan
    self.runner = runner
    self.identity = identity
    self.requests = requests
    self.each = each
    self.done = done
    watch = LoopWatch(loop: runner.loop)
    machine = MachineWatch(runner: runner)
    meter = LoadMeter(plan: plan)
    times = plan.shape.arrivals(seed: plan.seed)
  }

  var progress: (requests: Int, failed: Int, underWay: Int) {
    (meter.progress.requests, meter.progress.failed, underWay)
  }

  func begin() {
    watch.begin()
    runner.delays = ArrivalDelays()
    if SocketLoop.notesArrivals { runner.loop.gathering = Self.gathering }
    machine.begin()
    sentBefore = runner.sent
    origin = MonotonicClock.now
    if case .seconds(let seconds) = plan.warmup { measuredFrom = origin + UInt64(seconds * 1e9) }
    if case .closed(let concurrency) = plan.shape {
      owed = concurrency
      fillPlaces()
    } else {
      due = times.next()
      sendWhatIsDue()
    }
  }

  /// Ends the run with what there is.
  func stop() {
    guard !isOver else { return }
    wasInterrupted = true
    hasSentAll = true
    timer?.cancel()
    timer = nil
    runner.abandonAll()
    endIfOver()
  }

  /// An open load: whatever is due is sent, however late we come to it, and counts from when it was due.
  private func sendWhatIsDue() {
    guard !hasSentAll else { return }
    while let due, origin.addingReportingOverflow(due).overflow == false, origin + due <= MonotonicClock.now {
      guard plan.sends(index: launched, due: due) else { return sentAll() }
      launch(due: due)
      self.due = times.next()
    }
    guard let due, plan.sends(index: launched, due: due) else { return sentAll() }
    let (deadline, overflows) = origin.addingReportingOverflow(due)
    guard !overflows else { return sentAll() }
    timer = runner.loop.schedule(at: deadline) { [self] in
      timer = nil
      sendWhatIsDue()
    }
  }

  /// A closed loop: every empty place gets a request. A request can fail while it is sent, hence no recursion.
  private func fillPlaces() {
    guard !isLaunching else { return }
    isLaunching = true
    while owed > 0, !hasSentAll {
      let due = MonotonicClock.now - origin
      guard plan.sends(index: launched, due: due) else {
        hasSentAll = true
        break
      }
      owed -= 1
      launch(due: due)
    }
    isLaunching = false
    endIfOver()
  }

  /// Fills places once all that has arrived is stamped: what is sent between two reads makes the second wait.
  private func fillPlacesSoon() {
    guard !isFilling else { return }
    isFilling = true
    runner.loop.execute { [self] in
      isFilling = false
      fillPlaces()
    }
  }

  private func sentAll() {
    hasSentAll = true
    endIfOver()
  }

  private func launch(due: UInt64) {
    var observation = Observation(index: launched, identifier: "\(identity)-\(launched)", scheduled: origin + due)
    observation.isWarmup = plan.isWarmup(index: launched, due: due)
    if !observation.isWarmup, measuredFrom == nil { measuredFrom = observation.scheduled }
    launched += 1
    underWay += 1
    runner.start(requests(observation.index), observation) { [self] in landed($0) }
  }

  private func landed(_ observation: Observation) {
    underWay -= 1
    if runner.delays.isDense { runner.loop.gathering = 0 }
    meter.add(observation, measuredFrom: measuredFrom ?? origin)
    each(observation)
    if case .closed = plan.shape, !hasSentAll {
      guard observation.succeeded else {
        pausing += 1
        runner.loop.schedule(at: MonotonicClock.now + Self.pause) { [self] in
          pausing -= 1
          owed += 1
          fillPlaces()
        }
        return
      }
      if plan.awaitsReader { return }
      owed += 1
      fillPlacesSoon()
    } else {
      endIfOver()
    }
  }

  /// Whoever reads observations has taken one.
  func taken(_ observation: Observation) {
    guard plan.awaitsReader, case .closed = plan.shape, observation.succeeded, !isOver else { return }
    owed += 1
    fillPlacesSoon()
  }

  private func endIfOver() {
    guard hasSentAll, underWay == 0, !isLaunching, !isFilling, !isOver else { return }
    isOver = true
    runner.loop.gathering = 0
    let wall = MonotonicClock.now - origin
    let queued = watch.queued
    let cpu = watch.end()
    machine.end()
    var own = OwnPart(
      arrivals: SocketLoop.notesArrivals ? runner.delays : nil, loopDelay: watch.delay, delayGrowth: watch.growth,
      cpuNanoseconds: cpu + machine.cpuNanoseconds, queuedNanoseconds: queued, wallNanoseconds: wall)
    own.unread = machine.meter
    own.sent = runner.sent - sentBefore
    done(
      meter.report(endpoint: runner.settings.endpoint.description, own: own, wasInterrupted: wasInterrupted))
  }
}
