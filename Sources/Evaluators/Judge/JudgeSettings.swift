/// How a judge is asked.
public struct JudgeSettings: Sendable, Hashable {
  /// How often at most, for one verdict, before unusable replies are an error.
  public var attempts: Int
  /// Tokens of a reply. One that is cut there is asked for again with twice as many.
  public var maximumTokens: Int
  /// Nil to leave it to the server.
  public var temperature: Double?
  /// What orders are drawn from, together with the row.
  public var seed: Int

  public init(attempts: Int = 3, maximumTokens: Int = 2048, temperature: Double? = 0, seed: Int = 0) {
    precondition(attempts > 0 && maximumTokens > 0, "a judge is asked at least once, for at least a token")
    self.attempts = attempts
    self.maximumTokens = maximumTokens
    self.temperature = temperature
    self.seed = seed
  }

  /// Tokens a reply is let grow to.
  static let mostTokens = 65_536

  /// The options every judged evaluator takes.
  static let options = [
    EvaluatorOption("attempts", "how often a judge is asked for one verdict at most, 1 to 10; 3 by default"),
    EvaluatorOption("max-tokens", "tokens of the judge's reply, 64 to 65536; 2048 by default"),
    EvaluatorOption("temperature", "the judge's, 0 to 2, or none to leave it out; 0 by default"),
    EvaluatorOption("seed", "what orders are drawn from, with the row; 0 by default"),
  ]

  init(_ options: EvaluatorOptions) throws(EvaluationError) {
    var temperature: Double? = 0
    if options["temperature"]?.string == "none" {
      temperature = nil
    } else if let value = options["temperature"] {
      guard let number = value.double, (0...2).contains(number) else {
        throw options.wrong("temperature", "a number from 0 to 2, or none", found: EvaluatorOptions.shown(value))
      }
      temperature = number
    }
    self.init(
      attempts: try options.integer("attempts", in: 1...10) ?? 3,
      maximumTokens: try options.integer("max-tokens", in: 64...Self.mostTokens) ?? 2048,
      temperature: temperature, seed: try options.integer("seed", in: 0...Int(Int32.max)) ?? 0)
  }
}
