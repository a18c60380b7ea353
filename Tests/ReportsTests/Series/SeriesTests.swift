import Measures
import Records
import Testing

@testable import Reports

@Suite struct SeriesTests {
  private func member(_ evidence: [TrialEvidence]) -> TrialSelection.Member {
    let cell = CellRecord(key: "A", method: "A", model: "tiny", settings: [:])
    return TrialSelection.Member(
      cell: cell, label: "A",
      finished: evidence.enumerated().map {
        TrialRecord(
          studyID: 1, cell: cell, seed: $0, status: .finished, startedAt: .init(timeIntervalSince1970: 0), evidence: $1)
      })
  }

  private func step(
    _ index: Int, loss: Double?, milliseconds: UInt64 = 10, isWarmup: Bool = false,
    phase: StepObservation.Phase = .train
  ) -> StepObservation {
    let start = UInt64(index) * 1_000_000_000
    return StepObservation(
      index: index, phase: phase, isWarmup: isWarmup, startNanoseconds: start,
      endNanoseconds: start + milliseconds * 1_000_000, tokens: 100, samples: 1, loss: loss)
  }

  @Test func aPointIsTheMeanOfItsSteps() throws {
    let steps = (0..<10).map { step($0, loss: Double($0)) }
    let curves = try #require(LossCurves([member([TrialEvidence(steps: steps)])], maximumPoints: 4))
    #expect(curves.stepsPerPoint == 3)
    let points = curves.methods[0].seeds[0].points
    #expect(points.map(\.loss) == [1, 4, 7, 9])
    #expect(points.map(\.tokens) == [300, 600, 900, 1000])
    #expect(abs(points[3].seconds - 0.1) < 1e-12)
  }

  @Test func theMeanGoesAsFarAsEverySeed() throws {
    let long = TrialEvidence(steps: (0..<4).map { step($0, loss: 2) })
    let short = TrialEvidence(steps: (0..<2).map { step($0, loss: 4, milliseconds: 30) })
    let curves = try #require(LossCurves([member([long, short])]))
    #expect(curves.methods[0].mean.map(\.loss) == [3, 3])
    #expect(curves.methods[0].mean.map { ($0.seconds * 1000).rounded() } == [20, 40])
  }

  @Test func whatIsNoTrainingLossLeavesAGap() throws {
    let steps = [
      step(0, loss: 5, isWarmup: true), step(1, loss: .nan), step(2, loss: nil), step(3, loss: 9, phase: .evaluate),
      step(4, loss: 3),
    ]
    let points = try #require(LossCurves([member([TrialEvidence(steps: steps)])])).methods[0].seeds[0].points
    #expect(points.map(\.loss) == [5, 3])
    #expect(points.map(\.tokens) == [100, 400])
    #expect(LossCurves([member([TrialEvidence()])]) == nil)
  }

  @Test func aPeakIsNeverLostToDownsampling() throws {
    let samples = (0..<1000).map {
      ResourceSample(
        nanoseconds: 5_000_000_000 + UInt64($0) * 1_000_000, residentBytes: $0 == 777 ? 900 : 100,
        allocatedBytes: $0 % 2 == 0 ? 50 : nil)
    }
    let charts = MemoryChart.charts([member([TrialEvidence(resources: samples)])], maximumPoints: 50)
    #expect(charts.map(\.kind) == [.resident, .allocated])
    let trace = charts[0].traces[0]
    #expect(trace.bytes.count == 50 && charts[0].samplesPerPoint == 20)
    #expect(trace.bytes.max() == 900 && trace.peakBytes == 900)
    #expect(abs(trace.seconds[trace.bytes.firstIndex(of: 900) ?? 0] - 0.777) < 1e-9)
    #expect(abs(trace.meanBytes - 100.8) < 1e-9)
    #expect(charts[1].traces[0].meanBytes == 50)
  }

  @Test func memoryThatNobodyReadHasNoChart() {
    let samples = [ResourceSample(nanoseconds: 1, cpuSeconds: 1)]
    #expect(MemoryChart.charts([member([TrialEvidence(resources: samples)]), member([])]).isEmpty)
  }

  @Test func latencyLeavesOutWarmupAndKeepsTheTail() throws {
    var steps = (0..<1000).map { step($0, loss: nil, milliseconds: UInt64($0 + 1)) }
    steps.append(step(1000, loss: nil, milliseconds: 60_000, isWarmup: true))
    steps.append(step(1001, loss: nil, milliseconds: 90_000, phase: .evaluate))
    let chart = try #require(LatencyChart([member([TrialEvidence(steps: steps)])], maximumQuantiles: 11))
    let method = chart.methods[0]
    #expect(method.count == 1000)
    #expect(abs(method.p50 - 0.5005) < 1e-9 && abs(method.p99 - 0.99001) < 1e-9)
    #expect(method.minimum == 0.001 && method.maximum == 1)
    #expect(method.quantiles.count == 11 && method.quantiles.first == 0.001 && method.quantiles.last == 1)
  }

  @Test func withoutTrainingOtherStepsCountAndOneIsEnough() throws {
    let chart = try #require(
      LatencyChart([member([TrialEvidence(steps: [step(0, loss: nil, phase: .decode)])])]))
    #expect(chart.methods[0].quantiles == [0.01])
    #expect(LatencyChart([member([TrialEvidence()])]) == nil)
  }

  @Test func aStepThatEndsBeforeItStartsHasNoLength() {
    let step = StepObservation(
      index: 0, phase: .train, startNanoseconds: 9, endNanoseconds: 3, tokens: 1, samples: 1)
    #expect(step.seconds == 0)
  }
}
