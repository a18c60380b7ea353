/// A word of a command line with placeholders in braces.
package enum CommandTemplate {
  package struct UnknownPlaceholder: Error, CustomStringConvertible {
    let name: String
    let known: [String]
    package var description: String {
      "there is no placeholder {\(name)}; there are \(known.map { "{\($0)}" }.joined(separator: ", "))."
    }
  }

  package static let known = ["spec", "python", "seed"]

  /// Refuses placeholders that nothing would replace. `${HOME}` and braces around anything but one small word pass.
  package static func check(_ word: String, known: [String] = known) throws {
    for match in word.matches(of: #/(\$?)\{([a-z][a-z_-]*)\}/#) where match.1.isEmpty {
      guard known.contains(String(match.2)) else { throw UnknownPlaceholder(name: String(match.2), known: known) }
    }
  }

  package static func fill(_ word: String, with values: [String: String]) -> String {
    word.replacing(#/(\$?)\{([a-z][a-z_-]*)\}/#) { match in
      match.1.isEmpty ? values[String(match.2)] ?? String(match.0) : String(match.0)
    }
  }
}
