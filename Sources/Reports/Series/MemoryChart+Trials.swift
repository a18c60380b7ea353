import Measures
import Records

extension MemoryChart {
  /// One chart for each kind of memory that a probe read, at most `maximumPoints` a trial.
  ///
  /// Of the samples that one point stands for it shows the largest, so that a peak is never lost.
  static func charts(_ members: [TrialSelection.Member], maximumPoints: Int = 200) -> [MemoryChart] {
    Kind.allCases.compactMap { kind in
      var most = 1
      let traces = members.flatMap { member in
        member.finished.compactMap { trial -> Trace? in
          let samples = samples(of: trial, kind)
          guard let peak = samples.map(\.bytes).max() else { return nil }
          let size = (samples.count + maximumPoints - 1) / maximumPoints
          most = max(most, size)
          let drawn = stride(from: 0, to: samples.count, by: size).compactMap { start in
            samples[start..<min(start + size, samples.count)].max { $0.bytes < $1.bytes }
          }
          return Trace(
            method: member.label, seed: trial.seed, seconds: drawn.map(\.seconds), bytes: drawn.map(\.bytes),
            peakBytes: peak, meanBytes: samples.reduce(0) { $0 + $1.bytes } / Double(samples.count))
        }
      }
      return traces.isEmpty ? nil : MemoryChart(kind: kind, traces: traces, samplesPerPoint: most)
    }
  }

  /// The readings of one kind, timed from the trial's first reading of anything.
  private static func samples(of trial: TrialRecord, _ kind: Kind) -> [(seconds: Double, bytes: Double)] {
    guard let evidence = trial.evidence else { return [] }
    let starts = [evidence.resources.map(\.nanoseconds).min(), evidence.steps.map(\.startNanoseconds).min()]
    let start = starts.compactMap(\.self).min() ?? 0
    return evidence.resources.compactMap { sample in
      let bytes =
        switch kind {
        case .resident: sample.residentBytes
        case .allocated: sample.allocatedBytes
        case .device: sample.deviceMemoryBytes
        }
      return bytes.map { (Double(sample.nanoseconds - start) / 1e9, Double($0)) }
    }.sorted { $0.seconds < $1.seconds }
  }
}
