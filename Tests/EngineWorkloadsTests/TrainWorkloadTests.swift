import Foundation
import Studies
import TestSupport
import Testing

@testable import EngineWorkloads

struct TrainWorkloadTests {
  private func workload(home: URL) -> TrainWorkload {
    TrainWorkload(
      executable: "/bin/efficientllm",
      directories: TrainTrial.Directories(
        home: home, corpora: home.appendingPathComponent("corpora"), tokens: home.appendingPathComponent("tokens"),
        models: home.appendingPathComponent("models")))
  }

  @Test func cellsAreDescribedWithoutTensors() throws {
    let description = try workload(home: URL(fileURLWithPath: "/nowhere")).describe(
      ["attention": .string("mqa")], work: TrainSettingsTests.work, precision: "bf16")
    #expect(description.method == "MQA")
    #expect(description.model == "tiny")
    #expect(description.account?.parameters == 4_492_032)
    #expect(description.account?.parameterBytes == 2 * 4_492_032)
    #expect(description.equalised == "depth and width")
    let perToken = try #require(description.account?.trainingFLOPsPerToken)
    #expect(description.totalFLOPs == perToken * 8192)
  }

  @Test func aMissingLibraryAndAMissingCorpusAreFoundBeforehand() throws {
    let empty = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID())")
    try FileManager.default.createDirectory(at: empty, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: empty) }
    func prepare(_ home: URL, _ corpus: String) throws {
      try workload(home: home).prepare(
        ["corpus": .string(corpus)], work: TrainSettingsTests.work, precision: "fp32")
    }
    #expect {
      try prepare(empty, "austen")
    } throws: {
      "\($0)".contains("./dev setup")
    }
    #expect {
      try prepare(TorchForTests.home, "/nowhere/text.txt")
    } throws: {
      "\($0)".contains("/nowhere/text.txt")
    }
  }

  @Test func onlyCheckpointedTrialsResume() {
    let workload = workload(home: URL(fileURLWithPath: "/nowhere"))
    #expect(!workload.resumes([:]))
    #expect(!workload.resumes(["checkpoint-every": .integer(0)]))
    #expect(workload.resumes(["checkpoint-every": .integer(10)]))
  }
}
