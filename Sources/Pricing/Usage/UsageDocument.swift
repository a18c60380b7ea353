import Foundation

/// What a request used, as a server said it: a usage object, or a whole response that has one.
public struct UsageDocument: Sendable, Hashable {
  public let usage: Usage
  public let form: UsageForm
  /// The model that answered, where the document is a whole response.
  public let model: String?
  /// The tier that the server says it answered in.
  public let serviceTier: String?

  /// Bytes a document may have.
  public static let limit = 16 << 20

  /// - Parameters:
  ///   - json: Such as `{"prompt_tokens":9126,...}`, or a response with `usage` or `usageMetadata`.
  ///   - form: Nil recognises it by its members. `input_tokens` alone, without parts, means the same in both forms that
  ///     have it.
  /// - Throws: ``UsageError``.
  public init(json: some Collection<UInt8>, form: UsageForm? = nil) throws(UsageError) {
    guard json.count <= Self.limit else { throw .documentTooLarge(bytes: json.count, limit: Self.limit) }
    guard let document = try? JSONDecoder().decode(UsageValue.self, from: Data(json)),
      case .object(let outer) = document
    else { throw .notJSON }
    let fields: UsageFields
    if case .object(let inner) = outer["usage"] ?? outer["usageMetadata"] ?? .null {
      fields = UsageFields(inner)
      model = Self.text(outer["model"] ?? outer["modelVersion"])
    } else {
      fields = UsageFields(outer)
      model = nil
    }
    serviceTier = Self.text(fields.values["service_tier"]) ?? Self.text(outer["service_tier"])
    let chosen: UsageForm
    if let form { chosen = form } else { chosen = try Self.form(of: fields) }
    self.form = chosen
    usage =
      switch chosen {
      case .chat: try .chat(fields)
      case .responses: try .responses(fields)
      case .anthropic: try .anthropic(fields)
      case .google: try .google(fields)
      }
  }

  private static func text(_ value: UsageValue?) -> String? {
    if case .string(let text) = value, text.utf8.count <= 512 { text } else { nil }
  }

  private static func form(of fields: UsageFields) throws(UsageError) -> UsageForm {
    var forms: [UsageForm] = []
    if fields.has("prompt_tokens") || fields.has("completion_tokens") { forms.append(.chat) }
    if fields.has("promptTokenCount") { forms.append(.google) }
    let anthropic = ["cache_read_input_tokens", "cache_creation_input_tokens", "cache_creation", "server_tool_use"]
      .contains(where: fields.has)
    let responses = ["input_tokens_details", "input_token_details"].contains(where: fields.has)
    if anthropic { forms.append(.anthropic) }
    if responses || (!anthropic && fields.has("input_tokens")) { forms.append(.responses) }
    guard let form = forms.first else { throw .unknownForm }
    guard forms.count == 1 else { throw .ambiguousForm(forms) }
    return form
  }
}

/// JSON as far as usage needs it: whole numbers stay whole.
enum UsageValue: Decodable, Sendable, Hashable {
  case null
  case integer(Int)
  case string(String)
  case object([String: UsageValue])
  case array([UsageValue])
  /// A boolean, or a number that is not whole.
  case other

  init(from decoder: any Decoder) throws {
    if let object = try? decoder.container(keyedBy: AnyKey.self) {
      var values: [String: UsageValue] = [:]
      for key in object.allKeys { values[key.stringValue] = try object.decode(UsageValue.self, forKey: key) }
      self = .object(values)
    } else if var list = try? decoder.unkeyedContainer() {
      var values: [UsageValue] = []
      while !list.isAtEnd { values.append(try list.decode(UsageValue.self)) }
      self = .array(values)
    } else {
      let value = try decoder.singleValueContainer()
      if value.decodeNil() {
        self = .null
      } else if (try? value.decode(Bool.self)) != nil {
        self = .other
      } else if let number = try? value.decode(Int.self) {
        self = .integer(number)
      } else if let text = try? value.decode(String.self) {
        self = .string(text)
      } else {
        self = .other
      }
    }
  }
}

/// The members of a usage object. Null is the same as missing.
struct UsageFields {
  let values: [String: UsageValue]
  /// The names that lead here, for sentences.
  private let path: String

  init(_ values: [String: UsageValue], path: String = "") {
    self.values = values
    self.path = path
  }

  func has(_ name: String) -> Bool { values[name] != nil && values[name] != .null }

  /// An object in here; one without members where there is none.
  func object(_ name: String) -> UsageFields {
    if case .object(let inner) = values[name] { return UsageFields(inner, path: "\(path)\(name).") }
    return UsageFields([:])
  }

  /// A count; nil where it is missing.
  func count(_ name: String) throws(UsageError) -> Int? {
    switch values[name] ?? .null {
    case .null: return nil
    case .integer(let count) where count < 0: throw .negative(path + name, count)
    case .integer(let count) where count > Usage.most / 100: throw .tooLarge(path + name, count)
    case .integer(let count): return count
    default: throw .notACount(path + name)
    }
  }

  func required(_ name: String, _ form: UsageForm) throws(UsageError) -> Int {
    guard let count = try count(name) else { throw .missing(path + name, form) }
    return count
  }

  func objects(_ name: String) -> [UsageFields] {
    guard case .array(let elements) = values[name] else { return [] }
    return elements.prefix(64).map { element in
      if case .object(let inner) = element { UsageFields(inner, path: "\(path)\(name).") } else { UsageFields([:]) }
    }
  }
}
