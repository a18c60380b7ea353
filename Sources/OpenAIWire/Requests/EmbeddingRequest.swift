/// The body of `POST /v1/embeddings`.
public struct EmbeddingRequest: Sendable, Hashable {
  public enum Encoding: String, Sendable, CaseIterable {
    case float
    /// Little-endian 32-bit floats in base64, which the `openai` package asks for by default.
    case base64
  }

  public var model: String
  public var inputs: [Prompt]
  public var encoding: Encoding
  /// The length that is asked for; a server that cannot shorten refuses any but the model's own.
  public var dimensions: Int?

  public init(model: String, inputs: [Prompt], encoding: Encoding = .float, dimensions: Int? = nil) {
    self.model = model
    self.inputs = inputs
    self.encoding = encoding
    self.dimensions = dimensions
  }

  /// - Throws: ``WireError``, for anything that is not understood or not done.
  public init(_ body: JSONField) throws(WireError) {
    try body.refuseUnknown(beside: ["model", "input", "encoding_format", "dimensions", "user"])
    model = try body.required("model").string()
    inputs = try Prompt.prompts(try body.required("input"))
    dimensions = try body.member("dimensions")?.integer(in: 1...1_000_000)
    _ = try body.member("user")?.string()
    encoding = .float
    if let field = try body.member("encoding_format") {
      guard let encoding = Encoding(rawValue: try field.string()) else {
        throw field.outside("\"float\" or \"base64\"")
      }
      self.encoding = encoding
    }
  }

  public var json: JSONValue {
    .members([
      "model": .string(model), "input": Prompt.json(inputs), "encoding_format": .string(encoding.rawValue),
      "dimensions": .optional(dimensions),
    ])
  }
}
