import Foundation
import Studies
import Testing

@testable import efficientllm

/// The plans that come with the project.
struct ShippedPlanTests {
  static let plans =
    (try? FileManager.default.contentsOfDirectory(atPath: folder))?.filter { $0.hasSuffix(".yaml") } ?? []
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("studies").path

  @Test func thereAreSome() { #expect(Self.plans.count >= 3) }

  @Test(arguments: plans)
  func everyPlanCanBeForecast(name: String) throws {
    let plan = try StudyPlan(contentsOfFile: Self.folder + "/" + name)
    let forecast = try StudyForecast(plan: plan, registry: Workloads.registry, store: nil, retriesFailed: false)
    #expect(!forecast.cells.isEmpty)
  }
}
