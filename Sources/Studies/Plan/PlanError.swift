/// What is wrong with a plan. Each case names the key, the line where there is one, and the mend.
public enum PlanError: Error, Sendable, Hashable, CustomStringConvertible {
  /// Where in the plan: the path of keys, such as "work.tokens", and the line counted from 1.
  public struct Place: Sendable, Hashable {
    public var key: String
    public var line: Int?

    public init(_ key: String, line: Int? = nil) {
      self.key = key
      self.line = line
    }
  }

  case unreadable(path: String, reason: String)
  /// The file is larger, deeper or has more aliases than a plan can need.
  case tooLarge(what: String, limit: String)
  case notYAML(line: Int?, reason: String)
  case unknownKey(Place, nearest: String?, known: [String])
  case missingKey(Place, mend: String)
  case wrongType(Place, expected: String, found: String)
  case duplicate(Place, what: String)
  case empty(Place, mend: String)
  case impossible(Place, reason: String)
  /// A setting that would give cells different work.
  case unequalWork(Place, reason: String)
  case unknownWorkload(String, nearest: String?, known: [String])

  public var description: String {
    switch self {
    case .unreadable(let path, let reason): "The plan \(path) cannot be read: \(reason)."
    case .tooLarge(let what, let limit): "The plan has \(what); at most \(limit) are read. Make it smaller."
    case .notYAML(let line, let reason): "The plan is no YAML\(Self.at(line)): \(reason)."
    case .unknownKey(let place, let nearest, let known):
      "Unknown key \"\(place.key)\"\(Self.at(place.line)). "
        + (nearest.map { "Did you mean \"\($0)\"? " } ?? "")
        + (known.isEmpty ? "No key may stand there." : "Keys that may stand there: \(known.joined(separator: ", ")).")
    case .missingKey(let place, let mend): "The key \"\(place.key)\" is missing\(Self.at(place.line)). \(mend)"
    case .wrongType(let place, let expected, let found):
      "\"\(place.key)\"\(Self.at(place.line)) must be \(expected); it is \(found)."
    case .duplicate(let place, let what): "\"\(place.key)\"\(Self.at(place.line)) has \(what) twice. Keep one of them."
    case .empty(let place, let mend): "\"\(place.key)\"\(Self.at(place.line)) is empty. \(mend)"
    case .impossible(let place, let reason): "\"\(place.key)\"\(Self.at(place.line)): \(reason)"
    case .unequalWork(let place, let reason):
      "\"\(place.key)\"\(Self.at(place.line)) would give the cells unequal work: \(reason)"
    case .unknownWorkload(let name, let nearest, let known):
      "There is no workload \"\(name)\". " + (nearest.map { "Did you mean \"\($0)\"? " } ?? "")
        + "There are: \(known.joined(separator: ", "))."
    }
  }

  private static func at(_ line: Int?) -> String { line.map { " (line \($0))" } ?? "" }
}
