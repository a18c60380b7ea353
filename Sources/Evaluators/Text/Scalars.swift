/// What counts as a space, a word's character and a capital, as Python's `str` has it: the published evaluators that ours
/// are held against are written in Python.
extension Unicode.Scalar {
  /// `str.isspace`.
  var isSpace: Bool { properties.isWhitespace || (0x1C...0x1F).contains(value) }

  /// `\w` of Python's `re`: a letter, something with a numeric value, or an underscore. Combining marks are none.
  var isWordCharacter: Bool {
    if value < 0x80 {
      return (0x30...0x39).contains(value) || (0x61...0x7A).contains(value | 0x20) || value == 0x5F
    }
    return isLetter || properties.numericType != nil
  }

  /// `str.isalpha`.
  var isLetter: Bool {
    switch properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
    default: false
    }
  }

  /// 0 to 9.
  var isDigit: Bool { (0x30...0x39).contains(value) }

  var isASCIIPunctuation: Bool {
    switch value {
    case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: true
    default: false
    }
  }
}

typealias Scalars = [Unicode.Scalar]

extension Collection<Unicode.Scalar> {
  var text: String { String(String.UnicodeScalarView(self)) }
}

extension BidirectionalCollection<Unicode.Scalar> where SubSequence: BidirectionalCollection {
  /// Without what the test holds for at both ends.
  func stripped(_ test: (Unicode.Scalar) -> Bool) -> SubSequence {
    guard let first = firstIndex(where: { !test($0) }), let last = lastIndex(where: { !test($0) }) else {
      return self[startIndex..<startIndex]
    }
    return self[first...last]
  }
}

extension String {
  /// `str.strip()`.
  var stripped: String { unicodeScalars.stripped(\.isSpace).text }

  /// `str.strip(characters)`.
  func stripped(of character: Unicode.Scalar) -> String { unicodeScalars.stripped { $0 == character }.text }

  /// `str.split()`.
  var fields: [String] { unicodeScalars.split(whereSeparator: \.isSpace).map(\.text) }

  var isBlank: Bool { unicodeScalars.allSatisfy(\.isSpace) }

  /// The runs of word characters, `\w+`.
  var words: [String] { unicodeScalars.split { !$0.isWordCharacter }.map(\.text) }

  /// The pieces between the separator, scalar by scalar: a line feed after a carriage return separates too.
  func pieces(separatedBy separator: String) -> [String] {
    let all = Array(unicodeScalars)
    let wanted = Array(separator.unicodeScalars)
    var pieces: [String] = []
    var start = 0
    var position = 0
    while position + wanted.count <= all.count {
      if all[position] == wanted[0], all[position..<position + wanted.count].elementsEqual(wanted) {
        pieces.append(all[start..<position].text)
        position += wanted.count
        start = position
      } else {
        position += 1
      }
    }
    return pieces + [all[start...].text]
  }

  func hasScalarPrefix(_ prefix: String) -> Bool { unicodeScalars.starts(with: prefix.unicodeScalars) }

  func hasScalarSuffix(_ suffix: String) -> Bool {
    unicodeScalars.reversed().starts(with: suffix.unicodeScalars.reversed())
  }

  /// `str.isupper()`: something has a case, and nothing is lower case.
  var isUpperCase: Bool {
    !unicodeScalars.contains { $0.properties.isLowercase || $0.properties.generalCategory == .titlecaseLetter }
      && unicodeScalars.contains { $0.properties.isUppercase }
  }

  /// `str.islower()`.
  var isLowerCase: Bool {
    !unicodeScalars.contains { $0.properties.isUppercase || $0.properties.generalCategory == .titlecaseLetter }
      && unicodeScalars.contains { $0.properties.isLowercase }
  }
}
