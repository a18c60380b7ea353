internal import Checkpoints
internal import Corpora
internal import Foundation
internal import Measures
internal import Models
public import Studies
internal import Torch

/// Running a real model in this program's own engine, as a workload of a study: prompts of real text are read and
/// continued greedily, and the text's perplexity is taken.
public struct InferWorkload: Workload {
  /// This program, which runs the trial in a process of its own.
  private let executable: String
  private let directories: TrainTrial.Directories

  public init(executable: String, directories: TrainTrial.Directories) {
    self.executable = executable
    self.directories = directories
  }

  public var name: String { "infer" }

  /// - Throws: ``SettingError``, ``Checkpoints/CheckpointError``.
  public func describe(_ settings: Settings, work: WorkPlan, precision: String) throws -> CellDescription {
    let cell = try InferSettings(settings, work: work, precision: precision)
    // Numbers are compared where model, prompt and batch are the same.
    let model = "\(cell.model), \(cell.promptTokens) + \(work.sequenceLength), batch \(cell.batch)"
    var description = CellDescription(method: precision, model: model, equalised: "requests and generated tokens")
    // A model that has not been fetched is named by `prepare`.
    guard let checkpoint = try? Checkpoint.open(ModelShelf(folder: directories.models).path(of: cell.model)),
      let configuration = try? checkpoint.decoderConfiguration()
    else { return description }
    let cost = DecoderCost(configuration)
    let bytes = cell.precision.dtype.byteCount
    let context = cell.promptTokens + work.sequenceLength
    description.account = cell.account(cost)
    // A tied matrix is looked up in as it is and multiplied with in another order: it is held twice.
    let twice = configuration.tiedEmbeddings ? configuration.vocabulary * configuration.width : 0
    description.estimatedMemoryBytes = UInt64(
      (cost.parameters + twice) * bytes + cell.batch * context * cost.cacheElementsPerToken * bytes)
    description.totalFLOPs =
      cost.generationFLOPs(promptTokens: cell.promptTokens, steps: work.sequenceLength) * Double(work.requests)
    return description
  }

  public func command(specPath: String, spec: TrialSpec) -> [String] {
    [executable, "trial", "--workload", name, "--spec", specPath]
  }

  /// - Throws: ``Torch/TorchError`` where libtorch is missing, ``Checkpoints/CheckpointError`` where the model is,
  ///   ``Corpora/CorpusError`` where the text is, and what makes the settings impossible for the model.
  public func prepare(_ settings: Settings, work: WorkPlan, precision: String) throws {
    _ = try Torch.locate(home: directories.home)
    let cell = try InferSettings(settings, work: work, precision: precision)
    let checkpoint = try Checkpoint.open(ModelShelf(folder: directories.models).path(of: cell.model))
    let configuration = try checkpoint.decoderConfiguration()
    let longest = max(cell.promptTokens + work.sequenceLength, cell.perplexityTokens > 0 ? PromptText.window : 0)
    guard longest <= configuration.maximumPositions else {
      throw SettingError.impossible(
        name: "prompt-tokens", value: String(cell.promptTokens),
        reason:
          "with the generated tokens, or a window of the perplexity, it comes to \(longest) positions; the model's "
          + "context has \(configuration.maximumPositions)")
    }
    _ = try PromptText.files(cell.text, corporaDirectory: directories.corpora)
  }

  /// Whether an error of this room means that the user has to say something else, and not that something failed.
  public static func isUsageError(_ error: any Error) -> Bool { TrainWorkload.isUsageError(error) }
}

extension InferSettings {
  /// What the cell's model says of itself.
  func account(_ cost: DecoderCost) -> ModelAccount {
    let bytes = precision.dtype.byteCount
    let flops = cost.generationFLOPs(promptTokens: promptTokens, steps: work.sequenceLength)
    return ModelAccount(
      parameters: cost.parameters, parameterBytes: UInt64(cost.parameters * bytes),
      // Over all tokens that are read, so that a trial's tokens times this are what it computes.
      inferenceFLOPsPerToken: flops / Double(promptTokens + work.sequenceLength),
      cacheBytesPerToken: Double(cost.cacheElementsPerToken * bytes), bitsPerWeight: Double(8 * bytes))
  }
}
