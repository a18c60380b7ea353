import Foundation
public import Records

/// What a study will come to, and what of it is done: the answer of `--dry-run`. Nothing is run or written for it.
public struct StudyForecast: Sendable {
  public enum TimeBasis: String, Sendable {
    /// The mean of the cell's own finished trials.
    case measured = "measured"
    /// Other cells' measured FLOP/s applied to this one's FLOPs.
    case similar = "from the rate of other cells"
    /// FLOPs over the device's measured peak: it cannot be faster.
    case peak = "at least, at the measured peak"
  }

  public struct Cell: Sendable {
    public var record: CellRecord
    public var parameters: Int?
    public var totalFLOPs: Double?
    public var memoryBytes: UInt64?
    /// Seconds of one trial; nil when nothing is known.
    public var seconds: Double?
    public var basis: TimeBasis?
    public var equalised: String?
    public var finishedSeeds: [Int]
    public var failedSeeds: [Int]
    public var waitingSeeds: [Int]
  }

  public var plan: StudyPlan
  public var digest: String
  public var cells: [Cell]

  public var trials: Int { cells.count * plan.seeds.count }
  public var waiting: Int { cells.reduce(0) { $0 + $1.waitingSeeds.count } }

  /// Seconds of everything that is still to be run; nil when a cell's time is unknown.
  public var secondsLeft: Double? {
    cells.reduce(0 as Double?) { sum, cell in
      if cell.waitingSeeds.isEmpty { return sum }
      guard let sum, let seconds = cell.seconds else { return nil }
      return sum + seconds * Double(cell.waitingSeeds.count)
    }
  }

  /// - Parameters:
  ///   - store: where earlier trials are; nil when there is nothing yet.
  ///   - peakFLOPsPerSecond: the device's measured peak in the study's precision.
  /// - Throws: what ``StudyCell/cells(of:registry:)`` throws, and ``RecordError``.
  public init(
    plan: StudyPlan, registry: WorkloadRegistry, store: RecordStore?, retriesFailed: Bool = false,
    peakFLOPsPerSecond: Double? = nil
  ) throws {
    self.plan = plan
    digest = plan.digest
    let studyCells = try StudyCell.cells(of: plan, registry: registry)
    let known = try store?.studies().first { $0.name == plan.name && $0.digest == plan.digest }
    let states = try known?.id.flatMap { try store?.states(ofStudy: $0) } ?? [:]

    var measured: [String: Double] = [:]
    var rates: [Double] = []
    for cell in studyCells {
      let seconds = states.values.filter { $0.key.cell == cell.record.key && $0.status == .finished }
        .compactMap(\.wallSeconds)
      guard !seconds.isEmpty else { continue }
      let mean = seconds.reduce(0, +) / Double(seconds.count)
      measured[cell.record.key] = mean
      if let flops = cell.description.totalFLOPs, mean > 0 { rates.append(flops / mean) }
    }
    let rate = rates.isEmpty ? nil : rates.reduce(0, +) / Double(rates.count)

    cells = studyCells.map { cell in
      var finished: [Int] = []
      var failed: [Int] = []
      var waiting: [Int] = []
      for seed in plan.seeds {
        let state = states[TrialKey(cell: cell.record.key, seed: seed)]
        let isFailed = state?.status == .failed && state?.failure?.kind != TrialFailure.interrupted
        if state?.status == .finished {
          finished.append(seed)
        } else if isFailed, !retriesFailed {
          failed.append(seed)
        } else {
          waiting.append(seed)
        }
      }
      var time: (seconds: Double, basis: TimeBasis)?
      if let seconds = measured[cell.record.key] {
        time = (seconds, .measured)
      } else if let flops = cell.description.totalFLOPs, let rate {
        time = (flops / rate, .similar)
      } else if let flops = cell.description.totalFLOPs, let peak = peakFLOPsPerSecond, peak > 0 {
        time = (flops / peak, .peak)
      }
      return Cell(
        record: cell.record, parameters: cell.description.account?.parameters,
        totalFLOPs: cell.description.totalFLOPs, memoryBytes: cell.description.estimatedMemoryBytes,
        seconds: time?.seconds, basis: time?.basis, equalised: cell.description.equalised, finishedSeeds: finished,
        failedSeeds: failed, waitingSeeds: waiting)
    }
  }
}
