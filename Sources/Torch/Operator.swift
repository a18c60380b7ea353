internal import CTorch
internal import Synchronization

/// One operator of libtorch's dispatcher, declared once: its name, its overload and the arguments it is called with.
/// It is found at its first call. A test holds every declaration against the loaded libtorch's schema.
final class Operator: Sendable {
  let name: String
  let overload: String
  /// Names of the leading arguments, in the schema's order. Those after them take their defaults.
  let arguments: [String]
  /// The found operator's address; 0 until then.
  private let address = Atomic<UInt>(0)

  init(_ name: String, overload: String = "", _ arguments: String...) {
    self.name = name
    self.overload = overload
    self.arguments = arguments
  }

  var qualifiedName: String { overload.isEmpty ? name : "\(name).\(overload)" }

  /// Whether the loaded libtorch has it.
  var isAvailable: Bool { (try? resolved()) != nil }

  /// The schema as libtorch prints it.
  func schema() throws -> String {
    let target = try resolved()
    var text: UnsafeMutablePointer<CChar>?
    try Torch.checked(qualifiedName) { Torch.api.pointee.operator_schema(target, &text, $0) }
    defer { Torch.api.pointee.free_string(text) }
    return String(cString: text!)
  }

  private func resolved() throws -> ctorch_operator {
    if let known = ctorch_operator(bitPattern: address.load(ordering: .relaxed)) { return known }
    var found: ctorch_operator?
    try Torch.checked(qualifiedName) { Torch.api.pointee.find_operator(name, overload, &found, $0) }
    address.store(UInt(bitPattern: found!), ordering: .relaxed)
    return found!
  }

  /// The most values any operator used here returns.
  private static let resultCapacity = 8

  /// Calls it and returns its results as they come.
  /// - Throws: ``TorchError/operatorFailed(name:arguments:message:)`` with libtorch's message and the shapes.
  private func invoke<Result>(
    _ arguments: [Argument], _ read: (UnsafeBufferPointer<ctorch_value>) -> Result
  ) throws -> Result {
    let target = try resolved()
    let frame = ArgumentFrame(arguments)
    return try withUnsafeTemporaryAllocation(of: ctorch_value.self, capacity: Self.resultCapacity) { results in
      var count: Int32 = 0
      try Torch.checked(qualifiedName, zip(self.arguments, arguments).map { "\($0) \($1.summary)" }) { error in
        frame.values.withUnsafeBufferPointer { values in
          Torch.api.pointee.call(
            target, values.baseAddress, Int32(values.count), results.baseAddress, Int32(Self.resultCapacity), &count,
            error)
        }
      }
      return read(UnsafeBufferPointer(start: results.baseAddress, count: Int(count)))
    }
  }

  /// Calls an operator that returns one tensor.
  func tensor(_ arguments: Argument...) throws -> Tensor {
    try invoke(arguments) { Tensor(owning: $0[0].as.tensor) }
  }

  /// Calls an operator that returns several tensors; an undefined one is nil.
  func tensors(_ arguments: Argument...) throws -> [Tensor?] {
    try invoke(arguments) { results in
      results.map {
        $0.tag == Int32(CTORCH_TENSOR.rawValue) && $0.as.tensor != nil ? Tensor(owning: $0.as.tensor) : nil
      }
    }
  }

  /// Calls an operator that returns a list of tensors.
  func list(_ arguments: Argument...) throws -> [Tensor] {
    try invoke(arguments) { results in
      let list = results[0]
      defer { Torch.api.pointee.free_tensors(list.as.tensors) }
      return (0..<Int(list.count)).map { Tensor(owning: list.as.tensors[$0]!) }
    }
  }

  /// Calls an operator that returns a number.
  func number(_ arguments: Argument...) throws -> Double {
    try invoke(arguments) { results in
      results[0].tag == Int32(CTORCH_NUMBER.rawValue) ? results[0].as.number : Double(results[0].as.integer)
    }
  }

  /// Calls an operator for its effect, dropping whatever it returns.
  func run(_ arguments: Argument...) throws {
    try invoke(arguments) { results in
      for result in results where result.tag == Int32(CTORCH_TENSOR.rawValue) {
        Torch.api.pointee.release(result.as.tensor)
      }
    }
  }
}
