import ArgumentParser
import Checkpoints
import EngineWorkloads
import Foundation
import Measures

struct PerplexityCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "perplexity", abstract: "How well a model predicts a text.",
    discussion: """
      The text is cut into windows of --window tokens that do not overlap, each begun with the tokenizer's begin token where \
      it has one; each token is predicted from what stands before it in its window. With --stride windows begin every so many \
      tokens and each predicts only what no window before did, the recipe of transformers' documentation.

      Perplexities compare only between models with the same tokenizer, window and stride; bits per byte between tokenizers \
      too.
      """)

  @Option(help: "A name that `efficientllm models` lists, a GGUF file, or a directory.") var model: String
  @Option(help: "A file of UTF-8 text.") var text: String
  @Option(help: "Tokens of a window.") var window = 512
  @Option(help: "Tokens from one window's beginning to the next one's, at most --window. (default: windows apart)")
  var stride: Int?
  @Option(help: "Tokens of the text that are read. (default: all)") var limit: Int?
  @Option(help: "What the model computes in: fp32 or bf16.") var dtype = InferencePrecision.fp32
  @Option(help: "Where it computes: auto, cpu or cuda.") var device = DeviceChoice.auto
  @Option(help: "Threads on the processor. (default: one a core)") var threads: Int?
  @Option(help: "table or json.") var format: OutputFormat = .table

  func validate() throws {
    if format == .csv { throw ValidationError("a perplexity is printed as table or json") }
    guard (2...1 << 24).contains(window) else { throw ValidationError("--window is 2 or more") }
    guard (1...window).contains(stride ?? 1) else { throw ValidationError("--stride is 1 to --window, \(window)") }
    guard limit ?? 2 >= 2 else { throw ValidationError("--limit is 2 or more") }
    guard (1...1024).contains(threads ?? 1) else { throw ValidationError("--threads is 1 to 1024") }
  }

  func run() async throws {
    let home = Home()
    let checkpoint = try Checkpoint.open(ModelShelf(folder: home.models).path(of: model))
    let content: String
    do {
      content = try String(contentsOf: URL(fileURLWithPath: text), encoding: .utf8)
    } catch {
      throw ValidationError("\(text) cannot be read as UTF-8 text: give --text a file of it")
    }
    var settings = EngineService.Settings()
    settings.precision = dtype
    settings.device = device
    if let threads { settings.threads = threads }
    let cut = stride.map { PerplexityWindows.strided(length: window, stride: $0) } ?? .separate(length: window)
    let result = try PerplexityRun(checkpoint, settings: settings, home: home.url)
      .run(content, cut, limit: limit, progress: Progress().tell)
    let report = PerplexityReport(
      model: checkpoint.name, text: text, dtype: dtype.rawValue, window: window, stride: stride, result: result)
    if format == .json { return try printPrettyJSON(report) }
    print(report.lines)
  }

  /// Says how far it is on standard error: over the same line on a terminal, else every tenth.
  private struct Progress {
    let isTerminal = isatty(STDERR_FILENO) == 1

    func tell(_ done: Int, _ all: Int, _ perplexity: Double) {
      let line = "window \(done) of \(all): perplexity \(String(format: "%.3f", perplexity)) so far"
      if isTerminal {
        FileHandle.standardError.write(Data("\r\(line)\(done == all ? "\n" : "")".utf8))
      } else if done == all || done * 10 / all != (done - 1) * 10 / all {
        FileHandle.standardError.write(Data("\(line)\n".utf8))
      }
    }
  }
}

/// A perplexity with everything it depends on.
struct PerplexityReport: Encodable {
  var model: String
  var text: String
  var dtype: String
  var window: Int
  var stride: Int?
  var perplexity: Double
  var lower: Double?
  var upper: Double?
  var confidence: Double?
  /// Of the mean negative log-likelihood, in nats a token.
  var standardError: Double?
  var tokens: Int
  var windows: Int
  var bytes: Int
  var bitsPerByte: Double?
  var seconds: Double

  init(model: String, text: String, dtype: String, window: Int, stride: Int?, result: PerplexityResult) {
    self.model = model
    self.text = text
    self.dtype = dtype
    self.window = window
    self.stride = stride
    perplexity = result.perplexity
    lower = result.interval?.lower
    upper = result.interval?.upper
    confidence = result.interval?.confidence
    standardError = result.standardError
    tokens = result.tokens
    windows = result.windows
    bytes = result.bytes
    bitsPerByte = result.bitsPerByte
    seconds = result.seconds
  }

  /// For people.
  var lines: String {
    var value = String(format: "%.4f", perplexity)
    if let lower, let upper { value += String(format: "  [%.3f, %.3f] over windows (95 %%, bootstrap)", lower, upper) }
    var lines = [("perplexity", value)]
    if let bitsPerByte { lines.append(("bits per byte", String(format: "%.4f", bitsPerByte))) }
    let cut = stride.map { "windows of \(window) tokens every \($0)" } ?? "windows of \(window) tokens"
    lines.append(("predicted", "\(tokens) tokens, \(bytes) bytes, in \(windows) \(cut)"))
    lines.append(("model", "\(model), \(dtype)"))
    lines.append(("time", String(format: "%.1f s, %.0f tokens/s", seconds, Double(tokens) / max(seconds, 1e-9))))
    return lines.map { $0.0.padding(toLength: 15, withPad: " ", startingAt: 0) + $0.1 }.joined(separator: "\n")
  }
}
