internal import CTorch
internal import Foundation

/// Runs `body` without recording operators for a backward pass. Synchronous on purpose: the mode belongs to the
/// thread, and an `await` in between could come back on another one.
public func withoutGradients<Result>(_ body: () throws -> Result) rethrows -> Result {
  let before = Torch.api.pointee.grad_enabled()
  Torch.api.pointee.set_grad_enabled(false)
  defer { Torch.api.pointee.set_grad_enabled(before) }
  return try body()
}

/// Whether operators are being recorded on this thread.
public var gradientsEnabled: Bool { Torch.api.pointee.grad_enabled() }

extension Tensor {
  /// Makes a leaf remember its gradient, or stop to.
  @discardableResult
  public func requiringGradient(_ required: Bool = true) throws -> Tensor {
    try Torch.checked("set_requires_grad") { Torch.api.pointee.set_requires_grad(handle, required, $0) }
    return self
  }

  /// The accumulated gradient of a leaf, nil before the first backward pass.
  public var gradient: Tensor? { Torch.api.pointee.grad(handle).map { Tensor(owning: $0) } }

  /// Replaces the accumulated gradient; nil drops it, so that the next backward pass writes instead of adding.
  public func setGradient(_ gradient: Tensor?) throws {
    try Torch.checked("set_grad") { Torch.api.pointee.set_grad(handle, gradient?.handle, $0) }
  }

  /// Accumulates the gradients of this scalar into the leaves it was computed from.
  public func backward() throws {
    var root: ctorch_tensor? = handle
    try Torch.checked("backward", [description]) { Torch.api.pointee.backward(&root, nil, 1, $0) }
  }
}

/// Gradients of the sum of `outputs` with respect to `inputs`, without touching any accumulated gradient. nil where an
/// output does not depend on an input.
public func gradients(of outputs: [Tensor], withRespectTo inputs: [Tensor]) throws -> [Tensor?] {
  let outputHandles = outputs.map { Optional($0.handle) }
  let inputHandles = inputs.map { Optional($0.handle) }
  var results = [ctorch_tensor?](repeating: nil, count: inputs.count)
  try Torch.checked("gradients") {
    Torch.api.pointee.gradients(
      outputHandles, Int32(outputs.count), inputHandles, Int32(inputs.count), &results, $0)
  }
  return results.map { $0.map { Tensor(owning: $0) } }
}

/// A function with a backward pass of its own.
///
/// `forward` runs without recording. `backward` gets the gradients of the outputs (nil where none flows) and returns
/// those of `inputs`, nil where an input needs none; it runs once. It must not hold an output itself, only a
/// `detached()` alias: the output owns the function, and the two would keep each other alive.
public func withBackward(
  _ name: String, of inputs: [Tensor], forward: () throws -> [Tensor],
  backward: @escaping ([Tensor?]) throws -> [Tensor?]
) throws -> [Tensor] {
  let outputs = try withoutGradients(forward)
  guard gradientsEnabled else { return outputs }
  let context = Unmanaged.passRetained(BackwardBox(backward))
  let inputHandles = inputs.map { Optional($0.handle) }
  let outputHandles = outputs.map { Optional($0.handle) }
  try Torch.checked(name, inputs.map(\.description)) {
    Torch.api.pointee.attach_backward(
      name, inputHandles, Int32(inputs.count), outputHandles, Int32(outputs.count), runBackward,
      context.toOpaque(), { Unmanaged<BackwardBox>.fromOpaque($0!).release() }, $0)
  }
  return outputs
}

private final class BackwardBox {
  let backward: ([Tensor?]) throws -> [Tensor?]
  init(_ backward: @escaping ([Tensor?]) throws -> [Tensor?]) { self.backward = backward }
}

/// What libtorch calls: lends the gradients to the Swift closure and hands its results over.
private let runBackward: ctorch_backward = { context, gradients, gradientCount, results, resultCount, error in
  let box = Unmanaged<BackwardBox>.fromOpaque(context!).takeUnretainedValue()
  let lent = (0..<Int(gradientCount)).map { index -> Tensor? in
    guard let handle = gradients?[index] else { return nil }
    Torch.api.pointee.retain(handle)
    return Tensor(owning: handle)
  }
  do {
    let computed = try withoutGradients { try box.backward(lent) }
    precondition(computed.count == Int(resultCount), "a backward pass must return one gradient an input")
    for (index, gradient) in computed.enumerated() {
      guard let gradient else { continue }
      Torch.api.pointee.retain(gradient.handle)
      results?[index] = gradient.handle
    }
    return 0
  } catch let failure {
    error?.pointee = Torch.api.pointee.copy_string("\(failure)")
    return 1
  }
}
