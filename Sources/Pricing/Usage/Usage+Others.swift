extension Usage {
  /// Anthropic's form: `input_tokens` is what was neither read from a cache nor written to one.
  static func anthropic(_ fields: UsageFields) throws(UsageError) -> Usage {
    let output = try fields.required("output_tokens", .anthropic)
    let creation = fields.object("cache_creation")
    let short = try creation.count("ephemeral_5m_input_tokens")
    let long = try creation.count("ephemeral_1h_input_tokens") ?? 0
    let said = try fields.count("cache_creation_input_tokens")
    let written = short.map { $0 + long } ?? max(said ?? 0, long)
    if let said, said != written {
      throw .wrongTotal("cache_creation_input_tokens", said: said, found: written)
    }
    let thinking = try fields.object("output_tokens_details").count("thinking_tokens") ?? 0
    guard thinking <= output else {
      throw .exceeds(part: "thinking_tokens", count: thinking, whole: "output_tokens", of: output)
    }
    return try Usage(
      input: fields.required("input_tokens", .anthropic),
      cachedInput: fields.count("cache_read_input_tokens") ?? 0, cacheWrite: written - long, cacheWrite1h: long,
      output: output - thinking, outputReasoning: thinking,
      webSearches: fields.object("server_tool_use").count("web_search_requests") ?? 0)
  }

  /// Google's form: cached tokens are part of the prompt, thoughts stand beside the candidates, and so do the results of
  /// tools beside the prompt. Documents are charged as images.
  static func google(_ fields: UsageFields) throws(UsageError) -> Usage {
    let prompt = try fields.required("promptTokenCount", .google)
    let tools = try fields.count("toolUsePromptTokenCount") ?? 0
    let cached = try fields.count("cachedContentTokenCount") ?? 0
    let candidates = try fields.count("candidatesTokenCount") ?? 0
    let thoughts = try fields.count("thoughtsTokenCount") ?? 0
    guard cached <= prompt else {
      throw .exceeds(part: "cachedContentTokenCount", count: cached, whole: "promptTokenCount", of: prompt)
    }
    let found = prompt + tools + candidates + thoughts
    if let total = try fields.count("totalTokenCount"), total != found {
      throw .wrongTotal("totalTokenCount", said: total, found: found)
    }
    let fresh = try Modalities(fields, ["promptTokensDetails", "toolUsePromptTokensDetails"])
    let read = try Modalities(fields, ["cacheTokensDetails"])
    let made = try Modalities(fields, ["candidatesTokensDetails"])
    if cached > 0, fresh.special > 0, !fields.has("cacheTokensDetails") {
      throw .overlapUnknown("cached tokens", "audio, image and video tokens")
    }
    for (name, part, whole) in [
      ("audio", read.audio, fresh.audio), ("images", read.image, fresh.image), ("video", read.video, fresh.video),
    ] where part > whole {
      throw .exceeds(part: "cached \(name)", count: part, whole: name, of: whole)
    }
    let freshSpecial = fresh.special - read.special
    for (name, part, whole) in [
      ("promptTokenCount", freshSpecial, prompt + tools - cached), ("cachedContentTokenCount", read.special, cached),
      ("candidatesTokenCount", made.special, candidates),
    ] where part > whole {
      throw .exceeds(part: "the sum of its details", count: part, whole: name, of: whole)
    }
    return try Usage(
      input: prompt + tools - cached - freshSpecial, cachedInput: cached - read.special,
      inputAudio: fresh.audio - read.audio, cachedAudio: read.audio, inputImage: fresh.image - read.image,
      cachedImage: read.image, inputVideo: fresh.video - read.video, cachedVideo: read.video,
      output: candidates - made.special, outputReasoning: thoughts, outputAudio: made.audio, outputImage: made.image,
      outputVideo: made.video)
  }

  /// Google's lists of `{"modality": "AUDIO", "tokenCount": 12}`; text is the rest.
  private struct Modalities {
    var audio = 0
    var image = 0
    var video = 0
    var special: Int { audio + image + video }

    init(_ fields: UsageFields, _ names: [String]) throws(UsageError) {
      for name in names {
        for detail in fields.objects(name) {
          let count = try detail.count("tokenCount") ?? 0
          switch detail.values["modality"] {
          case .string("AUDIO"): audio += count
          case .string("IMAGE"), .string("DOCUMENT"): image += count
          case .string("VIDEO"): video += count
          default: break
          }
        }
      }
      for count in [audio, image, video] where count > Usage.most { throw .tooLarge("tokenCount", count) }
    }
  }
}
