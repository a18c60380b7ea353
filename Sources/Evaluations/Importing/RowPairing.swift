public import Datasets
public import Interchange

/// Finds the rows of a dataset that another program's observations are about.
public struct RowPairing: Sendable {
  /// How an observation was paired.
  public enum Way: Sendable, Hashable {
    /// By a name: the row's identity.
    case name
    /// By what was asked, which one row alone asks.
    case question
  }

  private var byIdentity: [String: Int] = [:]
  /// Nil for a question that several rows ask.
  private var byQuestion: [String: Int?] = [:]

  public init(_ dataset: Dataset) { self.init(rows: dataset.rows) }

  public init(rows: [DatasetRow]) {
    for (place, row) in rows.enumerated() {
      byIdentity[row.identity] = place
      let question = Self.plain(row.input.question)
      byQuestion[question] = byQuestion[question] == nil ? .some(place) : .some(nil)
    }
  }

  /// The row's place among the rows and how it was found: by the observation's own name of the row, by another name, or
  /// by the question; nil where no row or several could be meant.
  public func place(of observation: ImportedObservation) -> (place: Int, way: Way)? {
    for name in [observation.row].compactMap(\.self) + observation.rowAlternatives {
      if let place = byIdentity[name] { return (place, .name) }
    }
    for question in observation.questions + [observation.input?.question].compactMap(\.self) {
      if let place = byQuestion[Self.plain(question)], let place { return (place, .question) }
    }
    return nil
  }

  /// Texts that differ in blanks around them and in line ends are the same question.
  private static func plain(_ text: String) -> String {
    text.split(whereSeparator: \.isNewline).map { $0.drop(while: \.isWhitespace) }.joined(separator: "\n")
      .trimmingSpaces
  }
}

extension String {
  fileprivate var trimmingSpaces: String {
    var text = self[...]
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text.drop(while: \.isWhitespace))
  }
}
