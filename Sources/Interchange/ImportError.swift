/// Why files of somebody else's results could not be read. Each case names the file and the place.
public enum ImportError: Error, Hashable, Sendable, CustomStringConvertible {
  case unreadable(file: String, reason: String)
  case noFiles
  /// - document: from 1, where a file has several.
  case malformed(file: String, document: Int?, reason: String)
  /// The file is JSON, but not of the form that was named.
  case notOfForm(file: String, form: ImportForm, expected: String)
  /// Something is of another type than the form has it.
  case wrongValue(file: String, place: String, reason: String)
  case tooMuch(file: String, what: String, limit: Int)
  /// Nothing in the files is an answer of a model, or a figure about some.
  case nothingFound(form: ImportForm, notes: [String])

  /// Whether other files, or another form, have to be named.
  public var isUsageError: Bool {
    switch self {
    case .noFiles, .notOfForm, .nothingFound: true
    case .unreadable, .malformed, .wrongValue, .tooMuch: false
    }
  }

  public var description: String {
    switch self {
    case .unreadable(let file, let reason): "\(file) cannot be read: \(reason)."
    case .noFiles: "No file was named: name the files to import."
    case .malformed(let file, let document, let reason):
      "\(file)\(document.map { ", document \($0)" } ?? "") is not JSON: \(reason)."
    case .notOfForm(let file, let form, let expected):
      "\(file) is not of the form \(form.rawValue): it has to be \(expected). Name its form with --form."
    case .wrongValue(let file, let place, let reason): "\(file), \(place.shown): \(reason)."
    case .tooMuch(let file, let what, let limit): "\(file) has more than \(limit) \(what): split it."
    case .nothingFound(let form, let notes):
      "There is nothing of the form \(form.rawValue) to import."
        + (notes.isEmpty ? "" : " " + notes.prefix(5).joined(separator: " "))
    }
  }
}

extension String {
  /// The text as an error or a note shows it: one line, not long.
  var shown: String {
    let line = String(String.UnicodeScalarView(unicodeScalars.prefix(120).map { $0.value < 0x20 ? " " : $0 }))
    return unicodeScalars.dropFirst(120).isEmpty ? line : line + "…"
  }

  /// At most so many bytes of it, cut between characters' scalars.
  func cut(toBytes limit: Int) -> String {
    guard utf8.count > limit else { return self }
    var bytes = 0
    var kept = String.UnicodeScalarView()
    for scalar in unicodeScalars {
      bytes += UTF8.width(scalar)
      guard bytes <= limit else { break }
      kept.append(scalar)
    }
    return String(kept)
  }
}
