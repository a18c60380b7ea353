internal import OpenAIWire

/// A request that was understood: what the service has to do, and how its answer is written.
struct GenerationPlan: Sendable {
  let requests: [InferenceRequest]
  let answer: any Answer
}

/// Makes plans of requests: the model has to be there and do what is asked.
struct Planner: Sendable {
  let models: [ServedModel]
  /// Seconds since 1970.
  let now: Int
  /// What makes this request's id its own.
  let identifier: String

  /// - Throws: ``OpenAIWire/APIError``.
  func decoder(_ name: String) throws(APIError) -> (model: ServedModel, chats: Bool) {
    guard let model = models.first(where: { $0.name == name }) else { throw .unknownModel(name) }
    guard case .decoder(let chats) = model.kind else {
      throw .invalid(
        "the model \(name) embeds and does not generate; use /v1/embeddings", param: "model",
        code: "model_not_supported")
    }
    return (model, chats)
  }

  func chat(_ request: ChatCompletionRequest) throws(APIError) -> GenerationPlan {
    let (model, chats) = try decoder(request.model)
    guard chats else {
      throw .invalid(
        "the model \(model.name) has no chat template; use /v1/completions", param: "model",
        code: "model_not_supported")
    }
    let options = request.options
    try check(options.choices, "n", model)
    let heading = heading("chatcmpl-", request.model, prompts: 1, options)
    return GenerationPlan(
      requests: [
        InferenceRequest(
          model: request.model,
          input: .chat(messages: request.messages, tools: request.tools, variables: request.templateVariables),
          samples: options.choices, maximumTokens: options.maximumTokens, sampling: options.sampling,
          stop: options.stop, ignoresEnd: options.ignoresEnd,
          alternatives: request.logprobs ? request.topLogprobs : nil)
      ], answer: ChatAnswer(heading: heading, logprobs: request.logprobs))
  }

  func completion(_ request: CompletionRequest) throws(APIError) -> GenerationPlan {
    let (model, _) = try decoder(request.model)
    let options = request.options
    try check(request.prompts.count * options.choices, request.prompts.count > 1 ? "prompt" : "n", model)
    let heading = heading("cmpl-", request.model, prompts: request.prompts.count, options)
    return GenerationPlan(
      requests: request.prompts.map { prompt in
        InferenceRequest(
          model: request.model, input: .prompt(prompt), samples: options.choices,
          maximumTokens: options.maximumTokens ?? CompletionRequest.defaultTokens, sampling: options.sampling,
          stop: options.stop, ignoresEnd: options.ignoresEnd, alternatives: request.logprobs, echoes: request.echoes)
      }, answer: CompletionAnswer(heading: heading, logprobs: request.logprobs != nil))
  }

  private func check(_ choices: Int, _ parameter: String, _ model: ServedModel) throws(APIError) {
    guard let places = model.places, choices > places else { return }
    throw .invalid(
      "the request asks for \(choices) continuations, and this server takes \(places) at a time", param: parameter)
  }

  private func heading(_ prefix: String, _ model: String, prompts: Int, _ options: GenerationOptions) -> AnswerHeading {
    AnswerHeading(
      id: prefix + identifier, created: now, model: model, samples: options.choices,
      choices: prompts * options.choices, streams: options.streams, includesUsage: options.includesUsage)
  }

  /// The encoder a request for embeddings names.
  func encoder(_ request: EmbeddingRequest) throws(APIError) -> ServedModel {
    guard let model = models.first(where: { $0.name == request.model }) else { throw .unknownModel(request.model) }
    guard case .encoder(let dimensions) = model.kind else {
      throw .invalid(
        "the model \(model.name) generates and does not embed; serve an encoder for /v1/embeddings", param: "model",
        code: "model_not_supported")
    }
    if let asked = request.dimensions, asked != dimensions {
      throw .invalid(
        "dimensions must be \(dimensions): vectors of \(model.name) cannot be shortened", param: "dimensions",
        code: "unsupported_parameter")
    }
    return model
  }
}
