internal import CTorch
internal import Synchronization

/// One operator that libtorch really issued, forward or backward.
public struct IssuedOperator: Sendable, Hashable {
  /// Such as "aten::mm".
  public let name: String
  /// The shape of each argument; nil for one that is no tensor.
  public let shapes: [[Int]?]
}

/// Runs `body` and returns every operator issued meanwhile on this thread, the backward pass of CPU tensors included.
/// One trace a thread at a time.
public func tracingOperators<Result>(
  _ body: () throws -> Result
) throws -> (result: Result, operators: [IssuedOperator]) {
  let recorder = OperatorRecorder()
  var handle: UInt64 = 0
  try Torch.checked("start_observing") {
    Torch.api.pointee.start_observing(observe, Unmanaged.passUnretained(recorder).toOpaque(), &handle, $0)
  }
  defer { Torch.api.pointee.stop_observing(handle) }
  let result = try body()
  return (result, recorder.issued.withLock { $0 })
}

private final class OperatorRecorder: Sendable {
  let issued = Mutex<[IssuedOperator]>([])
}

private let observe: ctorch_observer = { context, name, sizes, ranks, count in
  let recorder = Unmanaged<OperatorRecorder>.fromOpaque(context!).takeUnretainedValue()
  var shapes: [[Int]?] = []
  var position = 0
  for argument in 0..<Int(count) {
    let rank = Int(ranks![argument])
    guard rank >= 0 else {
      shapes.append(nil)
      continue
    }
    shapes.append((position..<position + rank).map { Int(sizes![$0]) })
    position += rank
  }
  recorder.issued.withLock { $0.append(IssuedOperator(name: String(cString: name!), shapes: shapes)) }
}
