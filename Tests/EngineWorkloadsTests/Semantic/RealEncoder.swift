import Checkpoints
import Evaluators
import Foundation
import TestSupport
import Testing

@testable import EngineWorkloads

/// MiniLM as it lies on this machine, loaded once for all tests.
enum RealEncoder {
  static let shelf = ModelShelf(folder: TorchForTests.home.appendingPathComponent("models"))
  static let mend = "run `efficientllm models get minilm` with EFFICIENTLLM_HOME=\(TorchForTests.home.path)"

  static var folder: URL? { try? shelf.path(of: "minilm") }

  /// Whether tests of the encoder run. Where CI says that it is CI the model has to be there, and they run to say so;
  /// elsewhere they are skipped, loudly.
  static let isHere: Bool = {
    if folder != nil { return true }
    if ProcessInfo.processInfo.environment["CI"] == "true" { return true }
    FileHandle.standardError.write(Data("SKIPPED: the semantic evaluators' floors need MiniLM: \(mend)\n".utf8))
    return false
  }()

  private static let made = Task {
    let found = try #require(folder, "MiniLM is not on this machine, and in CI it has to be: \(mend)")
    return try await LocalSentenceEncoder(name: "minilm", folder: found, threads: 2, home: TorchForTests.home)
  }

  static func encoder() async throws -> LocalSentenceEncoder { try await made.value }

  static func labelled(_ name: String) throws -> [UInt8] {
    let file = TorchForTests.repository.appendingPathComponent("evaluations/labelled/\(name)")
    return [UInt8](try Data(contentsOf: file))
  }
}
