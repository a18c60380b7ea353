import Foundation
import Layers
import Safetensors
import Testing
import Torch
import Training

@testable import Models

/// One reference model as transformers saved it: config.json, tensors under its own names, inputs and outputs
/// (scripts/oracles/families_oracle.py).
struct FamilyOracle {
  let fields: ConfigurationFields
  /// The checkpoint's tensors.
  let weights: [String: Tensor]
  private let tensors: [String: Tensor]

  static func file(_ name: String) throws -> Data {
    let folder = try #require(Bundle.module.url(forResource: "Fixtures", withExtension: nil))
    return try Data(contentsOf: folder.appendingPathComponent("families/\(name)"))
  }

  init(_ name: String) throws {
    fields = try ConfigurationFields(json: Self.file("\(name).json"))
    let folder = try #require(Bundle.module.url(forResource: "Fixtures", withExtension: nil))
    tensors = try SafetensorsFile(path: folder.appendingPathComponent("families/\(name).safetensors").path).tensors()
    let prefix = "weights/"
    weights = Dictionary(
      uniqueKeysWithValues: tensors.filter { $0.key.hasPrefix(prefix) }.map { (String($0.key.dropFirst(prefix.count)), $0.value) })
  }

  subscript(name: String) -> Tensor {
    get throws { try #require(tensors[name], "the oracle lacks \(name)") }
  }

  var inputs: Tensor { get throws { try self["input_ids"] } }

  /// Token ids, text by text.
  func texts() throws -> [[UInt32]] {
    let inputs = try inputs
    let all = try inputs.values(as: Int64.self).map { UInt32($0) }
    let length = inputs.size(1)
    return stride(from: 0, to: all.count, by: length).map { Array(all[$0..<$0 + length]) }
  }

  func model(dtype: DType = .float32, plan: any LinearPlan = DensePlan()) throws -> Decoder {
    let (family, configuration) = try ModelFamily.read(fields)
    return try Decoder(
      configuration, source: CheckpointSource(weights, family.names, configuration), plan: plan, dtype: dtype)
  }
}

/// Takes parameters from a checkpoint's tensors the way a family says, and holds both sides to it.
final class CheckpointSource<Shape: Sendable>: ParameterSource {
  private let tensors: [String: Tensor]
  private let naming: ParameterNaming<Shape>
  private let shape: Shape
  private var unused: Set<String>

  init(_ tensors: [String: Tensor], _ naming: ParameterNaming<Shape>, _ shape: Shape) {
    self.tensors = tensors
    self.naming = naming
    self.shape = shape
    unused = Set(tensors.keys)
  }

  func values(for request: ParameterRequest) throws -> Tensor {
    let origin = naming.origin(of: request.path, shape) { tensors[$0] != nil }
    let values = try origin.values(shape: request.shape) { name in
      guard let tensor = tensors[name] else { throw ParameterError.missing(path: name) }
      unused.remove(name)
      return tensor
    }
    guard values.shape == request.shape else {
      throw ParameterError.wrongShape(path: request.path, expected: request.shape, found: values.shape)
    }
    return try values.to(dtype: request.dtype).contiguous().cloned()
  }

  func finish() throws {
    let left = unused.filter { !naming.isIgnored($0, shape) }
    guard left.isEmpty else { throw ParameterError.unexpected(paths: left.sorted()) }
  }
}
