/// Why a chat template could not be read or rendered, where in its source, and in which construct.
public struct TemplateError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The line of the template's source, counted from 1.
  public let line: Int
  /// The construct at that line, as it is written: "for", "filter tojson", "print".
  public let construct: String
  public let reason: Reason

  /// What kind of failure it was.
  public enum Reason: Hashable, Sendable {
    /// The source is no Jinja template.
    case syntax(String)
    /// Jinja has it, this implementation does not: `include`, `import`, a filter that chat templates have no use for.
    case unsupported(String)
    /// The template itself refused its input with `raise_exception`. The words are the template's own.
    case raised(String)
    /// Something was asked of a value that is not there.
    case undefined(String)
    /// A value of a type, or with a content, that an operation does not take.
    case invalid(String)
    /// Something the sandbox keeps closed: underscored attributes, and methods that would change a value.
    case forbidden(String)
    /// The work a template may do is used up.
    case limit(Limit, allowed: Int)
  }

  /// The caps of ``TemplateLimits``.
  public enum Limit: String, Hashable, Sendable, CaseIterable {
    case sourceBytes = "bytes of source"
    case nesting = "levels of nesting"
    case steps = "steps of work"
    case characters = "characters of made text"
    case outputBytes = "bytes of output"
    case elements = "elements in one value"
    case range = "numbers in one range"
  }

  public var description: String {
    let place = "line \(line) of the chat template, in \(construct)"
    switch reason {
    case .syntax(let what): return "\(place): \(what)"
    case .unsupported(let what): return "\(place): \(what) is not supported: give the model another chat template"
    case .raised(let message): return "the chat template refuses these messages: \(message) (\(place))"
    case .undefined(let what): return "\(place): \(what)"
    case .invalid(let what): return "\(place): \(what)"
    case .forbidden(let what): return "\(place): \(what)"
    case .limit(let limit, let allowed):
      return "\(place): more than \(allowed) \(limit.rawValue): shorten the messages, or use another chat template"
    }
  }
}
