/// Makes text of unknown origin safe for the three places where a report puts it: markup, chart labels and a script
/// element's data. Names, questions, messages and manifests are all treated as hostile.
enum TextEscaping {
  /// Text for element content and for attribute values in double or single quotes.
  static func markup(_ text: String) -> String {
    var result = ""
    result.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      default: result.unicodeScalars.append(visible(scalar))
      }
    }
    return result
  }

  /// Text for a chart label. Plotly reads a small dialect of HTML (links, line breaks, styles) in every label and
  /// decodes `&amp;`, `&lt;` and `&gt;`; so those three are what has to be written. Line breaks become spaces.
  static func chartLabel(_ text: String) -> String {
    var result = ""
    result.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\n", "\r", "\t": result += " "
      // Hover templates fill in `%{...}`.
      case "{" where result.hasSuffix("%"): result += " {"
      default: result.unicodeScalars.append(visible(scalar))
      }
    }
    return result
  }

  /// JSON text for the inside of a `<script type="application/json">`: nothing in it can end the element or open a
  /// comment, and it stays the same JSON.
  static func scriptData(_ json: String) -> String {
    var result = ""
    result.reserveCapacity(json.utf8.count)
    for scalar in json.unicodeScalars {
      switch scalar {
      case "<": result += "\\u003c"
      case ">": result += "\\u003e"
      case "&": result += "\\u0026"
      case "\u{2028}": result += "\\u2028"
      case "\u{2029}": result += "\\u2029"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// A script's source for the inside of a `<script>`: what would end the element or open a comment is written so
  /// that it means the same inside a string or a regular expression, the only places where a valid script has it.
  static func scriptSource(_ source: String) -> String {
    var result = ""
    result.reserveCapacity(source.utf8.count)
    var rest = Substring(source)
    while let open = rest.utf8.firstIndex(of: UInt8(ascii: "<")) {
      result += rest[..<open]
      rest = rest[open...]
      if rest.prefix(8).lowercased() == "</script" {
        result += "<\\/"
        rest = rest.dropFirst(2)
      } else if rest.hasPrefix("<!--") {
        result += "<\\!--"
        rest = rest.dropFirst(4)
      } else {
        result += "<"
        rest = rest.dropFirst()
      }
    }
    return result + rest
  }

  /// Characters that would hide or reorder what stands around them are shown as a replacement character.
  private static func visible(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    switch scalar.value {
    case 0x09, 0x0A, 0x0D: scalar
    case 0x00..<0x20, 0x7F..<0xA0, 0x202A...0x202E, 0x2066...0x2069, 0xFFFE, 0xFFFF: "\u{FFFD}"
    default: scalar
    }
  }
}

extension String {
  /// With a capital first letter.
  var capitalisedFirst: String { prefix(1).uppercased() + dropFirst() }

  /// At most so many scalars of it, with a mark where it was cut: one character of a hostile text may be a million of them.
  func shortened(to most: Int) -> String {
    let scalars = unicodeScalars
    guard let end = scalars.index(scalars.startIndex, offsetBy: most, limitedBy: scalars.endIndex),
      end != scalars.endIndex
    else { return self }
    return String(scalars[..<end]) + "…"
  }

  /// With a small first letter, unless the first word is an abbreviation.
  var lowercasedFirst: String {
    guard let first, dropFirst().first?.isLowercase ?? true else { return self }
    return first.lowercased() + dropFirst()
  }
}
