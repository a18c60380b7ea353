/// Caps on the work of one chat template. A template comes with a model file and is as trustworthy as that file; whatever
/// it holds, parsing and rendering end within these, with ``TemplateError/Reason/limit(_:allowed:)`` if they have to.
public struct TemplateLimits: Sendable, Hashable {
  /// UTF-8 bytes of a template's source. The longest that ship with models have some 20 kB.
  public var sourceBytes = 256 << 10
  /// How deep expressions and blocks may nest in the source.
  public var nesting = 64
  /// How deep rendering may go: nested expressions, blocks, macro calls and values together. It bounds the stack, to half
  /// a megabyte in a release build and two in a debug one.
  public var depth = 160
  /// Steps: every expression, statement, iteration and element of a value that is looked at.
  /// Half a microsecond to one in a release build.
  public var steps = 2_000_000
  /// Characters of text made while rendering, kept or not. Copies count, so this bounds time and memory.
  public var characters = 32 << 20
  /// UTF-8 bytes of the rendered text.
  public var outputBytes = 32 << 20
  /// Elements of one value, those of its elements among them.
  public var elements = 1_000_000

  public init() {}

  public static let standard = TemplateLimits()

  /// Longest `range()`, as in Jinja's sandbox.
  static let range = 100_000
  /// How deep values may nest: lists of lists, chains of lazy filters, JSON.
  static let valueDepth = 96
}
