/// Something wrong in a file that is to become rows, with its place.
public struct DatasetProblem: Error, Sendable, Hashable, CustomStringConvertible {
  /// The row, from 1, without the header; nil where the file as a whole is meant.
  public let row: Int?
  /// The line of the file on which the row begins, from 1.
  public let line: Int?
  public let column: String?
  public let reason: String

  public init(row: Int? = nil, line: Int? = nil, column: String? = nil, reason: String) {
    self.row = row
    self.line = line
    self.column = column
    self.reason = reason
  }

  public var description: String {
    var place = row.map { "row \($0)" } ?? ""
    if let line { place += place.isEmpty ? "line \(line)" : " (line \(line))" }
    if let column { place += (place.isEmpty ? "" : ", ") + "column \(Self.shown(column))" }
    return place.isEmpty ? Self.clean(reason) : "\(place): \(Self.clean(reason))"
  }

  /// A text that quotes a file, which must not steer the terminal that shows it.
  static func clean(_ text: String) -> String {
    String(
      String.UnicodeScalarView(text.unicodeScalars.map { $0.properties.generalCategory == .control ? "\u{FFFD}" : $0 }))
  }

  /// A name from outside, short enough for a message and on one line.
  static func shown(_ name: String) -> String {
    let clean = clean(String(String.UnicodeScalarView(name.unicodeScalars.prefix(80))))
    return name.unicodeScalars.count > 80 ? clean + "..." : clean
  }
}

/// What can be wrong with a dataset, a file that is to become one, or a reference to one.
public enum DatasetError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file's rows cannot be taken. Nothing was written. `more` problems were found beyond those listed.
  case invalid(file: String, problems: [DatasetProblem], more: Int)
  case notFound(path: String)
  case unreadable(path: String, reason: String)
  case unknownForm(path: String)
  case noRows(file: String)
  case badName(String)
  case badMapping(String, reason: String)
  case badReference(String)
  case noSuchDataset(String, known: [String])
  case noSuchVersion(name: String, version: String, latest: Int)
  case ambiguousVersion(name: String, prefix: String, matches: [ContentHash])
  case badSample(reason: String)
  case tooManyVersions(name: String, limit: Int)
  /// A stored file is not what its hash says.
  case damaged(path: String, reason: String)
  case cannotWrite(path: String, reason: String)

  /// Whether the user has to say something different, rather than something having failed.
  public var isUsageError: Bool {
    switch self {
    case .unreadable, .damaged, .cannotWrite: false
    default: true
    }
  }

  public var description: String {
    switch self {
    case .invalid(let file, let problems, let more):
      let listed = problems.map { "\n  \($0)" }.joined()
      let rest = more > 0 ? "\n  and \(more) more" : ""
      let count = problems.count + more
      return "\(file) has \(count) problem\(count == 1 ? "" : "s"); nothing was added:\(listed)\(rest)"
    case .notFound(let path): return "there is no file \(path)"
    case .unreadable(let path, let reason): return "cannot read \(path): \(reason)"
    case .unknownForm(let path):
      return "the name of \(path) does not say what it is: give --from jsonl, csv or tsv"
    case .noRows(let file): return "\(file) has no rows; nothing was added"
    case .badName(let name):
      return
        "\"\(DatasetProblem.shown(name))\" cannot name a dataset: a name is up to 100 of A-Z a-z 0-9 . _ - and begins "
        + "with a letter or digit; give one with --name"
    case .badMapping(let text, let reason):
      return "--map \(DatasetProblem.shown(text)): \(reason)"
    case .badReference(let text):
      return
        "\"\(DatasetProblem.shown(text))\" names no dataset: write NAME, NAME@3 or NAME@sha256:abcd (at least "
        + "\(DatasetReference.shortestPrefix) digits)"
    case .noSuchDataset(let name, let known):
      let mend = known.isEmpty ? "add one with efficientllm dataset add" : "there are \(known.joined(separator: ", "))"
      return "there is no dataset \(DatasetProblem.shown(name)): \(mend)"
    case .noSuchVersion(let name, let version, let latest):
      return "\(name) has no version \(version): the latest is \(name)@\(latest)"
    case .ambiguousVersion(let name, let prefix, let matches):
      let shown = matches.prefix(5).map { "sha256:\($0.short)" }.joined(separator: ", ")
      return "\(name)@sha256:\(prefix) may be any of \(shown): give more digits"
    case .badSample(let reason): return reason
    case .tooManyVersions(let name, let limit):
      return "\(name) has \(limit) versions, and there can be no more: add the file under another name"
    case .damaged(let path, let reason):
      return
        "\(path) is damaged (\(reason)): put a copy of it back, or remove the dataset's folder and add its file again"
    case .cannotWrite(let path, let reason):
      return "cannot write \(path): \(reason); nothing was added"
    }
  }
}
