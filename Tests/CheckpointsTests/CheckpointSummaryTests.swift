import Foundation
import TestSupport
import Testing

@testable import Checkpoints

struct CheckpointSummaryTests {
  /// Llama 3 70B has 70,553,706,496 parameters.
  @Test func seventyBillionTakeNoMemory() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      """
      {"model_type": "llama", "vocab_size": 128256, "hidden_size": 8192, "intermediate_size": 28672,
       "num_hidden_layers": 80, "num_attention_heads": 64, "num_key_value_heads": 8, "max_position_embeddings": 131072,
       "rms_norm_eps": 1e-05, "rope_theta": 500000.0, "tie_word_embeddings": false, "rope_scaling": {
         "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 8192,
         "rope_type": "llama3"}}
      """, to: "config.json")
    let before = try residentBytes()
    let summary = try Checkpoint.open(folder.url).summaryOfShape(home: TorchForTests.home)
    #expect(summary.parameters == 70_553_706_496 && summary.countedOn == "meta device")
    #expect(summary.bytesBF16 == 141_107_412_992 && summary.weightBytes == nil && summary.bitsPerWeight == nil)
    // 80 layers x 8 heads x 128 x keys and values x 2 bytes.
    #expect(summary.cacheBytesPerTokenBF16 == 327_680)
    // Twice the weights of matrices that a token goes through, and attention over (1024 + 1) / 2 positions.
    let matrices = 70_553_706_496.0 - 128_256 * 8192 - Double(161 * 8192)
    let attention = 4.0 * 80 * 64 * 128 * 1025 / 2
    #expect(summary.flopsPerToken == 2 * matrices + attention && summary.flopsContext == 1024)
    #expect(summary.tokenizer == nil && !summary.chatTemplate && summary.contextLength == 131_072)
    #expect(try residentBytes() - before < 4 << 30)
    // The same from the numbers alone.
    #expect(try Checkpoint.open(folder.url).summary().parameters == summary.parameters)
  }

  private func residentBytes() throws -> Int {
    let fields = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
    return Int(fields[1])! * 4096
  }

  @Test func aFileSaysItsTypesAndBits() throws {
    let folder = try TemporaryFolder()
    try TinyLlama().writeGGUF(to: folder("tiny.gguf").path)
    let summary = try Checkpoint.open(folder.url).summary()
    #expect(summary.weightTypes == ["F32"] && summary.bitsPerWeight == 32 && summary.format == "gguf")
    #expect(summary.weightBytes == summary.parameters * 4 && summary.licence == "apache-2.0")
  }
}
