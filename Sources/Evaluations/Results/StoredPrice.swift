import Foundation

/// The price behind a known cost, as records keep it: what it takes to find the same price in another version.
///
/// ```json
/// {"provider": "openai", "model": "gpt-5", "conditions": {"processing": "batch"}}
/// {"hardware": "rack", "seconds": 1.25, "joules": 310}
/// ```
///
/// Other members, such as the price's parts and its source, are for people and are not read here.
public struct StoredPrice: Sendable, Hashable, Codable {
  public var provider: String?
  /// As the catalogue names it.
  public var model: String?
  public var conditions: [String: String]?
  /// In place of a model: a machine of the catalogue, and how much of it the request took.
  public var hardware: String?
  public var seconds: Double?
  public var joules: Double?

  public init(
    provider: String? = nil, model: String? = nil, conditions: [String: String]? = nil, hardware: String? = nil,
    seconds: Double? = nil, joules: Double? = nil
  ) {
    self.provider = provider
    self.model = model
    self.conditions = conditions
    self.hardware = hardware
    self.seconds = seconds
    self.joules = joules
  }

  private struct Enclosing: Decodable {
    var reference: StoredPrice?
    var price: StoredPrice?
  }

  /// - Parameter json: the price itself, or an object with it under `reference` or `price`. Nil for anything else.
  public init?(json: String) {
    guard json.utf8.count <= 1 << 20 else { return nil }
    let data = Data(json.utf8)
    guard let outer = try? JSONDecoder().decode(StoredPrice.self, from: data) else { return nil }
    self = outer
    if outer.isEmpty, let inner = try? JSONDecoder().decode(Enclosing.self, from: data) {
      self = inner.reference ?? inner.price ?? outer
    }
    if isEmpty { return nil }
  }

  private var isEmpty: Bool { provider == nil && model == nil && hardware == nil }
}
