/// A map of the plan whose keys are known beforehand; reading it refuses all others.
package struct PlanSection {
  package let path: String
  package let line: Int?
  private let entries: [String: PlanEntry]

  /// - Parameter path: the keys that lead here, empty for the plan itself.
  package init(_ node: PlanNode, path: String, known: [String]) throws {
    guard case .map(let entries, let line) = node else {
      throw PlanError.wrongType(
        PlanError.Place(path.isEmpty ? "the plan" : path, line: node.line),
        expected: "a map with the keys \(known.joined(separator: ", "))", found: node.kind)
    }
    self.path = path
    self.line = line
    var byKey: [String: PlanEntry] = [:]
    for entry in entries {
      guard known.contains(entry.key) else {
        throw PlanError.unknownKey(
          PlanError.Place(Self.join(path, entry.key), line: entry.line),
          nearest: NearestName.of(entry.key, among: known), known: known)
      }
      byKey[entry.key] = entry
    }
    self.entries = byKey
  }

  package static func join(_ path: String, _ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

  package func place(_ key: String) -> PlanError.Place {
    PlanError.Place(Self.join(path, key), line: entries[key]?.line ?? line)
  }

  /// The node under a key; a key with nothing behind it is an error, for it was meant to say something.
  package func node(_ key: String) throws -> PlanNode? {
    guard let entry = entries[key] else { return nil }
    if entry.value.isNothing {
      throw PlanError.empty(place(key), mend: "Give it a value, or leave the key out.")
    }
    return entry.value
  }

  package func missing(_ key: String, mend: String) -> PlanError {
    .missingKey(PlanError.Place(Self.join(path, key), line: line), mend: mend)
  }

  package func wrongType(_ key: String, expected: String, found: PlanNode) -> PlanError {
    .wrongType(place(key), expected: expected, found: found.kind)
  }

  package func text(_ key: String) throws -> String? {
    guard let node = try node(key) else { return nil }
    guard case .scalar(let text, _, _) = node else { throw wrongType(key, expected: "text", found: node) }
    return text
  }

  package func count(_ key: String, in range: ClosedRange<Int>) throws -> Int? {
    guard let node = try node(key) else { return nil }
    guard case .scalar(let text, _, _) = node, let count = PlanScalars.count(text) else {
      throw wrongType(key, expected: "a whole number such as 2048, 120k or 1.5M", found: node)
    }
    guard range.contains(count) else {
      throw PlanError.impossible(
        place(key), reason: "\(count) is outside \(range.lowerBound) to \(range.upperBound).")
    }
    return count
  }

  package func number(_ key: String, in range: ClosedRange<Double>, unit: String) throws -> Double? {
    guard let node = try node(key) else { return nil }
    guard case .scalar(let text, false, _) = node, let number = Double(text), number.isFinite else {
      throw wrongType(key, expected: "a number of \(unit)", found: node)
    }
    guard range.contains(number) else {
      throw PlanError.impossible(
        place(key), reason: "\(text) \(unit) is outside \(range.lowerBound) to \(range.upperBound).")
    }
    return number
  }

  package func duration(_ key: String, in range: ClosedRange<Duration>) throws -> Duration? {
    guard let node = try node(key) else { return nil }
    guard case .scalar(let text, _, _) = node, let duration = PlanScalars.duration(text) else {
      throw wrongType(key, expected: "a duration with its unit, such as 20ms, 1.5s, 15min or 2h", found: node)
    }
    guard range.contains(duration) else {
      throw PlanError.impossible(
        place(key), reason: "\(text) is outside \(range.lowerBound) to \(range.upperBound).")
    }
    return duration
  }

  package func list(_ key: String, of what: String) throws -> [PlanNode]? {
    guard let node = try node(key) else { return nil }
    guard case .list(let items, _) = node else { throw wrongType(key, expected: "a list of \(what)", found: node) }
    return items
  }

  /// Whether the key stands there, with something behind it or not.
  package func has(_ key: String) -> Bool { entries[key] != nil }

  /// A program with its arguments.
  package func command(_ key: String, placeholders: [String] = CommandTemplate.known) throws -> [String]? {
    guard let items = try list(key, of: "the program and its arguments") else { return nil }
    guard !items.isEmpty else {
      throw PlanError.empty(place(key), mend: "Give the program and its arguments.")
    }
    return try items.map { item in
      guard case .scalar(let text, _, _) = item, !text.contains("\0") else {
        throw PlanError.wrongType(
          PlanError.Place(place(key).key, line: item.line), expected: "a list of words", found: item.kind)
      }
      do { try CommandTemplate.check(text, known: placeholders) } catch {
        throw PlanError.impossible(PlanError.Place(place(key).key, line: item.line), reason: "\(error)")
      }
      return text
    }
  }

  /// A map of setting names to scalars.
  package func settings(_ key: String) throws -> Settings? {
    guard let node = try node(key) else { return nil }
    return try Self.settings(node, path: Self.join(path, key))
  }

  package static func settings(_ node: PlanNode, path: String) throws -> Settings {
    guard case .map(let entries, _) = node else {
      throw PlanError.wrongType(
        PlanError.Place(path, line: node.line), expected: "a map of settings", found: node.kind)
    }
    var settings: Settings = [:]
    for entry in entries {
      let key = join(path, entry.key)
      try checkSettingName(entry.key, at: PlanError.Place(key, line: entry.line))
      settings[entry.key] = try setting(entry.value, at: PlanError.Place(key, line: entry.value.line))
    }
    return settings
  }

  package static func setting(_ node: PlanNode, at place: PlanError.Place) throws -> SettingValue {
    guard case .scalar(let text, let isQuoted, _) = node, !node.isNothing else {
      throw PlanError.wrongType(place, expected: "one number, word, true or false", found: node.kind)
    }
    guard let value = PlanScalars.setting(text, isQuoted: isQuoted) else {
      throw PlanError.impossible(place, reason: "\(text) is no number that can be used.")
    }
    return value
  }

  package static func checkSettingName(_ name: String, at place: PlanError.Place) throws {
    guard name.wholeMatch(of: #/[A-Za-z][A-Za-z0-9_-]{0,63}/#) != nil else {
      throw PlanError.impossible(
        place, reason: "the name of a setting begins with a letter and has letters, digits, \"-\" and \"_\" only.")
    }
    if WorkPlan.keys.contains(name) {
      throw PlanError.unequalWork(
        place, reason: "\(name) belongs under \"work\", where it is the same for every cell.")
    }
  }
}
