/// What one request used. The counts are disjoint: their sum is all there was, and each has its own price.
public struct Usage: Sendable, Hashable {
  /// Tokens of input that are neither cached nor counted below.
  public let input: Int
  /// Tokens of input read from a cache.
  public let cachedInput: Int
  /// Tokens of input written to a cache for five minutes, or for a time that is not told.
  public let cacheWrite: Int
  /// Tokens of input written to a cache for an hour.
  public let cacheWrite1h: Int
  public let inputAudio: Int
  public let cachedAudio: Int
  public let inputImage: Int
  public let cachedImage: Int
  public let inputVideo: Int
  public let cachedVideo: Int
  /// Tokens of output that are not counted below.
  public let output: Int
  /// Tokens that were thought and not shown.
  public let outputReasoning: Int
  public let outputAudio: Int
  public let outputImage: Int
  public let outputVideo: Int
  public let webSearches: Int
  public let requests: Int

  /// The most a count may be: far beyond any request, and small enough that no product leaves its range.
  public static let most = 1_000_000_000_000_000

  /// - Throws: ``UsageError/negative(_:_:)``, ``UsageError/tooLarge(_:_:)``.
  public init(
    input: Int = 0, cachedInput: Int = 0, cacheWrite: Int = 0, cacheWrite1h: Int = 0, inputAudio: Int = 0,
    cachedAudio: Int = 0, inputImage: Int = 0, cachedImage: Int = 0, inputVideo: Int = 0, cachedVideo: Int = 0,
    output: Int = 0, outputReasoning: Int = 0, outputAudio: Int = 0, outputImage: Int = 0, outputVideo: Int = 0,
    webSearches: Int = 0, requests: Int = 1
  ) throws(UsageError) {
    self.input = input
    self.cachedInput = cachedInput
    self.cacheWrite = cacheWrite
    self.cacheWrite1h = cacheWrite1h
    self.inputAudio = inputAudio
    self.cachedAudio = cachedAudio
    self.inputImage = inputImage
    self.cachedImage = cachedImage
    self.inputVideo = inputVideo
    self.cachedVideo = cachedVideo
    self.output = output
    self.outputReasoning = outputReasoning
    self.outputAudio = outputAudio
    self.outputImage = outputImage
    self.outputVideo = outputVideo
    self.webSearches = webSearches
    self.requests = requests
    var wrong: UsageError?
    forEachUsed { kind, count in
      if count < 0 { wrong = wrong ?? .negative(kind.name, count) }
      if count > Self.most { wrong = wrong ?? .tooLarge(kind.name, count) }
    }
    if let wrong { throw wrong }
  }

  /// All tokens of input, cached or not: what prices in steps go by.
  public var totalInput: Int {
    input + cachedInput + cacheWrite + cacheWrite1h + inputAudio + cachedAudio + inputImage + cachedImage + inputVideo
      + cachedVideo
  }

  /// All tokens of output, reasoning among them.
  public var totalOutput: Int { output + outputReasoning + outputAudio + outputImage + outputVideo }

  /// Every count that is not zero, in the order of ``PriceKind``.
  @inline(__always)
  func forEachUsed(_ body: (PriceKind, Int) -> Void) {
    if input != 0 { body(.input, input) }
    if cachedInput != 0 { body(.cachedInput, cachedInput) }
    if cacheWrite != 0 { body(.cacheWrite, cacheWrite) }
    if cacheWrite1h != 0 { body(.cacheWrite1h, cacheWrite1h) }
    if inputAudio != 0 { body(.inputAudio, inputAudio) }
    if cachedAudio != 0 { body(.cachedAudio, cachedAudio) }
    if inputImage != 0 { body(.inputImage, inputImage) }
    if cachedImage != 0 { body(.cachedImage, cachedImage) }
    if inputVideo != 0 { body(.inputVideo, inputVideo) }
    if cachedVideo != 0 { body(.cachedVideo, cachedVideo) }
    if output != 0 { body(.output, output) }
    if outputReasoning != 0 { body(.outputReasoning, outputReasoning) }
    if outputAudio != 0 { body(.outputAudio, outputAudio) }
    if outputImage != 0 { body(.outputImage, outputImage) }
    if outputVideo != 0 { body(.outputVideo, outputVideo) }
    if requests != 0 { body(.request, requests) }
    if webSearches != 0 { body(.webSearch, webSearches) }
  }
}

/// What is wrong with a document that says what a request used.
public enum UsageError: Error, Hashable, Sendable {
  case notJSON
  case documentTooLarge(bytes: Int, limit: Int)
  /// No form was recognised.
  case unknownForm
  /// Members of two forms stand in one document.
  case ambiguousForm([UsageForm])
  case missing(String, UsageForm)
  /// Something that is no whole number stands where a count should.
  case notACount(String)
  case negative(String, Int)
  case tooLarge(String, Int)
  /// A part is larger than what it is part of.
  case exceeds(part: String, count: Int, whole: String, of: Int)
  /// Parts that should add up to a total do not.
  case wrongTotal(String, said: Int, found: Int)
  /// Two parts may share tokens, and the document does not say how many.
  case overlapUnknown(String, String)
}

extension UsageError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .notJSON: "the usage is no JSON object: give it as the server sent it"
    case .documentTooLarge(let bytes, let limit): "the usage has \(bytes) bytes, more than \(limit)"
    case .unknownForm:
      "the usage is of no form that is known: it has neither prompt_tokens, nor input_tokens, nor promptTokenCount"
    case .ambiguousForm(let forms):
      "the usage is in several forms at once (\(forms.map(\.rawValue).joined(separator: ", "))): say which one counts"
    case .missing(let name, let form): "the usage lacks \(name), which the \(form.rawValue) form has"
    case .notACount(let name): "the usage's \(name) is no whole number"
    case .negative(let name, let count): "the usage's \(name) is negative: \(count)"
    case .tooLarge(let name, let count): "the usage's \(name) is beyond any request: \(count)"
    case .exceeds(let part, let count, let whole, let total):
      "the usage contradicts itself: \(part) (\(count)) is part of \(whole) (\(total)) and larger"
    case .wrongTotal(let name, let said, let found):
      "the usage contradicts itself: \(name) is \(said), its parts are \(found)"
    case .overlapUnknown(let one, let other):
      "the usage does not say how many of its \(one) are among its \(other), which have another price"
    }
  }
}

/// Whose way of saying what a request used.
public enum UsageForm: String, Sendable, Hashable, CaseIterable, Codable {
  /// OpenAI's chat completions: `prompt_tokens` and `completion_tokens`, with cached and reasoning tokens as parts of them.
  case chat
  /// OpenAI's responses: `input_tokens` and `output_tokens`, with cached and reasoning tokens as parts of them.
  case responses
  /// Anthropic's messages: cache reads and writes stand beside `input_tokens`.
  case anthropic
  /// Google's: `promptTokenCount` with cached tokens as part of it, thoughts beside `candidatesTokenCount`.
  case google
}
