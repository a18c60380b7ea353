/// One value of a plan: what YAML can say in one scalar.
public enum SettingValue: Sendable, Hashable, Codable {
  case integer(Int)
  case number(Double)
  case boolean(Bool)
  case string(String)

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let value = try? container.decode(Bool.self) {
      self = .boolean(value)
    } else if let value = try? container.decode(Int.self) {
      self = .integer(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else {
      self = .string(try container.decode(String.self))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .integer(let value): try container.encode(value)
    case .number(let value): try container.encode(value)
    case .boolean(let value): try container.encode(value)
    case .string(let value): try container.encode(value)
    }
  }
}

/// The settings of one cell: the study's base with the cell's varied values laid over it. What each key means is the
/// workload's to say.
public typealias Settings = [String: SettingValue]

/// How much work every trial of a study does: the same for each cell, or the study refuses.
public struct WorkPlan: Sendable, Hashable, Codable {
  /// What is counted where it is not trained tokens.
  public enum Unit: String, Sendable, Hashable, Codable {
    /// Tokens generated in decode steps that are no warm-up. How long a prompt is, and how many sequences run side by side,
    /// may then differ between cells.
    case generated
  }

  public var tokens: Int
  public var tokensPerStep: Int
  public var sequenceLength: Int
  public var warmupSteps: Int
  /// Nil for trained tokens.
  public var unit: Unit?

  public init(tokens: Int, tokensPerStep: Int, sequenceLength: Int, warmupSteps: Int, unit: Unit? = nil) {
    self.tokens = tokens
    self.tokensPerStep = tokensPerStep
    self.sequenceLength = sequenceLength
    self.warmupSteps = warmupSteps
    self.unit = unit
  }

  /// Work counted in requests, each of which generates `generatedTokens` after its first. `warmupRounds` batches come
  /// before and are not counted.
  public init(requests: Int, generatedTokens: Int, warmupRounds: Int) {
    self.init(
      tokens: requests * generatedTokens, tokensPerStep: generatedTokens, sequenceLength: generatedTokens,
      warmupSteps: warmupRounds, unit: .generated)
  }

  /// Requests of a trial whose work is generated tokens.
  public var requests: Int { tokens / max(1, sequenceLength) }
}

/// What a trial's process is told, as a JSON file: `efficientllm trial --spec FILE`.
public struct TrialSpec: Sendable, Hashable, Codable {
  public var study: String
  public var method: String
  public var settings: Settings
  public var work: WorkPlan
  public var seed: Int
  public var precision: String
  public var threads: Int
  /// A folder of this trial's own, kept until the trial has finished: checkpoints for resuming go here.
  public var workingDirectory: String

  public init(
    study: String, method: String, settings: Settings, work: WorkPlan, seed: Int, precision: String, threads: Int,
    workingDirectory: String
  ) {
    self.study = study
    self.method = method
    self.settings = settings
    self.work = work
    self.seed = seed
    self.precision = precision
    self.threads = threads
    self.workingDirectory = workingDirectory
  }
}

extension SettingValue {
  /// The value as tables and records show it.
  public var text: String {
    switch self {
    case .integer(let value): String(value)
    case .number(let value): String(value)
    case .boolean(let value): String(value)
    case .string(let value): value
    }
  }
}
