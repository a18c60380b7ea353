public import Foundation

extension PriceVersion: Codable {
  private enum CodingKeys: String, CodingKey, CaseIterable {
    case format, id, date, complete, extends, source, providers, hardware
  }

  /// What a file may leave out, because it is said otherwise or follows.
  struct Defaults: Sendable {
    var id: String?
    var date: CivilDate?
    var source: PriceSource?

    static let key = CodingUserInfoKey(rawValue: "defaults")!
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.strictContainer(keyedBy: CodingKeys.self, of: "a version")
    let defaults = decoder.userInfo[Defaults.key] as? Defaults
    id = try Self.member(container, .id, instead: defaults?.id)
    date = try Self.member(container, .date, instead: defaults?.date)
    isComplete = try container.decodeIfPresent(Bool.self, forKey: .complete) ?? false
    extends = try container.decodeIfPresent(String.self, forKey: .extends)
    source = try Self.member(container, .source, instead: defaults?.source)
    providers = try container.decodeIfPresent([PricedProvider].self, forKey: .providers) ?? []
    hardware = try container.decodeIfPresent([HardwarePrice].self, forKey: .hardware) ?? []
  }

  private static func member<Value: Decodable>(
    _ container: KeyedDecodingContainer<CodingKeys>, _ key: CodingKeys, instead: Value?
  ) throws -> Value {
    if let value = try container.decodeIfPresent(Value.self, forKey: key) ?? instead { return value }
    return try container.decode(Value.self, forKey: key)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(1, forKey: .format)
    try container.encode(id, forKey: .id)
    try container.encode(date, forKey: .date)
    try container.encode(isComplete, forKey: .complete)
    try container.encodeIfPresent(extends, forKey: .extends)
    try container.encode(source, forKey: .source)
    try container.encode(providers, forKey: .providers)
    try container.encode(hardware, forKey: .hardware)
  }
}

/// Reads files of prices, which may be anybody's: their size is bounded, and what is in them is checked.
public enum PriceFile {
  /// Bytes a file may have.
  public static let limit = 16 << 20

  /// One version of prices.
  /// - Parameters:
  ///   - id: For a file that names none.
  ///   - date: For a file that says none.
  ///   - source: For a file that says none.
  /// - Throws: ``PricingError``.
  public static func version(
    at url: URL, id: String? = nil, date: CivilDate? = nil, source: PriceSource? = nil
  ) throws(PricingError) -> PriceVersion {
    let defaults = PriceVersion.Defaults(id: id, date: date, source: source)
    return try decode(PriceVersion.self, from: contents(of: url), path: url.path, defaults: defaults)
  }

  static func contents(of url: URL) throws(PricingError) -> Data {
    let path = url.path
    do {
      let file = try FileHandle(forReadingFrom: url)
      defer { try? file.close() }
      let data = try file.read(upToCount: limit + 1) ?? Data()
      if data.count > limit { throw PricingError.tooLarge(path: path, bytes: data.count, limit: limit) }
      return data
    } catch let error as PricingError {
      throw error
    } catch {
      throw .unreadable(path: path, reason: "there is no such file, or it must not be read")
    }
  }

  static func decode<Value: Decodable>(
    _ type: Value.Type, from data: Data, path: String, defaults: PriceVersion.Defaults? = nil
  ) throws(PricingError) -> Value {
    let decoder = JSONDecoder()
    if let defaults { decoder.userInfo[PriceVersion.Defaults.key] = defaults }
    do {
      return try decoder.decode(type, from: data)
    } catch let error as PricingError {
      throw error
    } catch let error as DecodingError {
      throw .unreadable(path: path, reason: sentence(error))
    } catch {
      throw .unreadable(path: path, reason: "it is no JSON")
    }
  }

  /// Where a document is wrong, in words.
  private static func sentence(_ error: DecodingError) -> String {
    func place(_ path: [any CodingKey]) -> String {
      let names = path.prefix(12).map { key in key.intValue.map { "[\($0)]" } ?? String(key.stringValue.prefix(40)) }
      return names.isEmpty ? "its outermost value" : names.joined(separator: ".")
    }
    return switch error {
    case .keyNotFound(let key, let context): "\(place(context.codingPath)) lacks '\(key.stringValue)'"
    case .typeMismatch(let type, let context): "\(place(context.codingPath)) is no \(type)"
    case .valueNotFound(let type, let context): "\(place(context.codingPath)) is null and no \(type)"
    case .dataCorrupted(let context):
      context.codingPath.isEmpty ? "it is no JSON" : "\(place(context.codingPath)) is malformed"
    @unknown default: "it is no file of prices"
    }
  }
}
