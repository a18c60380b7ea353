import Foundation
import Measures

extension TrialEvent: Codable {
  enum Kind: String, CaseIterable {
    case started, step, sample, measure, finished, failed
  }

  private enum Keys: String, CodingKey {
    case event, id
    case monotonicNanoseconds = "monotonic_ns"
  }

  /// - Throws: `DecodingError` for an event that lacks a key or has a wrong one, and ``UnknownTrialEvent`` for one that
  ///   this version does not know.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Keys.self)
    let name = try container.decode(String.self, forKey: .event)
    guard let kind = Kind(rawValue: name) else { throw UnknownTrialEvent(name: name) }
    switch kind {
    case .started: self = .started(try Started(from: decoder))
    case .step: self = .step(try WireStep(from: decoder).observation)
    case .sample: self = .sample(try WireSample(from: decoder).sample)
    case .measure:
      switch try container.decode(String.self, forKey: .id) {
      case Self.heldOutID: self = .heldOut(try WireHeldOut(from: decoder).evidence)
      case Self.memoryID: self = .memory(try WireMemory(from: decoder).parts)
      default: self = .measure(try Named(from: decoder))
      }
    case .finished: self = .finished(monotonicNanoseconds: try container.decode(forKey: .monotonicNanoseconds))
    case .failed: self = .failed(try Failed(from: decoder))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Keys.self)
    func name(_ kind: Kind) throws { try container.encode(kind.rawValue, forKey: .event) }
    switch self {
    case .started(let started):
      try name(.started)
      try started.encode(to: encoder)
    case .step(let step):
      try name(.step)
      try WireStep(step).encode(to: encoder)
    case .sample(let sample):
      try name(.sample)
      try WireSample(sample).encode(to: encoder)
    case .heldOut(let evidence):
      try name(.measure)
      try container.encode(Self.heldOutID, forKey: .id)
      try WireHeldOut(evidence).encode(to: encoder)
    case .memory(let parts):
      try name(.measure)
      try container.encode(Self.memoryID, forKey: .id)
      try WireMemory(parts).encode(to: encoder)
    case .measure(let named):
      try name(.measure)
      try named.encode(to: encoder)
    case .finished(let nanoseconds):
      try name(.finished)
      try container.encode(nanoseconds, forKey: .monotonicNanoseconds)
    case .failed(let failed):
      try name(.failed)
      try failed.encode(to: encoder)
    }
  }

  static let heldOutID = "held-out"
  static let memoryID = "memory"
}

extension KeyedDecodingContainer {
  fileprivate func decode<Value: Decodable>(forKey key: Key) throws -> Value {
    try decode(Value.self, forKey: key)
  }
}

/// An event of a newer protocol. Not an error of the trial: it is kept as log text.
struct UnknownTrialEvent: Error {
  let name: String
}

extension TrialEvent.Started: Codable {
  enum CodingKeys: String, CodingKey {
    case protocolVersion = "protocol"
    case name
    case processIdentifier = "pid"
    case monotonicNanoseconds = "monotonic_ns"
    case baselineResidentBytes = "baseline_resident_bytes"
    case plannedSteps = "steps_planned"
    case plannedTokens = "tokens_planned"
    case model, environment
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      protocolVersion: try container.decode(Int.self, forKey: .protocolVersion),
      name: try container.decodeIfPresent(String.self, forKey: .name) ?? "",
      processIdentifier: try container.decodeIfPresent(Int32.self, forKey: .processIdentifier),
      monotonicNanoseconds: try container.decode(UInt64.self, forKey: .monotonicNanoseconds),
      baselineResidentBytes: try container.decodeIfPresent(UInt64.self, forKey: .baselineResidentBytes),
      plannedSteps: try container.decodeIfPresent(Int.self, forKey: .plannedSteps),
      plannedTokens: try container.decodeIfPresent(Int.self, forKey: .plannedTokens),
      model: try container.decodeIfPresent(WireModel.self, forKey: .model)?.account,
      environment: try container.decodeIfPresent([String: String].self, forKey: .environment) ?? [:])
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(protocolVersion, forKey: .protocolVersion)
    try container.encode(name, forKey: .name)
    try container.encodeIfPresent(processIdentifier, forKey: .processIdentifier)
    try container.encode(monotonicNanoseconds, forKey: .monotonicNanoseconds)
    try container.encodeIfPresent(baselineResidentBytes, forKey: .baselineResidentBytes)
    try container.encodeIfPresent(plannedSteps, forKey: .plannedSteps)
    try container.encodeIfPresent(plannedTokens, forKey: .plannedTokens)
    try container.encodeIfPresent(model.map(WireModel.init), forKey: .model)
    if !environment.isEmpty { try container.encode(environment, forKey: .environment) }
  }
}

extension TrialEvent.Named: Codable {
  enum CodingKeys: String, CodingKey {
    case id, value, unit, count
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      id: try container.decode(MeasureID.self, forKey: .id), value: try container.decode(Double.self, forKey: .value),
      unit: Measures.Unit(rawValue: try container.decodeIfPresent(String.self, forKey: .unit) ?? ""),
      count: try container.decodeIfPresent(Int.self, forKey: .count) ?? 1)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(id, forKey: .id)
    try container.encode(value, forKey: .value)
    try container.encode(unit.rawValue, forKey: .unit)
    try container.encode(count, forKey: .count)
  }
}

extension TrialEvent.Failed: Codable {
  enum CodingKeys: String, CodingKey {
    case kind, message, step
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      kind: try container.decode(String.self, forKey: .kind),
      message: try container.decodeIfPresent(String.self, forKey: .message) ?? "",
      step: try container.decodeIfPresent(Int.self, forKey: .step))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(kind, forKey: .kind)
    try container.encode(message, forKey: .message)
    try container.encodeIfPresent(step, forKey: .step)
  }
}
