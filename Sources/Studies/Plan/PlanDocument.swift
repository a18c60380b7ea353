import Foundation
import Yams

/// The YAML of a plan as a small tree with line numbers, read within limits: what a stranger's file can cost is bounded.
package indirect enum PlanNode {
  case scalar(text: String, isQuoted: Bool, line: Int?)
  case list([PlanNode], line: Int?)
  case map([PlanEntry], line: Int?)

  package var line: Int? {
    switch self {
    case .scalar(_, _, let line), .list(_, let line), .map(_, let line): line
    }
  }

  /// What it is, for messages.
  package var kind: String {
    switch self {
    case .scalar(let text, let isQuoted, _):
      text.isEmpty && !isQuoted ? "nothing" : "\"\(text.prefix(40))\""
    case .list: "a list"
    case .map: "a map"
    }
  }

  package var isNothing: Bool {
    if case .scalar(let text, false, _) = self { ["", "~", "null"].contains(text) } else { false }
  }
}

package struct PlanEntry {
  package var key: String
  package var line: Int?
  package var value: PlanNode
}

package enum PlanDocument {
  package static let maximumBytes = 256 * 1024
  package static let maximumNodes = 20_000
  package static let maximumDepth = 16
  package static let maximumAliases = 16

  /// Reads the plan's text from a file.
  package static func text(ofFile path: String) throws -> String {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw PlanError.unreadable(path: path, reason: "there is no such file")
    }
    if isFolder.boolValue { throw PlanError.unreadable(path: path, reason: "it is a folder; name the YAML file") }
    guard let handle = FileHandle(forReadingAtPath: path) else {
      throw PlanError.unreadable(path: path, reason: "it may not be opened; check its permissions")
    }
    defer { try? handle.close() }
    let data: Data
    do { data = try handle.read(upToCount: maximumBytes + 1) ?? Data() } catch {
      throw PlanError.unreadable(path: path, reason: error.localizedDescription)
    }
    if data.count > maximumBytes {
      throw PlanError.tooLarge(what: "more than \(maximumBytes) bytes", limit: "\(maximumBytes) bytes")
    }
    guard let text = String(validating: data, as: UTF8.self) else {
      throw PlanError.unreadable(path: path, reason: "it is not UTF-8 text")
    }
    return text
  }

  package static func parse(_ text: String) throws -> PlanNode {
    guard text.utf8.count <= maximumBytes else {
      throw PlanError.tooLarge(what: "\(text.utf8.count) bytes", limit: "\(maximumBytes) bytes")
    }
    // Aliases can make a short file stand for an exponentially large tree, which the parser would walk where they are
    // keys. So they are counted before it sees them.
    let aliases = text.matches(of: #/(?:^|[\s\[{,:?-])\*[A-Za-z0-9_]/#).count
    guard aliases <= maximumAliases else {
      throw PlanError.tooLarge(what: "\(aliases) aliases", limit: "\(maximumAliases)")
    }
    let root: Node?
    do {
      root = try Yams.Parser(yaml: text).singleRoot()
    } catch {
      throw planError(error)
    }
    guard let root else { throw PlanError.notYAML(line: nil, reason: "the file is empty") }
    var nodes = 0
    return try convert(root, depth: 0, nodes: &nodes)
  }

  private static func convert(_ node: Node, depth: Int, nodes: inout Int) throws -> PlanNode {
    nodes += 1
    guard nodes <= maximumNodes else { throw PlanError.tooLarge(what: "too many values", limit: "\(maximumNodes)") }
    guard depth <= maximumDepth else {
      throw PlanError.tooLarge(what: "too many levels of nesting", limit: "\(maximumDepth)")
    }
    let line = node.mark?.line
    switch node {
    case .scalar(let scalar):
      let isQuoted = scalar.style == .singleQuoted || scalar.style == .doubleQuoted || scalar.style == .literal
      return .scalar(text: scalar.string, isQuoted: isQuoted || scalar.style == .folded, line: line)
    case .sequence(let sequence):
      return .list(try sequence.map { try convert($0, depth: depth + 1, nodes: &nodes) }, line: line)
    case .mapping(let mapping):
      let entries = try mapping.map { key, value in
        guard case .scalar(let name) = key else {
          throw PlanError.notYAML(line: key.mark?.line, reason: "a key must be a word")
        }
        return PlanEntry(
          key: name.string, line: key.mark?.line, value: try convert(value, depth: depth + 1, nodes: &nodes))
      }
      return .map(entries, line: line)
    case .alias:
      throw PlanError.notYAML(line: line, reason: "an alias stands for nothing")
    }
  }

  private static func planError(_ error: any Error) -> PlanError {
    guard let error = error as? YamlError else { return .notYAML(line: nil, reason: "\(error)") }
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      return .notYAML(line: mark.line, reason: problem)
    case .reader(let problem, _, _, _): return .notYAML(line: nil, reason: problem)
    case .duplicatedKeysInMapping(let duplicates, let context):
      return .duplicate(
        PlanError.Place("the plan", line: context.mark.line), what: "the key \"\(duplicates.first ?? "")\"")
    default: return .notYAML(line: nil, reason: "\(error)")
    }
  }
}
