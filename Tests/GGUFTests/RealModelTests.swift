import Foundation
import Testing

@testable import GGUF

/// The catalogue's models against gguf-py, tensor by tensor, where they have been fetched.
struct RealModelTests {
  /// The models' files by name, below `EFFICIENTLLM_HOME/models`.
  static let files: [String: URL] = {
    guard let home = ProcessInfo.processInfo.environment["EFFICIENTLLM_HOME"], !home.isEmpty else { return [:] }
    let models = URL(fileURLWithPath: home, isDirectory: true).appendingPathComponent("models")
      .resolvingSymlinksInPath()
    let found =
      FileManager.default.enumerator(at: models, includingPropertiesForKeys: nil)?
      .compactMap { $0 as? URL }.filter { $0.pathExtension == "gguf" } ?? []
    return Dictionary(found.map { ($0.lastPathComponent, $0) }, uniquingKeysWith: { first, _ in first })
  }()

  static func checksums() throws -> [String: [String: String]] {
    let data = try Data(contentsOf: GGUFFixtures.folder.appendingPathComponent("real-models.json"))
    return try JSONDecoder().decode([String: [String: String]].self, from: data)
  }

  @Test(
    .enabled(if: !files.isEmpty, "no models below EFFICIENTLLM_HOME"),
    arguments: ["SmolLM2-135M-Instruct.Q4_1.gguf", "gemma-3-270m-q4_k_m.gguf"])
  func everyTensorUnpacksAsTheReferenceDoes(name: String) throws {
    guard let url = Self.files[name] else { return }
    let expected = try #require(try Self.checksums()[name])
    let file = try GGUFFile(path: url.path)
    #expect(Set(file.tensors.keys) == Set(expected.keys))
    #expect(file.metadata["tokenizer.ggml.tokens"]?.strings?.count == file.tensors["token_embd.weight"]?.shape.first)
    for tensor in file.orderedTensors {
      let ends = try file.floats(tensor, rows: 0..<1) + file.floats(tensor, rows: (tensor.rows - 1)..<tensor.rows)
      var sum: UInt64 = 0
      for (index, value) in ends.enumerated() { sum &+= UInt64(2 * index + 1) &* UInt64(value.bitPattern) }
      #expect("\(sum)" == expected[tensor.name], "\(tensor.name)")
    }
  }
}
