internal import Corpora
internal import Measures
internal import Models
public import Studies
internal import Torch

/// Training a decoder in this program's own engine, as a workload of a study.
public struct TrainWorkload: Workload {
  /// This program, which runs the trial in a process of its own.
  private let executable: String
  private let directories: TrainTrial.Directories

  public init(executable: String, directories: TrainTrial.Directories) {
    self.executable = executable
    self.directories = directories
  }

  public var name: String { "train" }

  /// - Throws: ``SettingError``, ``Models/ConfigurationError``.
  public func describe(_ settings: Settings, work: WorkPlan, precision: String) throws -> CellDescription {
    let cell = try TrainSettings(settings, work: work, precision: precision)
    let account = cell.account
    let cost = DecoderCost(cell.configuration)
    let bytes = cost.trainingBytes(
      tokensPerStep: cell.plan.sequencesPerPass * cell.plan.sequenceLength,
      bytesPerElement: cell.precision.computeType.byteCount, masterWeights: cell.precision.hasMasterWeights)
    return CellDescription(
      method: cell.configuration.attention.title, model: cell.modelName, account: account,
      estimatedMemoryBytes: UInt64(min(bytes, 1e18)),
      totalFLOPs: account.trainingFLOPsPerToken.map { $0 * Double(work.tokens) }, equalised: cell.held.title)
  }

  public func command(specPath: String, spec: TrialSpec) -> [String] { [executable, "trial", "--spec", specPath] }

  /// - Throws: ``Torch/TorchError`` where libtorch is missing, ``Corpora/CorpusError`` where the corpus is.
  public func prepare(_ settings: Settings, work: WorkPlan, precision: String) throws {
    _ = try Torch.locate(home: directories.home)
    let cell = try TrainSettings(settings, work: work, precision: precision)
    _ = try cell.tokenizedCorpus(directories)
  }

  /// Whether an error of this room means that the user has to say something else, and not that something failed.
  public static func isUsageError(_ error: any Error) -> Bool {
    error is SettingError || error is ConfigurationError
  }

  public func resumes(_ settings: Settings) -> Bool {
    if case .integer(let interval) = settings["checkpoint-every"] { interval > 0 } else { false }
  }
}

extension TrainSettings {
  /// What the cell's model says of itself.
  var account: ModelAccount {
    let cost = DecoderCost(configuration)
    let bytes = precision.computeType.byteCount
    return ModelAccount(
      parameters: cost.parameters, parameterBytes: UInt64(cost.parameters * bytes),
      trainingFLOPsPerToken: cost.trainingFLOPsPerToken(sequenceLength: plan.sequenceLength),
      inferenceFLOPsPerToken: cost.forwardFLOPsPerToken(sequenceLength: plan.sequenceLength),
      cacheBytesPerToken: Double(cost.cacheElementsPerToken * bytes), bitsPerWeight: Double(8 * bytes))
  }
}
