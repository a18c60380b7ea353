public import Datasets
public import Evaluators
public import MeasuringClient

/// What an evaluation asks for: one dataset, several candidates, how their answers are judged and what is written beside
/// each.
///
/// Read from YAML by ``EvaluationPlan/init(yaml:)``. See `evaluations/` for examples.
public struct EvaluationPlan: Sendable, Hashable {
  /// Safe as a file name.
  public var name: String
  public var question: String
  public var dataset: DatasetReference
  /// Which of its rows.
  public var cohort: Cohort?
  public var sample: RowSample?
  /// The metadata whose value says which rows belong together; nil where each stands for itself.
  public var cluster: String?
  /// How often each row is asked.
  public var repetitions: Int
  public var prompt: PromptTemplate
  public var candidates: [PlannedCandidate]
  public var evaluators: [PlannedEvaluator]
  /// The name of the evaluator whose verdict says whether an answer passes; nil where there is but one.
  public var passes: String?
  public var judge: PlannedJudge?
  public var load: RequestLoad
  public var attribution: Attribution
  /// The version of the prices; nil for the latest.
  public var prices: String?
  /// The YAML as the user wrote it.
  public var text: String
}
