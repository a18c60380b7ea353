import ArgumentParser
import Checkpoints
import Dispatch
import EngineWorkloads
import Foundation
import Generation

struct GenerateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate", abstract: "Continues a text, or answers a message, with a model.",
    discussion: """
      The text goes to standard output as it is made, one line of figures to standard error. A model with a chat template is \
      given the prompt as a user's message; --raw lets it continue the prompt as it stands. Ctrl-C ends it.
      """)

  @Option(help: "A name that `efficientllm models` lists, a GGUF file, or a directory.") var model: String
  @Option(help: "The message or the text to continue; standard input when left out.") var prompt: String?
  @Option(help: "The system message of a conversation.") var system: String?
  @Flag(exclusivity: .exclusive, help: "Require, or leave out, the chat template.") var form: Form?
  @Option(help: "The most tokens to generate.") var maxTokens = 256
  @Option(help: "0 takes the best token each time; higher is more varied.") var temperature = 0.0
  @Option(help: "Draw from so many best tokens.") var topK: Int?
  @Option(help: "Draw from the best tokens that hold this share of the probability.") var topP = 1.0
  @Option(help: "Draw from tokens with this share of the best one's probability.") var minP = 0.0
  @Option(help: "Above 1: makes tokens of prompt and answer less likely.") var repetitionPenalty = 1.0
  @Option(help: "Subtracted from the logits of generated tokens.") var presencePenalty = 0.0
  @Option(help: "The same, for each time a token was generated.") var frequencyPenalty = 0.0
  @Option(help: "The seed of what is drawn. (default: a random one)") var seed: UInt64?
  @Option(parsing: .singleValue, help: "A string that ends the answer and is not in it; may be given several times.")
  var stop: [String] = []
  @Flag(help: "Go on behind the model's end token.") var ignoreEnd = false
  @Option(help: "Log-probabilities of the tokens and of so many best ones, in the JSON.") var logprobs: Int?
  @Option(help: "What the model computes in: bf16 or fp32.") var dtype = InferencePrecision.bf16
  @Option(help: "Where it computes: auto, cpu or cuda.") var device = DeviceChoice.auto
  @Option(help: "Threads on the processor. (default: one a core)") var threads: Int?
  @Option(help: "table (the text) or json.") var format: OutputFormat = .table

  enum Form: String, EnumerableFlag {
    case chat, raw
  }

  func validate() throws {
    if format == .csv { throw ValidationError("an answer is printed as table or json") }
    guard (1...1024).contains(threads ?? 1) else { throw ValidationError("--threads is 1 to 1024") }
    if form == .raw, system != nil { throw ValidationError("--system belongs to a conversation: leave out --raw") }
    if logprobs != nil, format != .json { throw ValidationError("--logprobs needs --format json") }
    do {
      // Whatever is wrong with the numbers is said before a model is loaded.
      try request([0]).validate()
    } catch {
      throw ValidationError("\(error)")
    }
  }

  private func request(_ tokens: [UInt32], endTokens: Set<UInt32> = []) -> GenerationRequest {
    GenerationRequest(
      prompt: tokens, maximumTokens: maxTokens,
      sampling: SamplingParameters(
        temperature: temperature, topK: topK, topP: topP, minP: minP, repetitionPenalty: repetitionPenalty,
        presencePenalty: presencePenalty, frequencyPenalty: frequencyPenalty, seed: seed),
      stop: stop, endTokens: endTokens, ignoresEnd: ignoreEnd, topLogProbabilities: logprobs)
  }

  func run() async throws {
    let text = try prompt ?? String(decoding: FileHandle.standardInput.readToEnd() ?? Data(), as: UTF8.self)
    let home = Home()
    let checkpoint = try Checkpoint.open(ModelShelf(folder: home.models).path(of: model))
    var settings = EngineService.Settings()
    settings.precision = dtype
    settings.device = device
    settings.maximumSequences = 1
    if let threads { settings.threads = threads }
    let generator = try await TextGenerator(checkpoint, settings: settings, home: home.url)
    let isChat = form == .chat || system != nil || (form == nil && generator.hasChatTemplate)
    let tokens = isChat ? try generator.chat(text, system: system) : generator.prompt(text)
    let answer = try await answer(request(tokens, endTokens: generator.endTokens), generator.engine)
    await generator.engine.shutdown()
    let report = GenerationReport(
      model: checkpoint.name, dtype: dtype.rawValue, threads: settings.threads, answer: answer,
      cacheBytes: generator.cacheBytes(tokens.count + answer.tokens.count))
    if format == .json {
      try printPrettyJSON(report)
    } else {
      FileHandle.standardOutput.write(Data("\n".utf8))
      FileHandle.standardError.write(Data((report.line + "\n").utf8))
    }
    if answer.wasInterrupted { throw ExitCode(128 + SIGINT) }
  }

  /// Shows the answer as it comes.
  private func answer(_ request: GenerationRequest, _ engine: Engine) async throws -> Answer {
    let showsText = format != .json
    let task = Task {
      var answer = Answer(promptTokens: request.prompt.count)
      for try await event in engine.generate(request) {
        switch event {
        case .started, .prompt: break
        case .token(let token):
          answer.tokens.append(token)
          if showsText, !token.text.isEmpty { FileHandle.standardOutput.write(Data(token.text.utf8)) }
        case .finished(let summary): answer.summary = summary
        }
      }
      return answer
    }
    signal(SIGINT, SIG_IGN)
    let interruption = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
    interruption.setEventHandler { task.cancel() }
    interruption.resume()
    defer { interruption.cancel() }
    return try await task.value
  }
}

/// What came of a request.
struct Answer: Sendable {
  var promptTokens: Int
  var tokens: [GeneratedToken] = []
  /// nil when it was interrupted.
  var summary: GenerationSummary?

  var wasInterrupted: Bool { summary == nil || summary?.reason == .cancelled }
}

/// The figures of one answer.
struct GenerationReport: Encodable {
  struct Scored: Encodable {
    var id: UInt32
    var logProbability: Float
    var top: [Alternative]
  }

  struct Alternative: Encodable {
    var id: UInt32
    var logProbability: Float
  }

  var model: String
  var dtype: String
  var threads: Int
  var text: String
  var tokens: [UInt32]
  var promptTokens: Int
  var completionTokens: Int
  var finishReason: String
  var stopString: String?
  /// Seconds from the request to its first token.
  var timeToFirstToken: Double?
  /// Seconds a token after the first.
  var timePerOutputToken: Double?
  /// Prompt tokens and later tokens a second, each over its own phase.
  var prefillTokensPerSecond: Double?
  var decodeTokensPerSecond: Double?
  /// Bytes of cache that so many tokens take at most.
  var cacheBytes: Int
  var logProbabilities: [Scored]?

  init(model: String, dtype: String, threads: Int, answer: Answer, cacheBytes: Int) {
    self.model = model
    self.dtype = dtype
    self.threads = threads
    self.cacheBytes = cacheBytes
    text = answer.tokens.map(\.text).joined()
    tokens = answer.tokens.map(\.id)
    promptTokens = answer.promptTokens
    completionTokens = answer.tokens.count
    finishReason = (answer.summary?.reason ?? .cancelled).rawValue
    stopString = answer.summary?.stopString
    let scored = answer.tokens.compactMap { token in
      token.logProbability.map { value in
        Scored(
          id: token.id, logProbability: value,
          top: token.top.map { Alternative(id: $0.id, logProbability: $0.logProbability) })
      }
    }
    logProbabilities = scored.isEmpty ? nil : scored
    if let timing = answer.summary?.timing, let first = timing.firstToken {
      timeToFirstToken = Double(first - timing.submitted) * 1e-9
      if timing.prefillNanoseconds > 0 {
        prefillTokensPerSecond = Double(answer.promptTokens) / (Double(timing.prefillNanoseconds) * 1e-9)
      }
    }
    if let first = answer.tokens.first, let last = answer.tokens.last, last.nanoseconds > first.nanoseconds {
      let seconds = Double(last.nanoseconds - first.nanoseconds) * 1e-9
      timePerOutputToken = seconds / Double(answer.tokens.count - 1)
      decodeTokensPerSecond = Double(answer.tokens.count - 1) / seconds
    }
  }

  /// One line for people.
  var line: String {
    func show(_ format: String, _ value: Double?, scale: Double = 1) -> String? {
      value.map { String(format: format, $0 * scale) }
    }
    let parts: [String?] = [
      "\(promptTokens) + \(completionTokens) tokens (\(finishReason))",
      show("TTFT %.0f ms", timeToFirstToken, scale: 1000), show("TPOT %.2f ms", timePerOutputToken, scale: 1000),
      show("prefill %.0f tokens/s", prefillTokensPerSecond), show("decode %.1f tokens/s", decodeTokensPerSecond),
      "cache \(ModelText.bytes(cacheBytes))", "\(dtype), \(threads) threads",
    ]
    return parts.compactMap(\.self).joined(separator: " · ")
  }
}
