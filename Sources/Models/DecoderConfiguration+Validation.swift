internal import Layers

extension DecoderConfiguration {
  /// More layers than any model has.
  static let maximumLayers = 1 << 14
  /// More experts than any model has in all its layers.
  static let maximumExperts = 1 << 20
  /// More than any size that is counted.
  private static let largest = 1 << 26

  /// Checks that the numbers make a model. A configuration that passes can be counted and built without overflow.
  /// - Throws: ``ConfigurationError`` that names the number and the mend.
  public func validate() throws {
    try Self.check([
      ("vocabulary", vocabulary), ("width", width), ("layers", layers), ("heads", heads),
      ("head-width", headWidth), ("intermediate", intermediate), ("maximum-positions", maximumPositions),
    ])
    guard layers <= Self.maximumLayers else { throw ConfigurationError.tooLarge(name: "layers", value: layers) }
    if let groups = effectiveKeyValueHeads, groups < 1 || heads % groups != 0 {
      throw ConfigurationError.notDivisible(name: "kv-heads", value: groups, by: "heads", heads)
    }
    if attention == .multiHeadLatent {
      guard let latent else { throw ConfigurationError.latentMissing }
      try Self.check([
        ("kv-rank", latent.keyValueRank), ("query-rank", latent.queryRank ?? 1),
        ("positionless-width", latent.positionlessWidth), ("rotary-width", latent.rotaryWidth),
        ("value-width", latent.valueWidth),
      ])
    }
    try validatePositions()
    try slidingWindow.map(validate)
    try experts.map(validate)
    try Self.check("norm-epsilon", normEpsilon, from: 0, orEqual: true)
    try attentionScale.map { try Self.check("attention-scale", $0) }
    try logitSoftcap.map { try Self.check("logit-softcap", $0) }
    try Self.check("embedding-scale", embeddingScale)
    guard roughParameters < 1e13 else { throw ConfigurationError.tooManyParameters(roughParameters) }
  }

  private static func check(_ sizes: [(String, Int)]) throws {
    for (name, value) in sizes where value < 1 { throw ConfigurationError.notPositive(name: name, value: value) }
    for (name, value) in sizes where value > largest { throw ConfigurationError.tooLarge(name: name, value: value) }
  }

  /// Holds a number finite and above a bound.
  private static func check(_ name: String, _ value: Double, from bound: Double = 0, orEqual: Bool = false) throws {
    guard value.isFinite, value > bound || orEqual && value == bound else {
      let allowed = "numbers \(orEqual ? "from" : "above") \(bound)\(orEqual ? " on" : "")"
      throw ConfigurationError.notAllowed(name: name, value: value, allowed: allowed)
    }
  }

  private func validatePositions() throws {
    try Self.check("rope-base", ropeBase, from: 1)
    guard rotaryFraction > 0, rotaryFraction <= 1 else {
      throw ConfigurationError.notAllowed(
        name: "rotary-fraction", value: rotaryFraction, allowed: "above 0 and up to 1")
    }
    let turned = rotatedFeatures
    guard turned > 0, turned % 2 == 0 else {
      let whole = attention == .multiHeadLatent ? "rotary-width" : "head-width"
      throw ConfigurationError.odd(name: rotaryFraction == 1 ? whole : "turned features of a head", value: turned)
    }
    guard let ropeScaling else { return }
    func original(_ positions: Int) throws {
      // The logarithm of one would be divided by.
      guard positions > 1 else { throw ConfigurationError.notPositive(name: "original-positions", value: positions) }
      try Self.check([("original-positions", positions)])
    }
    switch ropeScaling {
    case .linear(let factor):
      try Self.check("rope-scaling factor", factor)
    case .llama3(let factor, let low, let high, let positions):
      try Self.check("rope-scaling factor", factor)
      try Self.check("low-frequency factor", low)
      try Self.check("high-frequency factor", high, from: low)
      try original(positions)
    case .yarn(let factor, let positions, let fast, let slow, let attention, let score, _):
      try Self.check("rope-scaling factor", factor)
      try Self.check("beta-slow", slow)
      try Self.check("beta-fast", fast, from: slow)
      try Self.check("score-scale", score)
      try attention.map { try Self.check("attention-factor", $0) }
      try original(positions)
    case .longrope(let short, let long, let positions, let attention):
      try original(positions)
      try attention.map { try Self.check("attention-factor", $0) }
      for factor in short + long { try Self.check("rotary factors", factor) }
    case .divided(let factors):
      for factor in factors { try Self.check("rotary factors", factor) }
    }
    for count in ropeScaling.factorCounts where count != turned / 2 {
      throw ConfigurationError.wrongCount(name: "rotary factors", found: count, expected: turned / 2)
    }
  }

  private func validate(_ window: SlidingWindow) throws {
    try Self.check([("window", window.positions)])
    guard window.layers.count == layers else {
      throw ConfigurationError.wrongCount(name: "window layers", found: window.layers.count, expected: layers)
    }
    try window.ropeBase.map { try Self.check("window rope-base", $0, from: 1) }
  }

  private func validate(_ experts: ExpertShape) throws {
    try Self.check([
      ("experts", experts.count), ("active experts", experts.active), ("expert intermediate", experts.intermediate),
      ("shared intermediate", experts.sharedIntermediate ?? 1), ("expert groups", experts.groups),
      ("active groups", experts.activeGroups),
    ])
    guard experts.count * layers <= Self.maximumExperts else {
      throw ConfigurationError.tooLarge(name: "experts", value: experts.count)
    }
    guard experts.count % experts.groups == 0 else {
      throw ConfigurationError.notDivisible(
        name: "expert groups", value: experts.groups, by: "experts", experts.count)
    }
    guard experts.activeGroups <= experts.groups else {
      throw ConfigurationError.tooLarge(name: "active groups", value: experts.activeGroups)
    }
    guard experts.active <= experts.activeGroups * (experts.count / experts.groups) else {
      throw ConfigurationError.tooLarge(name: "active experts", value: experts.active)
    }
    guard (0...layers).contains(experts.denseLayers) else {
      throw ConfigurationError.notAllowed(
        name: "dense layers", value: Double(experts.denseLayers), allowed: "0 to \(layers)")
    }
    try Self.check("expert weight scale", experts.weightScale)
  }

  /// An upper bound in floating point, so that no count of the real ones can overflow.
  private var roughParameters: Double {
    let (width, heads) = (Double(width), Double(heads))
    var attention = 4 * width * heads * Double(headWidth)
    if let latent, self.attention == .multiHeadLatent {
      let features = Double(latent.positionlessWidth + latent.rotaryWidth + latent.valueWidth)
      let ranks = Double(latent.keyValueRank + (latent.queryRank ?? 0))
      attention = (width + ranks) * (heads * features + ranks + width)
    }
    let mixture =
      experts.map { experts -> Double in
        let inner = Double(experts.count) * Double(experts.intermediate) + Double(experts.sharedIntermediate ?? 0)
        return 3 * width * inner + width * Double(experts.count)
      } ?? 0
    return Double(layers) * (attention + 3 * width * Double(intermediate) + mixture) + 2 * Double(vocabulary) * width
  }
}
