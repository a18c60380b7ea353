import Crypto
import Foundation

/// One cell of a plan: its settings, before a workload has said what they come to.
public struct PlannedCell: Sendable, Hashable {
  /// A digest of everything that decides the cell's outcome but the seed.
  public var key: String
  public var settings: Settings
  /// The study's, or the cell's own where `precision` is varied or set.
  public var precision: String
  /// The values that tell this cell from the others, in the order of the plan.
  public var varied: [VariedValue]
  /// The program of others that runs it; nil for a cell of the study's own workload.
  public var peer: Peer?

  /// What a setting is in this cell, `precision` included.
  func value(of key: String) -> SettingValue? { key == StudyPlan.precisionKey ? .string(precision) : settings[key] }
}

/// A varied setting with the value it has in a cell.
public struct VariedValue: Sendable, Hashable {
  public var key: String
  public var value: SettingValue
}

extension StudyPlan {
  /// The full product of what varies in the order written, without the excluded, and then the peers.
  public var plannedCells: [PlannedCell] {
    cells(over: vary, base: base, peer: nil)
      + peers.flatMap { peer in
        cells(over: vary.filter { peer.varies.contains($0.key) }, base: base.merging(peer.settings) { $1 }, peer: peer)
      }
  }

  /// The setting that is the cell's precision, and not the workload's to read.
  static let precisionKey = "precision"

  private func cells(over variations: [Variation], base: Settings, peer: Peer?) -> [PlannedCell] {
    var products: [[VariedValue]] = [[]]
    for variation in variations {
      products = products.flatMap { before in
        variation.values.map { before + [VariedValue(key: variation.key, value: $0)] }
      }
    }
    return products.compactMap { varied in
      var settings = base
      for value in varied { settings[value.key] = value.value }
      // A peer's values outside of what it varies are its own: only a whole match leaves it out.
      let isExcluded = exclude.contains { $0.allSatisfy { settings[$0.key] == $0.value } }
      return isExcluded && (peer == nil || !varied.isEmpty) ? nil : cell(settings: settings, varied: varied, peer: peer)
    }
  }

  /// SHA-256 of the plan's canonical form: the cells and how they are measured. The question, the budget and the seeds
  /// are left out, so that a study can be asked differently, given more time or more repeats, and keeps its trials.
  public var digest: String { Self.sha256(canonicalForm) }

  /// The plan as JSON with sorted keys, the same for plans that ask for the same.
  public var canonicalForm: String {
    let measuring = CanonicalProbes(
      interval: probes.interval / .nanoseconds(1), energy: "\(probes.energy)", idleSeconds: probes.idleSeconds,
      memory: probes.memory.rawValue, accelerators: probes.observesAccelerators)
    return Self.json(CanonicalPlan(format: 1, cells: plannedCells.map(\.key).sorted(), probes: measuring))
  }

  private func cell(settings: Settings, varied: [VariedValue], peer: Peer?) -> PlannedCell {
    var settings = settings
    let precision = settings.removeValue(forKey: Self.precisionKey)?.text ?? precision
    let canonical = CanonicalCell(
      workload: peer == nil ? workload : "command", command: peer?.command ?? command, method: peer?.method,
      settings: settings, work: work, precision: precision, threads: threads)
    return PlannedCell(
      key: Self.sha256(Self.json(canonical)), settings: settings, precision: precision, varied: varied, peer: peer)
  }

  private static func json(_ value: some Encodable) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // Plain values of finite numbers and text: encoding them cannot fail.
    return String(decoding: try! encoder.encode(value), as: UTF8.self)
  }

  private static func sha256(_ text: String) -> String {
    SHA256.hash(data: Data(text.utf8)).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}

private struct CanonicalPlan: Encodable {
  var format: Int
  var cells: [String]
  var probes: CanonicalProbes
}

private struct CanonicalProbes: Encodable {
  var interval: Double
  var energy: String
  var idleSeconds: Double
  var memory: String
  var accelerators: Bool
}

private struct CanonicalCell: Encodable {
  var workload: String
  var command: [String]?
  var method: String?
  var settings: Settings
  var work: WorkPlan
  var precision: String
  var threads: Int?
}
