// Upper and lower case as Python's str has them: full mappings, and the Greek final sigma.
extension Text {
  var uppercased: Text { mapped(ascii: 0x61...0x7A, shift: -0x20) { $0.properties.uppercaseMapping } }

  var lowercased: Text {
    guard scalars.contains("\u{3A3}") else { return loweredPlainly }
    var result: [Unicode.Scalar] = []
    for (index, scalar) in scalars.enumerated() {
      if scalar == "\u{3A3}" {
        result.append(isFinalSigma(at: index) ? "\u{3C2}" : "\u{3C3}")
      } else {
        result += scalar.properties.lowercaseMapping.unicodeScalars
      }
    }
    return Text(result, isSafe: isSafe)
  }

  private var loweredPlainly: Text { mapped(ascii: 0x41...0x5A, shift: 0x20) { $0.properties.lowercaseMapping } }

  /// Whether the capital sigma at `index` ends a word: a cased letter before it and none after, what stands between
  /// being ignored. Looks at a bounded stretch of characters that are ignored, so that a text of them stays linear.
  private func isFinalSigma(at index: Int) -> Bool {
    let reach = 64
    let before = scalars[..<index].suffix(reach).last { !$0.properties.isCaseIgnorable }
    guard before?.properties.isCased == true else { return false }
    let after = scalars[(index + 1)...].prefix(reach).first { !$0.properties.isCaseIgnorable }
    return after?.properties.isCased != true
  }

  /// Python's `str.capitalize`: the first character in title case, the others in lower case.
  var capitalized: Text {
    guard let first = scalars.first else { return self }
    let rest = Text(scalars.dropFirst()).lowercased
    return Text(Array(first.properties.titlecaseMapping.unicodeScalars) + rest.scalars, isSafe: isSafe)
  }

  /// Python's `str.title`: every run of cased letters begins in title case.
  var titleCased: Text {
    var result: [Unicode.Scalar] = []
    var afterCased = false
    for scalar in scalars {
      let mapping = afterCased ? scalar.properties.lowercaseMapping : scalar.properties.titlecaseMapping
      result += mapping.unicodeScalars
      afterCased = scalar.properties.isCased
    }
    return Text(result, isSafe: isSafe)
  }

  /// Jinja's `title` filter: words begin after white space, a hyphen or an opening bracket.
  var titleCasedWords: Text {
    var result: [Unicode.Scalar] = []
    var word: [Unicode.Scalar] = []
    func flush() {
      guard let first = word.first else { return }
      result += first.properties.uppercaseMapping.unicodeScalars
      result += Text(word.dropFirst()).lowercased.scalars
      word = []
    }
    for scalar in scalars {
      if scalar.isPythonSpace || "-({[<".unicodeScalars.contains(scalar) {
        flush()
        result.append(scalar)
      } else {
        word.append(scalar)
      }
    }
    flush()
    return Text(result, isSafe: isSafe)
  }

  var swappedCase: Text {
    mapped(ascii: nil, shift: 0) {
      $0.properties.isUppercase ? $0.properties.lowercaseMapping : $0.properties.uppercaseMapping
    }
  }

  /// Python's `islower` and `isupper`: some cased character, and none of the other case.
  var isLowercase: Bool {
    scalars.contains { $0.properties.isLowercase }
      && !scalars.contains { $0.properties.isUppercase || $0.properties.generalCategory == .titlecaseLetter }
  }

  var isUppercase: Bool {
    scalars.contains { $0.properties.isUppercase }
      && !scalars.contains { $0.properties.isLowercase || $0.properties.generalCategory == .titlecaseLetter }
  }

  /// Each character mapped; within ASCII, where most text is, by adding `shift` to the ones in `ascii`.
  private func mapped(
    ascii: ClosedRange<UInt32>?, shift: Int, _ mapping: (Unicode.Scalar) -> String
  ) -> Text {
    var result: [Unicode.Scalar] = []
    result.reserveCapacity(scalars.count)
    for scalar in scalars {
      if let ascii, scalar.isASCII {
        let moved = ascii.contains(scalar.value) ? UInt8(Int(scalar.value) + shift) : UInt8(scalar.value)
        result.append(Unicode.Scalar(moved))
      } else {
        result += mapping(scalar).unicodeScalars
      }
    }
    return Text(result, isSafe: isSafe)
  }
}
