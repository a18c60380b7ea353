/// What this machine is, as plain text under plain names, for the manifest of every number.
public struct HardwareDescription: Sendable, Codable, Hashable {
  /// Section ("hardware", "software") to name to value. What cannot be learnt is left out.
  public var sections: [String: [String: String]]

  public init(sections: [String: [String: String]]) { self.sections = sections }
}
