/// A piece of markup. What is written in a literal is markup, what is interpolated is text and gets escaped, so that
/// forgetting to escape is not possible; only another ``HTML`` value goes in as it is.
///
/// ```swift
/// let cell: HTML = "<td>\(method.name)</td>"
/// ```
struct HTML: ExpressibleByStringInterpolation, Sendable, Hashable {
  private(set) var markup: String

  static let empty: HTML = ""

  init(stringLiteral value: String) { markup = value }
  init(stringInterpolation: Interpolation) { markup = stringInterpolation.markup }

  /// Markup that was made safe elsewhere: the stylesheet, scripts and their data.
  init(trusted markup: String) { self.markup = markup }

  struct Interpolation: StringInterpolationProtocol {
    fileprivate var markup = ""

    init(literalCapacity: Int, interpolationCount: Int) {
      markup.reserveCapacity(literalCapacity + 16 * interpolationCount)
    }

    mutating func appendLiteral(_ literal: String) { markup += literal }
    mutating func appendInterpolation(_ text: String) { markup += TextEscaping.markup(text) }
    mutating func appendInterpolation(_ number: Int) { markup += String(number) }
    mutating func appendInterpolation(_ html: HTML) { markup += html.markup }
    mutating func appendInterpolation(_ pieces: [HTML]) { for piece in pieces { markup += piece.markup } }
  }

  static func + (left: HTML, right: HTML) -> HTML { HTML(trusted: left.markup + right.markup) }
  static func += (left: inout HTML, right: HTML) { left.markup += right.markup }
}
