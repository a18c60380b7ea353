internal import CTorch

/// One argument of an operator, in the kinds the dispatcher knows.
enum Argument {
  /// What the schema says.
  case standard
  case none
  case tensor(Tensor)
  case optionalTensor(Tensor?)
  case int(Int)
  case double(Double)
  case bool(Bool)
  case string(String)
  case ints([Int])
  case doubles([Double])
  case bools([Bool])
  case tensors([Tensor])
  case dtype(DType?)
  case device(Device?)
  case generator(Generator?)
}

/// The arguments of one call in C's form, with the memory they point to.
///
/// Invariant: every pointer lies in `scratch` or in a tensor of the caller's, and is valid until `deinit`.
struct ArgumentFrame: ~Copyable {
  private var scratch: [UnsafeMutableRawPointer] = []
  private(set) var values: [ctorch_value] = []

  init(_ arguments: [Argument]) {
    values.reserveCapacity(arguments.count)
    for argument in arguments { values.append(convert(argument)) }
  }

  deinit { for memory in scratch { memory.deallocate() } }

  private mutating func copy<Element>(_ elements: [Element]) -> UnsafeMutablePointer<Element> {
    let memory = UnsafeMutablePointer<Element>.allocate(capacity: max(1, elements.count))
    memory.initialize(from: elements, count: elements.count)
    scratch.append(UnsafeMutableRawPointer(memory))
    return memory
  }

  private mutating func convert(_ argument: Argument) -> ctorch_value {
    var value = ctorch_value()
    func tag(_ tag: ctorch_tag) { value.tag = Int32(tag.rawValue) }
    switch argument {
    case .standard:
      tag(CTORCH_DEFAULT)
    case .none, .optionalTensor(.none), .dtype(.none), .device(.none), .generator(.none):
      tag(CTORCH_NONE)
    case .tensor(let tensor), .optionalTensor(.some(let tensor)):
      tag(CTORCH_TENSOR)
      value.as.tensor = tensor.handle
    case .int(let integer):
      tag(CTORCH_INTEGER)
      value.as.integer = Int64(integer)
    case .double(let number):
      tag(CTORCH_NUMBER)
      value.as.number = number
    case .bool(let boolean):
      tag(CTORCH_BOOLEAN)
      value.as.integer = boolean ? 1 : 0
    case .string(let string):
      tag(CTORCH_STRING)
      let bytes = Array(string.utf8)
      value.count = Int32(bytes.count)
      value.as.string = UnsafeRawPointer(copy(bytes)).assumingMemoryBound(to: CChar.self)
    case .ints(let integers):
      tag(CTORCH_INTEGERS)
      value.count = Int32(integers.count)
      value.as.integers = UnsafePointer(copy(integers.map(Int64.init)))
    case .doubles(let numbers):
      tag(CTORCH_NUMBERS)
      value.count = Int32(numbers.count)
      value.as.numbers = UnsafePointer(copy(numbers))
    case .bools(let booleans):
      tag(CTORCH_BOOLEANS)
      value.count = Int32(booleans.count)
      value.as.integers = UnsafePointer(copy(booleans.map { $0 ? 1 : 0 }))
    case .tensors(let tensors):
      tag(CTORCH_TENSORS)
      value.count = Int32(tensors.count)
      value.as.tensors = UnsafePointer(copy(tensors.map { Optional($0.handle) }))
    case .dtype(.some(let dtype)):
      tag(CTORCH_DTYPE)
      value.as.integer = Int64(dtype.rawValue)
    case .device(.some(let device)):
      tag(CTORCH_DEVICE)
      value.as.device = device.raw
    case .generator(.some(let generator)):
      tag(CTORCH_GENERATOR)
      value.as.generator = generator.handle
    }
    return value
  }
}

extension Argument {
  /// How an error message shows it.
  var summary: String {
    switch self {
    case .standard: "default"
    case .none, .optionalTensor(.none), .dtype(.none), .device(.none), .generator(.none): "none"
    case .tensor(let tensor), .optionalTensor(.some(let tensor)): tensor.description
    case .int(let value): String(value)
    case .double(let value): String(value)
    case .bool(let value): String(value)
    case .string(let value): "\"\(value)\""
    case .ints(let values): "(\(values.map(String.init).joined(separator: ", ")))"
    case .doubles(let values): "(\(values.map { String($0) }.joined(separator: ", ")))"
    case .bools(let values): "(\(values.map { String($0) }.joined(separator: ", ")))"
    case .tensors(let tensors): "\(tensors.count) tensors"
    case .dtype(.some(let dtype)): dtype.description
    case .device(.some(let device)): device.description
    case .generator: "generator"
    }
  }
}
