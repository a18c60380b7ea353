/// A model as `/v1/models` describes it.
public struct ModelDescription: Sendable, Hashable {
  public var id: String
  /// Seconds since 1970.
  public var created: Int
  public var owner: String
  /// vLLM's extension: the longest context, in tokens.
  public var maximumContext: Int?

  public init(id: String, created: Int, owner: String, maximumContext: Int? = nil) {
    self.id = id
    self.created = created
    self.owner = owner
    self.maximumContext = maximumContext
  }

  /// - Throws: ``WireError``.
  public init(_ body: JSONField) throws(WireError) {
    id = try body.required("id").string()
    created = try body.member("created")?.integer(in: 0 ... .max) ?? 0
    owner = try body.member("owned_by")?.string() ?? ""
    maximumContext = try body.member("max_model_len")?.integer(in: 0 ... .max)
  }

  public var json: JSONValue {
    .members([
      "id": .string(id), "object": .string("model"), "created": .integer(created), "owned_by": .string(owner),
      "max_model_len": .optional(maximumContext),
    ])
  }
}

/// The answer of `/v1/models`.
public struct ModelList: Sendable, Hashable {
  public var models: [ModelDescription]

  public init(models: [ModelDescription]) { self.models = models }

  /// - Throws: ``WireError``.
  public init(_ body: JSONField) throws(WireError) {
    models = []
    for model in try body.required("data").elements() { models.append(try ModelDescription(model)) }
  }

  public var json: JSONValue { .members(["object": .string("list"), "data": .array(models.map(\.json))]) }
}
