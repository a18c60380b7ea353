/// Looks for one text inside another.
enum Phrase {
  /// Whether the phrase stands in the text.
  ///
  /// With `wholeWords` it may neither begin nor end inside a word or a number: `cat` is not in `concatenate`, `$20` is
  /// neither in `$2000` nor in `$20.50` nor in `$20,000`, and `20` is not in `1,20`.
  static func stands(_ phrase: String, in text: String, wholeWords: Bool) -> Bool {
    let wanted = Array(phrase.unicodeScalars)
    let all = Array(text.unicodeScalars)
    guard !wanted.isEmpty, wanted.count <= all.count else { return false }
    return all.indices.dropLast(wanted.count - 1).contains { start in
      let end = start + wanted.count
      guard all[start] == wanted[0], all[start..<end].elementsEqual(wanted) else { return false }
      return !wholeWords || (isBoundary(all, before: start) && isBoundary(all, after: end))
    }
  }

  private static func isBoundary(_ all: Scalars, before start: Int) -> Bool {
    guard start > 0, all[start].isWordCharacter else { return true }
    if all[start - 1].isWordCharacter { return false }
    let joins = all[start].isDigit && (all[start - 1] == "." || all[start - 1] == ",")
    return !(joins && start > 1 && all[start - 2].isDigit)
  }

  private static func isBoundary(_ all: Scalars, after end: Int) -> Bool {
    guard end < all.count, all[end - 1].isWordCharacter else { return true }
    if all[end].isWordCharacter { return false }
    let joins = all[end - 1].isDigit && (all[end] == "." || all[end] == ",")
    return !(joins && end + 1 < all.count && all[end + 1].isDigit)
  }
}
