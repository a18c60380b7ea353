internal import Foundation
internal import Layers
internal import Safetensors
internal import Torch

/// A checkpoint holds all that the next step depends on: parameters, moments, master weights, and how many steps were
/// taken. Data order and learning rate follow from the step, so a resumed run is the unbroken one, bit for bit on the
/// CPU.
extension Trainer {
  private static let stepKey = "steps_taken"
  private static let planKey = "plan"

  /// Everything that must agree between the run that wrote a checkpoint and the one that reads it.
  private func fingerprint() throws -> String {
    struct Fingerprint: Encodable {
      let plan: TrainingPlan
      let configuration: String
      let seed: Int
      let tokens: String
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let configuration = String(decoding: try encoder.encode(model.configuration), as: UTF8.self)
    let value = Fingerprint(plan: plan, configuration: configuration, seed: seed, tokens: tokensHash)
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  /// Every tensor of the run, by name.
  private var tensors: [(name: String, tensor: Tensor)] {
    model.parameters.parameters.map { ($0.path, $0.tensor) } + optimizer.state
  }

  /// Writes a checkpoint, whole or not at all.
  /// - Throws: ``Safetensors/SafetensorsError``.
  public func saveCheckpoint(to path: String) throws {
    let items = tensors.map { entry in
      SafetensorsWriter.Item(
        name: entry.name, type: entry.tensor.dtype.safetensorsType, shape: entry.tensor.shape
      ) { body in try entry.tensor.withBytes(body) }
    }
    try SafetensorsWriter.write(
      items, metadata: [Self.stepKey: String(stepsTaken), Self.planKey: try fingerprint()], to: path)
  }

  /// Takes the run up where a checkpoint left it.
  /// - Throws: ``TrainingError/checkpointMismatch(path:what:expected:found:)`` for another run's checkpoint,
  ///   ``Layers/ParameterError`` or ``Safetensors/SafetensorsError`` for a damaged one. The run is unchanged then, or
  ///   must be thrown away.
  public func resume(from path: String) throws {
    let file = try SafetensorsFile(path: path)
    let expected = try fingerprint()
    guard file.metadata[Self.planKey] == expected else {
      throw TrainingError.checkpointMismatch(
        path: path, what: "plan", expected: expected, found: file.metadata[Self.planKey] ?? "none")
    }
    guard let steps = file.metadata[Self.stepKey].flatMap(Int.init), steps >= 0 else {
      throw TrainingError.checkpointMismatch(path: path, what: "step", expected: "a number", found: "none")
    }
    try withoutGradients {
      for (name, tensor) in tensors {
        guard let entry = file.entries[name] else { throw ParameterError.missing(path: name) }
        let stored = try file.tensor(entry)
        guard stored.shape == tensor.shape else {
          throw ParameterError.wrongShape(path: name, expected: tensor.shape, found: stored.shape)
        }
        try tensor.detached().copyInPlace(from: stored)
      }
    }
    try optimizer.restore(stepsTaken: steps)
  }
}

extension DType {
  var safetensorsType: SafetensorsType {
    switch self {
    case .uint8: .uint8
    case .int8: .int8
    case .int16: .int16
    case .int32: .int32
    case .int64: .int64
    case .float16: .float16
    case .float32: .float32
    case .float64: .float64
    case .bool: .bool
    case .bfloat16: .bfloat16
    }
  }
}
