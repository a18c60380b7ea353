internal import Layers
internal import Models
internal import Torch

/// Gives a model its parameters from a checkpoint: each asked for by its canonical name, found under the name its family
/// has for it, and only then read. Strict both ways.
final class CheckpointSource<Shape: Sendable>: ParameterSource {
  private let store: any WeightStore
  private let path: String
  private let naming: ParameterNaming<Shape>
  private let shape: Shape
  /// Whether tensors over the mapped file are copied, because somebody is going to write to them.
  private let copiesMapped: Bool
  private var used: Set<String> = []

  /// - Parameters:
  ///   - path: The checkpoint's, for errors.
  ///   - shape: The model's configuration.
  init(_ store: any WeightStore, path: String, naming: ParameterNaming<Shape>, shape: Shape, copiesMapped: Bool) {
    self.store = store
    self.path = path
    self.naming = naming
    self.shape = shape
    self.copiesMapped = copiesMapped
  }

  /// - Throws: ``CheckpointError/missingTensor(path:name:parameter:)``,
  ///   ``CheckpointError/wrongShape(path:tensor:expected:found:)``, ``CheckpointError/damaged(path:reason:)``, and what
  ///   reading the file throws.
  func values(for request: ParameterRequest) throws -> Tensor {
    let origin = naming.origin(of: request.path, shape) { store.shape(of: $0) != nil }
    let parts = try origin.parts.map { try part($0, for: request) }
    let names = origin.parts.map(\.name)
    let joined: Tensor
    do {
      joined = try origin.joined(parts, shape: request.shape)
    } catch let error as OriginError {
      throw CheckpointError.damaged(path: path, reason: "\(names.joined(separator: ", ")): \(error)")
    }
    guard joined.shape == request.shape else {
      // Said in the file's own terms where nothing but the shape is between the two.
      let isPlain = origin.parts.count == 1 && origin.parts[0].steps.isEmpty
      throw CheckpointError.wrongShape(
        path: path, tensor: isPlain ? names[0] : "\(request.path) (from \(names.joined(separator: ", ")))",
        expected: request.shape, found: joined.shape)
    }
    used.formUnion(names)
    let placed = try joined.to(dtype: request.dtype).to(device: request.device).contiguous()
    return copiesMapped && request.device == .cpu ? try placed.cloned() : placed
  }

  private func part(_ part: ParameterOrigin.Part, for request: ParameterRequest) throws -> Tensor {
    guard let stored = store.shape(of: part.name) else {
      throw CheckpointError.missingTensor(path: path, name: part.name, parameter: request.path)
    }
    do {
      let needed = try part.needed(of: stored)
      // What is computed with on the way is computed in fp32, and rounded once.
      let type = needed.steps.contains(.subtractingOne) ? DType.float32 : request.dtype
      let tensor = try store.rows(needed.rows, of: part.name, as: type).view(needed.shape)
      return try needed.steps.reduce(tensor) { try $1($0) }
    } catch let error as OriginError {
      throw CheckpointError.damaged(path: path, reason: "'\(part.name)': \(error)")
    }
  }

  /// - Throws: ``CheckpointError/unexpectedTensors(path:names:)``.
  func finish() throws {
    let unexpected = store.names.subtracting(used).filter { !naming.isIgnored($0, shape) }
    guard unexpected.isEmpty else {
      throw CheckpointError.unexpectedTensors(path: path, names: unexpected.sorted())
    }
  }
}
