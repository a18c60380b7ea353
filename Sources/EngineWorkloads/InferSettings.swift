internal import Studies

/// The settings of an inference cell, checked.
struct InferSettings {
  /// A name of the catalogue, a GGUF file or a Hugging Face directory.
  let model: String
  /// A file of text, or the name of an obtained corpus: where prompts are cut from, and what perplexity is taken over.
  let text: String
  let promptTokens: Int
  /// Sequences that run side by side.
  let batch: Int
  /// Tokens of the text that perplexity is taken over; 0: none.
  let perplexityTokens: Int
  let device: DeviceChoice
  let precision: InferencePrecision
  let work: WorkPlan

  /// - Throws: ``SettingError``.
  init(_ settings: Settings, work: WorkPlan, precision name: String) throws {
    var reader = SettingsReader(settings)
    guard let model = try reader.optionalString("model") else {
      throw SettingError.impossible(
        name: "model", value: "", reason: "say which: a name of the catalogue, a GGUF file or a Hugging Face directory")
    }
    self.model = model
    text = try reader.string("text", default: "austen")
    promptTokens = try reader.integer("prompt-tokens") ?? 128
    batch = try reader.integer("batch") ?? 1
    perplexityTokens = try reader.integer("perplexity-tokens") ?? 0
    device = try reader.choice("device", default: DeviceChoice.auto)
    try Self.check(
      (1...1 << 20).contains(promptTokens), "prompt-tokens", promptTokens, "a prompt has at least one token")
    try Self.check((1...4096).contains(batch), "batch", batch, "it is a number of sequences, at least 1")
    try Self.check(
      (0...1 << 30).contains(perplexityTokens), "perplexity-tokens", perplexityTokens, "give 0 for none, or a number")
    guard let precision = InferencePrecision(rawValue: name) else {
      throw SettingError.unknownChoice(
        name: "precision", value: name, choices: InferencePrecision.allCases.map(\.rawValue))
    }
    self.precision = precision
    guard work.unit == .generated else {
      throw SettingError.impossible(
        name: "work", value: "tokens", reason: "inference is counted in requests: {requests: 16, generated-tokens: 32}")
    }
    try Self.check(
      work.requests % batch == 0, "batch", batch,
      "it must divide the requests, \(work.requests), so that every cell "
        + "does the same work")
    self.work = work
    try reader.finish()
  }

  /// Rounds that are measured, each of a whole batch.
  var rounds: Int { work.requests / batch }

  private static func check(_ holds: Bool, _ name: String, _ value: Int, _ reason: String) throws {
    if !holds { throw SettingError.impossible(name: name, value: String(value), reason: reason) }
  }
}
