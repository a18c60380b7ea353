/// PCU, "peak" compute utilisation: how much of the machine's arithmetic the trial used.
///
/// Published: in fact the mean busy time. A device that waits for memory is busy too, so beside it stands the share of
/// the measured peak that arrived as arithmetic of the model (model FLOPs utilisation; Chowdhery et al., 2022, PaLM,
/// appendix B), counted from the model's account, without recomputation.
enum ComputeUtilisation {
  static let all = [busy, achieved, modelFLOPsUtilisation]

  static let busy = Measure(
    "PCU", "mean busy share", .fraction, .higherIsBetter, .published,
    formula: "time-mean of the accelerators' utilisation; on CPU, CPU seconds / (elapsed seconds x threads)",
    needs: [.steps, .resources, .cpuTime, .deviceUtilisation]
  ) { evidence throws(MissingEvidence) in
    let window = try MeasuredWindow(evidence)
    if evidence.computedOnAccelerator {
      let series = try TimeSeries(evidence.resources) { $0.deviceUtilisation }
        .needed("no probe read the accelerator's utilisation")
      if !series.covers(window.intervals) {
        throw MissingEvidence("the accelerator's utilisation was never read while the measured steps ran")
      }
      return Quantity(series.mean(over: window.intervals), count: series.count(over: window.intervals))
    }
    let series = try TimeSeries(evidence.resources) { $0.cpuSeconds }
      .needed("no probe read the CPU time of the trial")
    guard let workers = evidence.device.threads ?? evidence.device.logicalCores, workers > 0 else {
      throw MissingEvidence("neither the trial's threads nor the machine's cores are known")
    }
    let rate = try CounterRate(series, of: "CPU time", over: window)
    return Quantity(rate.perSecond / Double(workers), count: rate.readings)
  }

  static let achieved = Measure(
    "PCU.flops", "achieved FLOP/s", .flopsPerSecond, .higherIsBetter, .corrected,
    formula: "FLOPs per token x tokens / elapsed seconds", needs: [.steps, .modelAccount]
  ) { evidence throws(MissingEvidence) in
    try achievedFLOPs(evidence)
  }

  static let modelFLOPsUtilisation = Measure(
    "PCU.mfu", "model FLOPs utilisation", .fraction, .higherIsBetter, .corrected,
    formula: "FLOPs per token x tokens / elapsed seconds / measured peak FLOP/s",
    needs: [.steps, .modelAccount, .peakThroughput]
  ) { evidence throws(MissingEvidence) in
    let achieved = try achievedFLOPs(evidence)
    guard let peak = evidence.device.peakFLOPsPerSecond, peak > 0 else {
      throw MissingEvidence("the device's peak is not measured: run `efficientllm doctor --calibrate`")
    }
    return Quantity(achieved.value / peak, count: achieved.count)
  }

  private static func achievedFLOPs(_ evidence: TrialEvidence) throws(MissingEvidence) -> Quantity {
    let window = try MeasuredWindow(evidence)
    let perToken = window.isTraining ? evidence.model?.trainingFLOPsPerToken : evidence.model?.inferenceFLOPsPerToken
    let flops = try perToken.needed("the trial did not say how many FLOPs a token takes") * Double(window.steps.tokens)
    if flops <= 0 { throw MissingEvidence("the trial reported no tokens, or no FLOPs for them") }
    return Quantity(flops / window.seconds, count: window.steps.count)
  }
}
