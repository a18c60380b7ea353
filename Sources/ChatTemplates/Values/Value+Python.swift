// What Python says of values: their type's name, truth, equality, hash.
extension Value {
  static func text(_ string: String) -> Value { .text(Text(string)) }

  /// The name of the type in Python, for messages.
  var typeName: String {
    switch self {
    case .undefined: "Undefined"
    case .none: "NoneType"
    case .bool: "bool"
    case .integer: "int"
    case .float: "float"
    case .text: "str"
    case .list: "list"
    case .tuple: "tuple"
    case .dict: "dict"
    case .range: "range"
    case .view(let view, _): view.rawValue
    case .iterator: "generator"
    case .namespace: "Namespace"
    case .macro: "Macro"
    case .loop: "LoopContext"
    case .method: "method"
    case .function: "function"
    }
  }

  var isTrue: Bool {
    switch self {
    case .undefined, .none: false
    case .bool(let value): value
    case .integer(let value): value != 0
    case .float(let value): value != 0
    case .text(let text): !text.isEmpty
    case .list(let elements), .tuple(let elements): !elements.values.isEmpty
    case .dict(let members), .view(_, let members): !members.keys.isEmpty
    case .range(let range): range.count > 0
    case .iterator, .namespace, .macro, .loop, .method, .function: true
    }
  }

  var isUndefined: Bool { if case .undefined = self { true } else { false } }
  var isNone: Bool { if case .none = self { true } else { false } }
  var isCallable: Bool {
    switch self {
    case .macro, .method, .function, .loop, .undefined: true
    default: false
    }
  }

  /// A whole number, which a bool is too.
  var asInteger: Int? {
    switch self {
    case .bool(let value): value ? 1 : 0
    case .integer(let value): value
    default: nil
    }
  }

  var asText: Text? { if case .text(let text) = self { text } else { nil } }

  /// How deep a walk over the value recurses.
  var depth: Int {
    switch self {
    case .list(let elements), .tuple(let elements): elements.depth
    case .dict(let members), .view(_, let members): members.depth
    case .iterator(let sequence): sequence.depth
    case .method(let method): method.receiver.depth + 1
    case .loop(let loop): loop.depth
    default: 0
    }
  }

  /// How many values a walk over it visits.
  var weight: Int {
    switch self {
    case .list(let elements), .tuple(let elements): elements.weight
    case .dict(let members), .view(_, let members): members.weight
    case .text(let text): 1 + text.count >> 5
    default: 1
    }
  }

  /// Whether Python would take it as the key of a dict.
  var isHashable: Bool {
    switch self {
    case .list, .dict, .view: false
    case .tuple(let elements): elements.values.allSatisfy(\.isHashable)
    default: true
    }
  }
}

extension Value: Hashable {
  /// Python's `==`. Numbers compare across types; lists, tuples and dicts by what they hold; the rest by identity. Costs
  /// as much as the lesser ``weight``, which callers charge.
  static func == (left: Value, right: Value) -> Bool {
    switch (left, right) {
    case (.undefined, .undefined), (.none, .none): true
    case (.text(let left), .text(let right)): left == right
    case (.list(let left), .list(let right)), (.tuple(let left), .tuple(let right)):
      left === right || left.values == right.values
    case (.dict(let left), .dict(let right)):
      left === right
        || left.keys.count == right.keys.count
          && zip(left.keys, left.values).allSatisfy { key, value in right.value(of: key) == value }
    case (.range(let left), .range(let right)):
      left.count == right.count && (left.count == 0 || left.start == right.start)
        && (left.count <= 1 || left.step == right.step)
    case (.view(let left, let leftMembers), .view(let right, let rightMembers)):
      left == right && left != .values && Value.dict(leftMembers) == Value.dict(rightMembers)
    case (.iterator(let left), .iterator(let right)): left === right
    case (.namespace(let left), .namespace(let right)): left === right
    case (.macro(let left), .macro(let right)): left === right
    case (.loop(let left), .loop(let right)): left === right
    case (.method(let left), .method(let right)): left === right
    case (.function(let left), .function(let right)): left == right
    default: Number(left).flatMap { left in Number(right).map { left.equals($0) } } ?? false
    }
  }

  func hash(into hasher: inout Hasher) {
    switch self {
    case .text(let text): hasher.combine(text)
    case .tuple(let elements): hasher.combine(elements.values)
    case .bool, .integer: hasher.combine(asInteger)
    case .float(let value):
      if let whole = Int(exactly: value) { hasher.combine(Optional(whole)) } else { hasher.combine(value) }
    default: hasher.combine(typeName)
    }
  }
}

/// A number of either kind, bools among them.
enum Number {
  case integer(Int)
  case float(Double)

  init?(_ value: Value) {
    switch value {
    case .bool(let value): self = .integer(value ? 1 : 0)
    case .integer(let value): self = .integer(value)
    case .float(let value): self = .float(value)
    default: return nil
    }
  }

  var double: Double {
    switch self {
    case .integer(let value): Double(value)
    case .float(let value): value
    }
  }

  func equals(_ other: Number) -> Bool {
    switch (self, other) {
    case (.integer(let left), .integer(let right)): left == right
    case (.float(let left), .float(let right)): left == right
    case (.integer(let whole), .float(let value)), (.float(let value), .integer(let whole)):
      Int(exactly: value) == whole
    }
  }

  /// Exact also where a whole number has no `Double`.
  func isLess(than other: Number) -> Bool {
    switch (self, other) {
    case (.integer(let left), .integer(let right)): left < right
    case (.float(let left), .float(let right)): left < right
    case (.integer(let whole), .float(let value)): Number.compare(whole, value) < 0
    case (.float(let value), .integer(let whole)): !value.isNaN && Number.compare(whole, value) > 0
    }
  }

  private static func compare(_ whole: Int, _ value: Double) -> Int {
    if value.isNaN { return 1 }
    if value >= 0x1p63 { return -1 }
    if value < -0x1p63 { return 1 }
    let floor = value.rounded(.down)
    let bottom = Int(floor)
    if whole != bottom { return whole < bottom ? -1 : 1 }
    return floor < value ? -1 : 0
  }
}
