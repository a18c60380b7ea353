import Checkpoints
internal import Crypto
public import Evaluators
public import Foundation
internal import Serving
internal import Torch

/// A sentence encoder of the engine for evaluators: the model on a thread of its own, which many may ask at once.
public final class LocalSentenceEncoder: Evaluators.SentenceEncoder {
  public let identity: EncoderIdentity
  private let worker: EncoderWorker

  /// Texts that one call may bring, and bytes of all of them.
  public static let mostTexts = 100_000
  public static let mostBytes = 64 << 20
  /// Calls that may wait for the thread: evaluations ask for many rows at a time, and each waits for its answer.
  private static let mostWaiting = 100_000

  /// Loads libtorch and the encoder.
  /// - Parameters:
  ///   - name: what the model is called in results.
  ///   - folder: the model's folder, as `efficientllm models get minilm` lays it.
  ///   - home: where libtorch's shim is found.
  /// - Throws: ``Checkpoints/CheckpointError``, ``Torch/TorchError``, and what reading the weights throws.
  public init(
    name: String, folder: URL, threads: Int = ProcessInfo.processInfo.activeProcessorCount, home: URL
  ) async throws {
    try Torch.load(home: home)
    let checkpoint = try Checkpoint.open(folder)
    identity = EncoderIdentity(name: name, weights: try Self.digest(of: folder))
    worker = try await EncoderWorker(checkpoint, threads: threads, maximumQueued: Self.mostWaiting)
  }

  deinit { worker.stop() }

  /// Each text is cut at the encoder's longest sequence, as sentence-transformers does.
  /// - Throws: ``Evaluators/EvaluationError/tooLarge(what:limit:)``, what the encoder throws, and `CancellationError`.
  public func embeddings(of texts: [String]) async throws -> [[Float]] {
    guard texts.count <= Self.mostTexts else {
      throw EvaluationError.tooLarge(what: "\(texts.count) texts are to be encoded at once", limit: "\(Self.mostTexts)")
    }
    let bytes = texts.reduce(0) { $0 + $1.utf8.count }
    guard bytes <= Self.mostBytes else {
      throw EvaluationError.tooLarge(what: "texts of \(bytes) bytes are to be encoded", limit: "\(Self.mostBytes)")
    }
    return try await worker.run { encoder, willContinue in
      try encoder.embeddings(texts.map(encoder.tokens), willContinue: willContinue)
    }
  }

  /// SHA-256 over the weights' files in the order of their names.
  private static func digest(of folder: URL) throws -> String {
    let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      .filter { $0.pathExtension == "safetensors" }
      .sorted { $0.lastPathComponent < $1.lastPathComponent }
    var hash = SHA256()
    for file in files { hash.update(data: try Data(contentsOf: file, options: .mappedIfSafe)) }
    return hash.finalize().map { byte in
      let digits = String(byte, radix: 16)
      return digits.utf8.count < 2 ? "0" + digits : digits
    }.joined()
  }
}
