import ArgumentParser
import Checkpoints
import Corpora
import Datasets
import EngineWorkloads
import Evaluations
import Evaluators
import Generation
import Interchange
import MeasuringClient
import Pricing
import Probes
import Ranking
import Records
import Studies
import Tokenization

/// What the process leaves with: 0, 1 for a failure, 2 for something the user has to say differently.
enum ExitStatus: Int32 {
  case success = 0
  case failure = 1
  case usage = 2

  /// The status an error leaves with. A wrong command line, plan or table is usage; everything else is a failure.
  static func of(_ error: any Error) -> ExitStatus {
    switch EfficientLLM.exitCode(for: error) {
    case .success: return .success
    case .validationFailure: return .usage
    default: break
    }
    return isUsageError(error) ? .usage : .failure
  }

  /// The typed errors of the rooms that say the user's input is wrong.
  private static func isUsageError(_ error: any Error) -> Bool {
    switch error {
    case is TableError, is DecisionError, is PlanError: true
    case let error where TrainWorkload.isUsageError(error): true
    case StudyError.sameName: true
    case RecordError.noSuchStudy, RecordError.ambiguousStudy, RecordError.noRecords, RecordError.noSuchEvaluation: true
    case is ComparisonError, is ReportCommand.Failure: true
    case let failure as TableFile.Failure: failure.isUsage
    case let error as ProbeError: error.isUsage
    case let error as CorpusError: error.isUsageError
    case let error as CheckpointError: error.isUsageError
    case let error as TokenizerError: error.isUsageError
    case let error as EngineError: error.isUsageError
    case let error as DatasetError: error.isUsageError
    case is CohortError: true
    case let error as PricingError: error.isUsageError
    case is UsageError: true
    case is ClientError: true
    case let error as EvaluationRunError: error.isUsageError
    case let error as EvaluationError: error.isUsageError
    case let error as ImportError: error.isUsageError
    case is EvaluationImportError: true
    case RecordError.noSuchEvaluation, RecordError.sameEvaluation: true
    case is TextGenerator.NoChatTemplate, is PerplexityRun.Failure: true
    default: false
    }
  }
}
