/// A value while a template is rendered. As in the sandbox that transformers renders in, nothing but a namespace can be
/// changed, so values are freely shared.
enum Value {
  case undefined(Undefined)
  case none
  case bool(Bool)
  case integer(Int)
  case float(Double)
  case text(Text)
  case list(Elements)
  case tuple(Elements)
  case dict(Members)
  case range(NumberRange)
  /// What `keys()`, `values()` and `items()` give.
  case view(Members.View, Members)
  case iterator(LazySequence)
  case namespace(Namespace)
  case macro(Macro)
  case loop(LoopState)
  case method(Method)
  case function(GlobalFunction)
}

/// Something that is not there, and why. It prints as nothing and is false; asking more of it is an error.
final class Undefined {
  let message: String
  /// An attribute that exists and that the sandbox keeps closed.
  let isForbidden: Bool

  init(_ message: String, isForbidden: Bool = false) {
    self.message = message
    self.isForbidden = isForbidden
  }
}

/// The elements of a list or tuple, with what bounds walks over them.
final class Elements {
  let values: [Value]
  /// How deep values nest in it: the recursion of a walk.
  let depth: Int
  /// How many values a walk visits. Shared parts count as often as they are reached.
  let weight: Int

  init(_ values: [Value], depth: Int, weight: Int) {
    self.values = values
    self.depth = depth
    self.weight = weight
  }
}

/// The members of a dict, in order.
final class Members {
  let keys: [Value]
  let values: [Value]
  let depth: Int
  let weight: Int
  private let places: [Value: Int]

  enum View: String {
    case keys = "dict_keys"
    case values = "dict_values"
    case items = "dict_items"
  }

  /// Of two equal keys the first stays, with the last value, as in Python. Keys have to be hashable.
  init(_ pairs: [(Value, Value)], depth: Int, weight: Int) {
    var keys: [Value] = []
    var values: [Value] = []
    var places: [Value: Int] = [:]
    for (key, value) in pairs {
      if let place = places[key] {
        values[place] = value
      } else {
        places[key] = keys.count
        keys.append(key)
        values.append(value)
      }
    }
    (self.keys, self.values, self.places, self.depth, self.weight) = (keys, values, places, depth, weight)
  }

  func value(of key: Value) -> Value? { places[key].map { values[$0] } }
}

/// Python's `range`: never written out.
struct NumberRange {
  let start: Int
  /// The bound it was made with, for printing.
  let end: Int
  let step: Int
  let count: Int

  func number(at index: Int) -> Int { start &+ index &* step }
}

/// A sequence that is worked out as it is asked for, once: what Jinja's `map` and `select` give.
final class LazySequence {
  typealias Pull = () throws(TemplateError) -> Value?

  let depth: Int
  private var pull: Pull?

  init(depth: Int, _ pull: @escaping Pull) {
    self.depth = depth
    self.pull = pull
  }

  func next() throws(TemplateError) -> Value? {
    guard let pull, let value = try pull() else {
      self.pull = nil
      return nil
    }
    return value
  }
}

/// The one value that can change. The renderer keeps all of them, and empties them at its end: one may hold itself.
final class Namespace {
  var names: [Value] = []
  var attributes: [Value: Value] = [:]

  func set(_ name: Value, to value: Value) {
    if attributes.updateValue(value, forKey: name) == nil { names.append(name) }
  }
}

final class Macro {
  let definition: MacroDefinition
  /// Where it was written: what its body sees.
  let scope: Scope

  init(_ definition: MacroDefinition, scope: Scope) {
    self.definition = definition
    self.scope = scope
  }
}

/// A method with the value it belongs to.
final class Method {
  let receiver: Value
  let name: String

  init(_ receiver: Value, _ name: String) {
    self.receiver = receiver
    self.name = name
  }
}

enum GlobalFunction: String, CaseIterable {
  case range
  case dict
  case namespace
  case raiseException = "raise_exception"
  case strftimeNow = "strftime_now"
}

/// Variables of a block, and the block around it.
final class Scope {
  var variables: [String: Value] = [:]
  let parent: Scope?

  init(inside parent: Scope?) { self.parent = parent }

  func find(_ name: String) -> Value? {
    var scope: Scope? = self
    while let current = scope {
      if let value = current.variables[name] { return value }
      scope = current.parent
    }
    return nil
  }
}
