import OpenAIWire

extension JSONSchema {
  /// One document being looked at.
  struct Application {
    let schema: JSONSchema
    private var steps = 0
    /// References that are being followed without having gone deeper into the document.
    private var following: Set<Following> = []

    private struct Following: Hashable {
      let node: Int
      let place: String
    }

    init(schema: JSONSchema) { self.schema = schema }

    mutating func problems(
      of value: JSONValue, by index: Int, at place: String, depth: Int
    ) throws(EvaluationError) -> [SchemaProblem] {
      steps += 1
      guard steps <= schema.limits.steps else {
        throw .tooLarge(what: "a schema takes more steps on this document", limit: "\(schema.limits.steps)")
      }
      guard depth <= schema.limits.depth * 2 else {
        throw .tooLarge(what: "a schema and its document go deeper", limit: "\(schema.limits.depth * 2)")
      }
      let node = schema.nodes[index]
      if let verdict = node.verdict {
        return verdict ? [] : [problem(place, node, "", "must not be there")]
      }
      var found: [SchemaProblem] = []
      if let reference = node.reference {
        let step = Following(node: index, place: place)
        guard following.insert(step).inserted else {
          throw .badSchema(pointer: node.pointer, reason: "its $ref leads back to itself")
        }
        found += try problems(of: value, by: reference, at: place, depth: depth + 1)
        following.remove(step)
      }
      found += simple(value, node, place)
      switch value {
      case .string(let text): found += try strings(text, node, place)
      case .integer, .number: found += numbers(value.double ?? 0, node, place)
      case .object(let object): found += try objects(object, node, place, depth)
      case .array(let elements): found += try arrays(elements, node, place, depth)
      case .null, .boolean: break
      }
      found += try combinations(value, node, place, depth)
      return Array(found.prefix(schema.limits.problems))
    }

    private mutating func isValid(
      _ value: JSONValue, _ index: Int, _ place: String, _ depth: Int
    ) throws(EvaluationError) -> Bool {
      try problems(of: value, by: index, at: place, depth: depth + 1).isEmpty
    }

    private func problem(_ place: String, _ node: Node, _ keyword: String, _ reason: String) -> SchemaProblem {
      SchemaProblem(
        place: place, keyword: keyword.isEmpty ? node.pointer : node.pointer + "/" + keyword, reason: reason)
    }

    private func simple(_ value: JSONValue, _ node: Node, _ place: String) -> [SchemaProblem] {
      var found: [SchemaProblem] = []
      if let types = node.types, !types.contains(where: { Self.isOf($0, value) }) {
        found.append(problem(place, node, "type", "must be \(types.joined(separator: " or ")), not \(value.kind)"))
      }
      if let constants = node.constants, !constants.contains(JSONIdentity(value)) {
        let wanted = node.constantTexts.joined(separator: ", ")
        found.append(problem(place, node, "enum", "must be one of \(wanted), not \(value.text.shown)"))
      }
      return found
    }

    private static func isOf(_ type: String, _ value: JSONValue) -> Bool {
      switch (type, value) {
      case ("null", .null), ("boolean", .boolean), ("string", .string), ("array", .array), ("object", .object),
        ("number", .integer), ("number", .number), ("integer", .integer):
        true
      case ("integer", .number(let number)): number.rounded() == number
      default: false
      }
    }

    private func size(
      _ count: Int, _ rules: SizeRules, _ what: String, _ keyword: String, _ node: Node, _ place: String
    ) -> [SchemaProblem] {
      var found: [SchemaProblem] = []
      if let minimum = rules.minimum, count < minimum {
        found.append(problem(place, node, "min" + keyword, "has \(count) \(what), at least \(minimum) are needed"))
      }
      if let maximum = rules.maximum, count > maximum {
        found.append(problem(place, node, "max" + keyword, "has \(count) \(what), at most \(maximum) may be there"))
      }
      return found
    }

    private func strings(_ text: String, _ node: Node, _ place: String) throws(EvaluationError) -> [SchemaProblem] {
      var found = size(text.unicodeScalars.count, node.lengths, "characters", "Length", node, place)
      if let pattern = node.pattern, try !pattern.isFound(in: text) {
        found.append(problem(place, node, "pattern", "\"\(text.shown)\" does not match \(pattern.source.shown)"))
      }
      return found
    }

    private func numbers(_ number: Double, _ node: Node, _ place: String) -> [SchemaProblem] {
      let rules = node.numbers
      var found: [SchemaProblem] = []
      func must(_ holds: Bool, _ keyword: String, _ what: String) {
        if !holds { found.append(problem(place, node, keyword, "must be \(what), not \(number)")) }
      }
      if let bound = rules.minimum { must(number >= bound, "minimum", "\(bound) or more") }
      if let bound = rules.maximum { must(number <= bound, "maximum", "\(bound) or less") }
      if let bound = rules.exclusiveMinimum { must(number > bound, "exclusiveMinimum", "more than \(bound)") }
      if let bound = rules.exclusiveMaximum { must(number < bound, "exclusiveMaximum", "less than \(bound)") }
      if let divisor = rules.multipleOf {
        must(DecimalMultiple.holds(number, of: divisor), "multipleOf", "a multiple of \(divisor)")
      }
      return found
    }

    private mutating func objects(
      _ object: JSONObject, _ node: Node, _ place: String, _ depth: Int
    ) throws(EvaluationError) -> [SchemaProblem] {
      let rules = node.object
      let names = Set(object.members.map(\.name))
      var found = size(object.members.count, rules.size, "members", "Properties", node, place)
      for name in rules.required where !names.contains(name) {
        found.append(problem(place, node, "required", "lacks \"\(name.shown)\""))
      }
      for (name, others) in rules.dependentRequired.sorted(by: { $0.key < $1.key }) where names.contains(name) {
        for other in others where !names.contains(other) {
          found.append(
            problem(place, node, "dependentRequired", "has \"\(name.shown)\" and lacks \"\(other.shown)\""))
        }
      }
      for (name, index) in rules.dependentSchemas.sorted(by: { $0.key < $1.key }) where names.contains(name) {
        found += try problems(of: .object(object), by: index, at: place, depth: depth + 1)
      }
      for member in object.members {
        if found.count >= schema.limits.problems { break }
        let inner = place + "/" + Compiler.escaped(member.name)
        var isKnown = false
        if let index = rules.properties[member.name] {
          isKnown = true
          found += try problems(of: member.value, by: index, at: inner, depth: depth + 1)
        }
        for (pattern, index) in rules.patterns where try pattern.isFound(in: member.name) {
          isKnown = true
          found += try problems(of: member.value, by: index, at: inner, depth: depth + 1)
        }
        if !isKnown, let index = rules.additional {
          found += try problems(of: member.value, by: index, at: inner, depth: depth + 1)
        }
        if let index = rules.names {
          found += try problems(of: .string(member.name), by: index, at: inner, depth: depth + 1)
        }
      }
      return found
    }

    private mutating func arrays(
      _ elements: [JSONValue], _ node: Node, _ place: String, _ depth: Int
    ) throws(EvaluationError) -> [SchemaProblem] {
      let rules = node.array
      var found = size(elements.count, rules.size, "elements", "Items", node, place)
      if rules.isUnique, Set(elements.map(JSONIdentity.init)).count != elements.count {
        found.append(problem(place, node, "uniqueItems", "has an element twice"))
      }
      for (position, element) in elements.enumerated() {
        if found.count >= schema.limits.problems { break }
        guard let index = position < rules.prefix.count ? rules.prefix[position] : rules.items else { continue }
        found += try problems(of: element, by: index, at: "\(place)/\(position)", depth: depth + 1)
      }
      if let index = rules.contains {
        var count = 0
        for (position, element) in elements.enumerated()
        where try isValid(element, index, "\(place)/\(position)", depth) {
          count += 1
        }
        let wanted = SizeRules(minimum: rules.containsSize.minimum ?? 1, maximum: rules.containsSize.maximum)
        found += size(count, wanted, "elements that `contains` asks for", "Contains", node, place)
      }
      return found
    }

    private mutating func combinations(
      _ value: JSONValue, _ node: Node, _ place: String, _ depth: Int
    ) throws(EvaluationError) -> [SchemaProblem] {
      var found: [SchemaProblem] = []
      for index in node.allOf { found += try problems(of: value, by: index, at: place, depth: depth + 1) }
      if let choices = node.anyOf {
        var isMet = false
        for index in choices {
          isMet = try isValid(value, index, place, depth)
          if isMet { break }
        }
        if !isMet { found.append(problem(place, node, "anyOf", "fits none of \(choices.count) schemas")) }
      }
      if let choices = node.oneOf {
        var count = 0
        for index in choices where try isValid(value, index, place, depth) { count += 1 }
        if count != 1 {
          found.append(problem(place, node, "oneOf", "fits \(count) of \(choices.count) schemas, not just one"))
        }
      }
      if let index = node.not, try isValid(value, index, place, depth) {
        found.append(problem(place, node, "not", "fits a schema that it must not fit"))
      }
      if let condition = node.condition {
        let branch = try isValid(value, condition, place, depth) ? node.then : node.otherwise
        if let branch { found += try problems(of: value, by: branch, at: place, depth: depth + 1) }
      }
      return found
    }
  }
}
