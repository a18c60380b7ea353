/// Whether two names mean one model.
enum ModelName {
  /// Case, what stands before the last slash, and a date at the end do not count: `openai/gpt-5` and
  /// `gpt-5-2025-08-07` are the same.
  static func isSame(_ one: String, _ other: String) -> Bool {
    let first = plain(one)
    return !first.isEmpty && first == plain(other)
  }

  private static func plain(_ name: String) -> String {
    let last = name.lowercased().split(separator: "/").last.map(String.init) ?? ""
    var pieces = last.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
    func isDigits(_ piece: String, _ count: Int) -> Bool {
      piece.utf8.count == count && piece.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }
    if pieces.count > 3, isDigits(pieces[pieces.count - 3], 4), isDigits(pieces[pieces.count - 2], 2),
      isDigits(pieces[pieces.count - 1], 2)
    {
      pieces.removeLast(3)
    } else if pieces.count > 1, isDigits(pieces[pieces.count - 1], 8) {
      pieces.removeLast()
    }
    return pieces.joined(separator: "-")
  }
}
