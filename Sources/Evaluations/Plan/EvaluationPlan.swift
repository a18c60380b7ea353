public import Datasets
public import Evaluators
public import MeasuringClient
public import OpenAIWire
public import Probes

/// What an evaluation asks for: one dataset, several candidates, how their answers are judged and what is written beside
/// each.
///
/// Read from YAML by ``EvaluationPlan/init(yaml:)``. See `evaluations/` for examples.
public struct EvaluationPlan: Sendable {
  /// Safe as a file name.
  public var name: String
  public var question: String
  public var dataset: DatasetReference
  /// Which of its rows; nil for all.
  public var cohort: Cohort?
  public var sample: RowSample?
  /// The metadata whose value says which rows belong together; nil where each stands for itself.
  public var cluster: String?
  /// How often each row is asked of each candidate.
  public var repetitions: Int
  /// In the order written.
  public var candidates: [PlannedCandidate]
  public var evaluators: [EvaluatorConfiguration]
  /// The names of the evaluators that an answer has to pass; all of them where the plan does not say.
  public var passes: [String]
  public var judge: PlannedJudge?
  /// The environments that the plan gives to programs that score, by their commands.
  public var scoringPrograms: [[String]: ProgramEnvironment]
  /// The variables of the runner's environment that the plan names as keys: programs get them only where their own section
  /// names them.
  public var keyVariables: Set<String>
  public var attribution: Attribution
  /// Read beside the servers that the run starts.
  public var probes: ProbePlan
  /// The version of the prices; nil for the latest with the user's own on top.
  public var prices: String?
  /// The YAML as the user wrote it.
  public var text: String
}

/// A model with its settings and its price.
public struct PlannedCandidate: Sendable, Hashable {
  /// Where its answers come from.
  public enum Source: Sendable, Hashable {
    /// A URL such as `https://host/v1`.
    case endpoint(String)
    /// A program that serves the interface on `{port}`, started for the run and ended after it.
    case served(ServedProgram)
    /// Files of what was observed elsewhere.
    /// - candidate: which of those in the files; nil for all that is there.
    case imported(files: [String], form: String, candidate: String?)
  }

  /// Which of the interface's requests it is asked by.
  public enum Form: String, Sendable, Hashable, CaseIterable {
    case chat
    /// A text to go on with, for models without a chat template: the messages' contents with a blank line between.
    case completion
  }

  public var name: String
  public var source: Source
  public var form: Form
  /// What requests ask for.
  public var model: String
  public var key: KeySource?
  /// Whose certificates are believed, where it is an encrypted endpoint.
  public var trust = CertificateTrust.system
  public var prompt: PromptTemplate
  /// Members of the request's body beside the model and the messages, such as `temperature`.
  public var settings: JSONObject
  public var price: PlannedPrice
  public var load: RequestLoad
}

/// A server that is started for the run.
public struct ServedProgram: Sendable, Hashable {
  /// `{port}`, `{home}`, `{program}` and `{python}` stand for what the runner knows.
  public var command: [String]
  /// Where the interface begins.
  public var path: String
  /// How long it may take until it answers.
  public var ready: Duration
  public var environment: ProgramEnvironment
}

/// What is laid over the runner's environment for a program that it starts.
public struct ProgramEnvironment: Sendable, Hashable {
  public var values: [String: String]
  /// Variables that hold keys, and where those are found.
  public var keys: [String: KeySource]

  public init(values: [String: String] = [:], keys: [String: KeySource] = [:]) {
    self.values = values
    self.keys = keys
  }
}

/// Where a key is found. The key itself is in no plan and no record.
public enum KeySource: Sendable, Hashable {
  case environment(String)
  case file(String)
}

/// By what a candidate's answers are priced.
public enum PlannedPrice: Sendable, Hashable {
  /// The catalogue's price of the model that answered.
  /// - model: the catalogue's name of the model that is asked for, where the endpoint calls it otherwise.
  /// - conditions: such as `processing: batch`.
  case catalogue(provider: String?, model: String?, conditions: [String: String])
  /// Hardware of the user's own prices, by its name.
  case hardware(String)
  /// Hardware at prices that the plan says, as decimals.
  case held(perHour: String?, perKilowattHour: String?, currency: String, source: String?)
}

/// How requests are sent.
public struct RequestLoad: Sendable, Hashable {
  public enum Shape: Sendable, Hashable {
    /// So many at a time, the next when one has been answered.
    case concurrency(Int)
    /// Requests a second on average; constant, or independent of each other (poisson).
    case rate(Double, isPoisson: Bool, seed: UInt64)
  }

  public var shape = Shape.concurrency(1)
  /// Whether answers are streamed: without it there is no time to first token.
  public var streams = true
  public var timeout = Duration.seconds(600)
  /// Further tries of a request that failed in a way that may pass; these outlast an endpoint that is down for a minute.
  public var retries = 8
  /// Requests before the first row, which count nowhere; they are paid for.
  public var warmup = 0

  public init() {}
}

/// The judge that evaluators may ask.
public struct PlannedJudge: Sendable, Hashable {
  public var source: PlannedCandidate.Source
  public var model: String
  public var key: KeySource?
  public var trust = CertificateTrust.system
  public var settings: JSONObject
  public var price: PlannedPrice
  /// How it is asked for structured output: json-schema, json-object or prompt.
  public var structure: String
  public var load: RequestLoad
}

/// What every observation carries beside its figures, so that spend can be told by it.
public struct Attribution: Sendable, Hashable {
  /// A text, or a row's metadata.
  public enum Value: Sendable, Hashable {
    case text(String)
    case metadata(String)
  }

  public var route: Value
  public var customer: Value?
  public var tags: [String: Value]
}
