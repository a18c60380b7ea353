internal import ChatTemplates
public import Checkpoints
public import Foundation
public import Generation
internal import Tokenization
internal import Torch

/// A decoder of a checkpoint in an engine, with what makes prompts for it: what a program needs to continue texts.
public struct TextGenerator: Sendable {
  public let engine: Engine
  public let endTokens: Set<UInt32>
  /// Whether the checkpoint has a template for conversations.
  public let hasChatTemplate: Bool
  /// Bytes that the cache of so many positions takes at most.
  public let cacheBytes: @Sendable (_ positions: Int) -> Int
  private let tokenizer: any Tokenizer
  private let template: ChatTemplate?
  private let beginToken: String?
  private let endToken: String?

  /// Loads libtorch and the model.
  /// - Parameter home: where libtorch's shim is found.
  /// - Throws: ``Checkpoints/CheckpointError``, ``Tokenization/TokenizerError``, ``ChatTemplates/TemplateError``,
  ///   ``Torch/TorchError``, ``Generation/EngineError``.
  public init(_ checkpoint: Checkpoint, settings: EngineService.Settings, home: URL) async throws {
    // What is wrong with the checkpoint is said before its weights are read.
    _ = try checkpoint.decoderConfiguration()
    let tokenizer = try checkpoint.loadTokenizer()
    let template = try checkpoint.chatTemplate()
    try Torch.load(home: home)
    let device = try settings.device.choose()
    let limits = EngineLimits(
      maximumSequences: settings.maximumSequences, maximumQueued: settings.maximumQueued,
      cacheBytes: settings.cacheBytes,
      maximumStepTokens: max(1024, settings.maximumSequences + 1), contextLength: settings.maximumContext)
    engine = try await Engine.running(checkpoint, tokenizer, settings: settings, device: device, limits: limits)
    cacheBytes = try await engine.withModel { $0.cacheBytes }
    endTokens = checkpoint.endTokens
    hasChatTemplate = template != nil
    self.tokenizer = tokenizer
    self.template = template
    beginToken = checkpoint.beginTokenText
    endToken = checkpoint.endTokenText
  }

  /// The tokens of a text that is to be continued as it stands, with those that the tokenizer puts before every text.
  public func prompt(_ text: String) -> [UInt32] { tokenizer.encode(text, addingSpecialTokens: true) }

  /// The tokens of a conversation of one message, to be answered.
  /// - Throws: ``ChatTemplates/TemplateError`` where the template refuses it; ``NoChatTemplate``.
  public func chat(_ message: String, system: String?) throws -> [UInt32] {
    guard let template else { throw NoChatTemplate() }
    var messages = [ChatMessage(role: "user", content: message)]
    if let system { messages.insert(ChatMessage(role: "system", content: system), at: 0) }
    let text = try template.render(
      messages: messages, addsGenerationPrompt: true, beginToken: beginToken, endToken: endToken)
    // The template writes the special tokens itself.
    return tokenizer.encode(text, addingSpecialTokens: false)
  }

  /// A conversation was asked of a model that has no template for one.
  public struct NoChatTemplate: Error, CustomStringConvertible {
    public var description: String { "the model has no chat template: give the text to continue with --raw" }
  }
}
