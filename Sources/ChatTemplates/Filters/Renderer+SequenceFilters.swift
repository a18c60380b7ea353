extension Renderer {
  func applySequence(_ name: String, to value: Value, _ arguments: CallArguments) throws(TemplateError) -> Value {
    switch name {
    case "length", "count":
      _ = try arguments.bound(to: [], of: name, self)
      return .integer(try length(of: value))
    case "first":
      _ = try arguments.bound(to: [], of: name, self)
      return try elements(of: value)() ?? .undefined(Undefined("there is no first element: the sequence is empty"))
    case "last", "reverse":
      _ = try arguments.bound(to: [], of: name, self)
      return name == "last" ? try last(value) : try reverse(value)
    case "list":
      _ = try arguments.bound(to: [], of: name, self)
      return try makeList(try list(value))
    case "join":
      let values = try arguments.bound(to: ["d", "attribute"], of: name, self)
      let separator = try values[0].map { value throws(TemplateError) in try describe(value) } ?? Text()
      var parts: [Text] = []
      for element in try list(value) {
        parts.append(try describe(try pick(values[1], from: element)))
      }
      return try join(parts, with: separator)
    case "items":
      _ = try arguments.bound(to: [], of: name, self)
      if value.isUndefined { return try makeLazy(over: value) { () throws(TemplateError) in nil } }
      guard case .dict(let members) = value else { throw invalid("items takes a dict, not \(value.typeName)") }
      return try lazy(.view(.items, members))
    case "dictsort": return try sortDict(value, arguments)
    case "batch", "slice": return try divide(name, value, arguments)
    case "sum":
      let values = try arguments.bound(to: ["attribute", "start"], of: name, self)
      var sum = values[1] ?? .integer(0)
      if sum.asText != nil { throw invalid("sum adds no strings: use join") }
      for element in try list(value) { sum = try combine(sum, .add, try pick(values[0], from: element)) }
      return sum
    default: return try order(name, value, arguments)
    }
  }

  private func lazy(_ value: Value) throws(TemplateError) -> Value {
    try makeLazy(over: value, try elements(of: value))
  }

  private func last(_ value: Value) throws(TemplateError) -> Value {
    guard count(of: value) != nil else { throw invalid("a \(value.typeName) has no last element") }
    switch value {
    case .text(let text): return text.scalars.last.map { .text(Text([$0])) } ?? noLast
    case .list(let elements), .tuple(let elements): return elements.values.last ?? noLast
    default: return try list(value).last ?? noLast
    }
  }

  private var noLast: Value { .undefined(Undefined("there is no last element: the sequence is empty")) }

  private func reverse(_ value: Value) throws(TemplateError) -> Value {
    if let text = value.asText { return try makeText(Text(text.scalars.reversed(), isSafe: text.isSafe)) }
    let reversed = Array(try list(value).reversed())
    if case .iterator = value { return try makeList(reversed) }
    return try lazy(try makeList(reversed))
  }

  private func divide(_ name: String, _ value: Value, _ arguments: CallArguments) throws(TemplateError) -> Value {
    let values = try arguments.bound(to: ["count", "fill_with"], required: 1, of: name, self)
    guard let size = values[0]?.asInteger else { throw invalid("\(name) needs a whole number") }
    let fill = values[1].flatMap { $0.isNone ? nil : $0 }
    let elements = try list(value)
    var parts: [Value] = []
    if name == "batch" {
      var start = 0
      if size == 0, !elements.isEmpty { parts.append(try makeList([])) }
      while start < elements.count {
        let end = size > 0 && size < elements.count - start ? start + size : elements.count
        var part = Array(elements[start..<end])
        if let fill, part.count < size {
          guard size <= limits.elements else { throw failure(.limit(.elements, allowed: limits.elements)) }
          part += Array(repeating: fill, count: size - part.count)
        }
        parts.append(try makeList(part))
        start = end
      }
    } else {
      guard size != 0 else { throw invalid("division by zero") }
      let (each, rest) = size > 0 ? (elements.count / size, elements.count % size) : (0, 0)
      var start = 0
      for index in 0..<max(0, size) {
        try charge()
        let end = start + each + (index < rest ? 1 : 0)
        let part = elements[start..<end] + (index >= rest ? fill.map { [$0] } ?? [] : [])
        parts.append(try makeList(Array(part)))
        start = end
      }
    }
    return try lazy(try makeList(parts))
  }
}

// Order.
extension Renderer {
  private func order(_ name: String, _ value: Value, _ arguments: CallArguments) throws(TemplateError) -> Value {
    if name == "sort" {
      let values = try arguments.bound(to: ["reverse", "case_sensitive", "attribute"], of: name, self)
      let isSensitive = values[1]?.isTrue == true
      var attributes: [Value?] = [values[2]]
      if let several = values[2]?.asText { attributes = several.split(by: ",", limit: .max).map { .text($0) } }
      var keyed: [(key: Value, value: Value)] = []
      for element in try list(value) {
        var keys: [Value] = []
        for attribute in attributes {
          keys.append(try key(try pick(attribute, from: element), isSensitive))
        }
        keyed.append((try makeList(keys), element))
      }
      return try makeList(try sorted(keyed, reverse: values[0]?.isTrue == true))
    }
    let values = try arguments.bound(to: ["case_sensitive", "attribute"], of: name, self)
    let isSensitive = values[0]?.isTrue == true
    if name == "unique" {
      var seen: Set<Value> = []
      var kept: [Value] = []
      for element in try list(value) {
        let key = try key(try pick(values[1], from: element), isSensitive)
        try charge(key.weight)
        guard key.isHashable else { throw invalid("unique cannot tell values of type \(key.typeName) apart") }
        if seen.insert(key).inserted { kept.append(element) }
      }
      return try lazy(try makeList(kept))
    }
    var best: (key: Value, value: Value)?
    for element in try list(value) {
      let key = try key(try pick(values[1], from: element), isSensitive)
      if let current = best {
        let isBetter = name == "max" ? try isLess(current.key, key) : try isLess(key, current.key)
        if isBetter { best = (key, element) }
      } else {
        best = (key, element)
      }
    }
    return best?.value ?? .undefined(Undefined("there is nothing to compare: the sequence is empty"))
  }

  /// What is compared: strings in lower case, unless case counts.
  private func key(_ value: Value, _ isSensitive: Bool) throws(TemplateError) -> Value {
    guard !isSensitive, let text = value.asText else { return value }
    try charge(mapping: text)
    return try makeText(text.lowercased)
  }

  private func sortDict(_ value: Value, _ arguments: CallArguments) throws(TemplateError) -> Value {
    let values = try arguments.bound(to: ["case_sensitive", "by", "reverse"], of: "dictsort", self)
    if case .undefined(let undefined) = value { throw failure(undefined) }
    guard case .dict(let members) = value else { throw invalid("dictsort takes a dict, not \(value.typeName)") }
    let by = values[1]?.asText?.string ?? "key"
    guard by == "key" || by == "value" else { throw invalid("dictsort sorts by key or value, not \(by)") }
    var keyed: [(key: Value, value: Value)] = []
    for (name, member) in zip(members.keys, members.values) {
      let key = try key(by == "key" ? name : member, values[0]?.isTrue == true)
      keyed.append((key, try makeTuple([name, member])))
    }
    return try makeList(try sorted(keyed, reverse: values[2]?.isTrue == true))
  }

  /// Merge sort, which leaves equal elements in their order, also when it sorts downwards.
  private func sorted(_ keyed: [(key: Value, value: Value)], reverse: Bool) throws(TemplateError) -> [Value] {
    var source = keyed
    var width = 1
    while width < source.count {
      var merged: [(key: Value, value: Value)] = []
      merged.reserveCapacity(source.count)
      for start in stride(from: 0, to: source.count, by: 2 * width) {
        let middle = min(start + width, source.count)
        let end = min(start + 2 * width, source.count)
        var (left, right) = (start, middle)
        while left < middle, right < end {
          try charge()
          let takesRight =
            reverse
            ? try isLess(source[left].key, source[right].key) : try isLess(source[right].key, source[left].key)
          if takesRight {
            merged.append(source[right])
            right += 1
          } else {
            merged.append(source[left])
            left += 1
          }
        }
        merged += source[left..<middle]
        merged += source[right..<end]
      }
      source = merged
      width *= 2
    }
    return source.map(\.value)
  }
}

// Attributes by name, and filters that work element by element.
extension Renderer {
  /// `value.a.0.b` for the attribute "a.0.b"; the value itself where there is no attribute.
  func pick(_ attribute: Value?, from value: Value, fallback: Value? = nil) throws(TemplateError) -> Value {
    guard let attribute, !attribute.isNone else { return value }
    try charge(attribute.weight)
    var parts = [attribute]
    if let path = attribute.asText {
      parts = path.split(by: ".", limit: .max).map { part in
        let isNumber = !part.isEmpty && part.scalars.allSatisfy(\.isASCIIDigit)
        return isNumber ? Int(part.string).map(Value.integer) ?? .text(part) : .text(part)
      }
    }
    var found = value
    for part in parts {
      try charge()
      found = try item(part, of: found)
      if let fallback, !fallback.isNone, found.isUndefined { found = fallback }
    }
    return found
  }

  func applyLazy(_ name: String, to value: Value, _ arguments: CallArguments) throws(TemplateError) -> Value {
    guard value.isTrue else { return try makeLazy(over: .none) { () throws(TemplateError) in nil } }
    let pull = try elements(of: value)
    if name == "map" {
      let transform = try mapping(arguments)
      return try makeLazy(over: value) { () throws(TemplateError) in
        guard let element = try pull() else { return nil }
        return try transform(element)
      }
    }
    let isKept = try condition(name, arguments)
    let keeps = name.hasPrefix("select")
    return try makeLazy(over: value) { () throws(TemplateError) in
      while let element = try pull() {
        if try isKept(element) == keeps { return element }
      }
      return nil
    }
  }

  private func mapping(
    _ arguments: CallArguments
  ) throws(TemplateError) -> (Value) throws(TemplateError) -> Value {
    if arguments.positional.isEmpty, arguments.keywords.contains(where: { $0.name == "attribute" }) {
      let values = try arguments.bound(to: ["attribute", "default"], of: "map", self)
      return { [unowned self] element throws(TemplateError) in
        try self.pick(values[0], from: element, fallback: values[1])
      }
    }
    guard let name = arguments.positional.first?.asText?.string else {
      throw invalid("map needs the name of a filter, or attribute=")
    }
    let rest = CallArguments(positional: Array(arguments.positional.dropFirst()), keywords: arguments.keywords)
    return { [unowned self] element throws(TemplateError) in
      try self.deeper { () throws(TemplateError) in try self.apply(name, to: element, rest) }
    }
  }

  private func condition(
    _ filter: String, _ arguments: CallArguments
  ) throws(TemplateError) -> (Value) throws(TemplateError) -> Bool {
    var rest = arguments
    var attribute: Value?
    if filter.hasSuffix("attr") {
      guard !rest.positional.isEmpty else { throw invalid("\(filter) needs the name of an attribute") }
      attribute = rest.positional.removeFirst()
    }
    guard !rest.positional.isEmpty else {
      return { [unowned self] element throws(TemplateError) in try self.pick(attribute, from: element).isTrue }
    }
    guard let name = rest.positional.removeFirst().asText?.string else {
      throw invalid("\(filter) needs the name of a test")
    }
    let testArguments = rest
    return { [unowned self] element throws(TemplateError) in
      try self.test(name, try self.pick(attribute, from: element), testArguments)
    }
  }
}
