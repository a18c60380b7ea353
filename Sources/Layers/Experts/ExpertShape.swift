/// A mixture of experts in place of the feed-forward network.
public struct ExpertShape: Sendable, Codable, Hashable {
  /// Routed experts of a layer.
  public var count: Int
  /// Experts that each token goes through.
  public var active: Int
  /// Inner width of a routed expert.
  public var intermediate: Int
  /// Inner width of the shared experts together; nil: there are none.
  public var sharedIntermediate: Int?
  /// The first layers that have a plain feed-forward network all the same.
  public var denseLayers: Int
  /// Whether the chosen experts' weights are scaled to a sum of one.
  public var normalizesWeights: Bool
  /// What the chosen experts' weights are multiplied with.
  public var weightScale: Double
  /// Groups of experts, of which only the best `activeGroups` are considered (DeepSeek-V2's device-limited routing).
  public var groups: Int
  public var activeGroups: Int

  public init(
    count: Int, active: Int, intermediate: Int, sharedIntermediate: Int? = nil, denseLayers: Int = 0,
    normalizesWeights: Bool = true, weightScale: Double = 1, groups: Int = 1, activeGroups: Int = 1
  ) {
    self.count = count
    self.active = active
    self.intermediate = intermediate
    self.sharedIntermediate = sharedIntermediate
    self.denseLayers = denseLayers
    self.normalizesWeights = normalizesWeights
    self.weightScale = weightScale
    self.groups = groups
    self.activeGroups = activeGroups
  }
}
