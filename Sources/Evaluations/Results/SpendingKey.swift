/// By what spend is told apart.
public enum SpendingKey: Sendable, Hashable, CustomStringConvertible {
  case route
  case customer
  case candidate
  /// The model that answered, which is the one that was paid; the one asked for where the answer does not say.
  case model
  case tag(String)

  /// - Parameter name: `route`, `customer`, `candidate`, `model` or `tag.NAME`. Nil for anything else.
  public init?(_ name: String) {
    switch name {
    case "route": self = .route
    case "customer": self = .customer
    case "candidate": self = .candidate
    case "model": self = .model
    default:
      guard name.hasPrefix("tag."), name.utf8.count > 4 else { return nil }
      self = .tag(String(name.dropFirst(4)))
    }
  }

  public var description: String {
    switch self {
    case .route: "route"
    case .customer: "customer"
    case .candidate: "candidate"
    case .model: "model"
    case .tag(let name): "tag.\(name)"
    }
  }
}
