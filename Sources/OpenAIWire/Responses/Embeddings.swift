/// The answer of `/v1/embeddings`.
public struct Embeddings: Sendable, Hashable {
  public var model: String
  /// One for each input, in their order.
  public var vectors: [[Float]]
  public var encoding: EmbeddingRequest.Encoding
  public var promptTokens: Int

  public init(model: String, vectors: [[Float]], encoding: EmbeddingRequest.Encoding, promptTokens: Int) {
    self.model = model
    self.vectors = vectors
    self.encoding = encoding
    self.promptTokens = promptTokens
  }

  /// - Throws: ``WireError``.
  public init(_ body: JSONField) throws(WireError) {
    model = try body.required("model").string()
    promptTokens = try body.member("usage")?.member("prompt_tokens")?.integer(in: 0 ... .max) ?? 0
    vectors = []
    encoding = .float
    var placed: [(index: Int, vector: [Float])] = []
    for item in try body.required("data").elements() {
      let index = try item.required("index").integer(in: 0...1_000_000)
      let embedding = try item.required("embedding")
      if case .string(let text) = embedding.value {
        guard let vector = Base64.floats(text) else { throw embedding.outside("floats in base64") }
        encoding = .base64
        placed.append((index, vector))
      } else {
        var vector: [Float] = []
        for number in try embedding.elements() {
          guard let value = number.value.double else { throw number.mustBe("a number") }
          vector.append(Float(value))
        }
        placed.append((index, vector))
      }
    }
    vectors = placed.sorted { $0.index < $1.index }.map(\.vector)
  }

  /// The shortest decimal that is this float again; as a double it would have twice the digits.
  private static func number(_ value: Float) -> JSONValue { .number(Double("\(value)") ?? Double(value)) }

  public var json: JSONValue {
    .members([
      "object": .string("list"),
      "data": .array(
        vectors.enumerated().map { index, vector in
          .members([
            "object": .string("embedding"), "index": .integer(index),
            "embedding": encoding == .base64
              ? .string(Base64.text(vector)) : .array(vector.map(Self.number)),
          ])
        }), "model": .string(model),
      "usage": .members(["prompt_tokens": .integer(promptTokens), "total_tokens": .integer(promptTokens)]),
    ])
  }
}
