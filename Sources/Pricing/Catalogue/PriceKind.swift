/// What a price is for. The kinds of tokens are disjoint: what is cached is no plain input, what is reasoning is no plain
/// output.
public enum PriceKind: Int, Sendable, Hashable, CaseIterable {
  /// Input that is neither cached nor of a kind below.
  case input
  /// Input read from a cache.
  case cachedInput
  /// Input written to a cache for five minutes, or for a time that is not told.
  case cacheWrite
  /// Input written to a cache for an hour.
  case cacheWrite1h
  case inputAudio
  case cachedAudio
  case inputImage
  case cachedImage
  case inputVideo
  case cachedVideo
  /// Output that is of no kind below.
  case output
  /// Output that is thought and not shown.
  case outputReasoning
  case outputAudio
  case outputImage
  case outputVideo
  case outputCitation
  case inputCharacters
  /// A request, whatever is in it.
  case request
  case webSearch
  case storageSearch
  case textMessage
  case documentPage
  case annotatedDocumentPage
  case audioHours
  case inputAudioHours

  /// As files and tables write it.
  public var name: String { Self.names[rawValue] }

  public init?(name: String) {
    guard let index = Self.names.firstIndex(of: name) else { return nil }
    self.init(rawValue: index)
  }

  private static let names = [
    "input", "cached_input", "cache_write", "cache_write_1h", "input_audio", "cached_audio", "input_image",
    "cached_image", "input_video", "cached_video", "output", "output_reasoning", "output_audio", "output_image",
    "output_video", "output_citation", "input_characters", "request", "web_search", "storage_search", "text_message",
    "document_page", "annotated_document_page", "audio_hours", "input_audio_hours",
  ]

  /// How many of it a price is quoted for.
  public var quotedFor: Int {
    switch self {
    case .audioHours, .inputAudioHours: 1
    case .request, .webSearch, .storageSearch, .textMessage, .documentPage, .annotatedDocumentPage: 1_000
    default: 1_000_000
    }
  }

  /// The kinds whose price holds for this one where it has none of its own, first to last.
  ///
  /// A catalogue's price of input is the price of all input without a price of its own, images and sound among it, and
  /// likewise for output and reasoning. Caches are never covered: what a cached token costs cannot be told from what a
  /// fresh one does.
  var coveredBy: PriceKind? {
    switch self {
    case .inputAudio, .inputImage, .inputVideo: .input
    case .outputReasoning, .outputAudio, .outputImage, .outputVideo: .output
    case .cachedAudio, .cachedImage, .cachedVideo: .cachedInput
    default: nil
    }
  }

  /// For something cached, the same thing fresh: where that has a price of its own, the general price of cached input says
  /// nothing of it.
  var fresh: PriceKind? {
    switch self {
    case .cachedAudio: .inputAudio
    case .cachedImage: .inputImage
    case .cachedVideo: .inputVideo
    default: nil
    }
  }
}

extension PriceKind: CustomStringConvertible {
  public var description: String { name }
}
