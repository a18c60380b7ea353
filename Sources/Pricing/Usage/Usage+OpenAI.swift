extension Usage {
  /// OpenAI's chat form. `completion_tokens_details.reasoning_tokens` is part of `completion_tokens`, except where
  /// `total_tokens` shows that a server put it beside them, as some do.
  static func chat(_ fields: UsageFields) throws(UsageError) -> Usage {
    let input = try fields.required("prompt_tokens", .chat)
    // Embeddings have no output.
    let output = try fields.count("completion_tokens") ?? 0
    let details = fields.object("prompt_tokens_details")
    let outputDetails = fields.object("completion_tokens_details")
    // DeepSeek's and Moonshot's places for the same count.
    var cached: Int?
    for place in [(details, "cached_tokens"), (fields, "prompt_cache_hit_tokens"), (fields, "cached_tokens")] {
      if cached == nil { cached = try place.0.count(place.1) }
    }
    return try openAI(
      input: input, inputName: "prompt_tokens", inputDetails: details, cached: cached ?? 0, output: output,
      outputName: "completion_tokens", outputDetails: outputDetails, total: fields.count("total_tokens"))
  }

  /// OpenAI's responses form, its realtime and images interfaces among it.
  static func responses(_ fields: UsageFields) throws(UsageError) -> Usage {
    let details = fields.has("input_token_details") ? "input_token_details" : "input_tokens_details"
    let outputDetails = fields.has("output_token_details") ? "output_token_details" : "output_tokens_details"
    return try openAI(
      input: fields.required("input_tokens", .responses), inputName: "input_tokens",
      inputDetails: fields.object(details), cached: fields.object(details).count("cached_tokens") ?? 0,
      output: fields.count("output_tokens") ?? 0, outputName: "output_tokens",
      outputDetails: fields.object(outputDetails), total: fields.count("total_tokens"))
  }

  private static func openAI(
    input: Int, inputName: String, inputDetails: UsageFields, cached: Int, output: Int, outputName: String,
    outputDetails: UsageFields, total: Int?
  ) throws(UsageError) -> Usage {
    let reasoning = try outputDetails.count("reasoning_tokens") ?? 0
    var output = output
    if let total, total != input + output {
      guard reasoning > 0, total == input + output + reasoning else {
        throw .wrongTotal("total_tokens", said: total, found: input + output)
      }
      output += reasoning
    }
    let audio = try inputDetails.count("audio_tokens") ?? 0
    let image = try inputDetails.count("image_tokens") ?? 0
    let written = try inputDetails.count("cache_write_tokens") ?? 0
    let cachedDetails = inputDetails.object("cached_tokens_details")
    let cachedAudio = try cachedDetails.count("audio_tokens") ?? 0
    let cachedImage = try cachedDetails.count("image_tokens") ?? 0
    for (name, count) in [("cached tokens", cached), ("cache writes", written), ("audio", audio), ("images", image)]
    where count > input {
      throw .exceeds(part: name, count: count, whole: inputName, of: input)
    }
    // Sound or images beside a cache: only the details say which of them were cached.
    if audio + image > 0, cached > 0, !inputDetails.has("cached_tokens_details") {
      throw .overlapUnknown("cached tokens", audio > 0 ? "audio tokens" : "image tokens")
    }
    if cachedAudio + cachedImage > cached {
      throw .exceeds(
        part: "cached audio and images", count: cachedAudio + cachedImage, whole: "cached tokens", of: cached)
    }
    for (name, part, whole) in [("cached audio", cachedAudio, audio), ("cached images", cachedImage, image)]
    where part > whole {
      throw .exceeds(part: name, count: part, whole: name == "cached audio" ? "audio" : "images", of: whole)
    }
    let particular = cached + written + (audio - cachedAudio) + (image - cachedImage)
    guard particular <= input else {
      throw .exceeds(part: "the sum of its parts", count: particular, whole: inputName, of: input)
    }
    let outputAudio = try outputDetails.count("audio_tokens") ?? 0
    let outputImage = try outputDetails.count("image_tokens") ?? 0
    for (name, count) in [("reasoning", reasoning), ("audio", outputAudio), ("images", outputImage)]
    where count > output {
      throw .exceeds(part: name, count: count, whole: outputName, of: output)
    }
    let special = reasoning + outputAudio + outputImage
    guard special <= output else {
      throw .exceeds(part: "the sum of its parts", count: special, whole: outputName, of: output)
    }
    return try Usage(
      input: input - particular, cachedInput: cached - cachedAudio - cachedImage, cacheWrite: written,
      inputAudio: audio - cachedAudio, cachedAudio: cachedAudio, inputImage: image - cachedImage,
      cachedImage: cachedImage, output: output - special, outputReasoning: reasoning, outputAudio: outputAudio,
      outputImage: outputImage)
  }
}
