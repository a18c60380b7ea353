public import Foundation
import Measures

/// The readings of one run, kept as JSON so that they can be replayed.
///
/// ```
/// {"version":1,"startNanoseconds":1,"readings":{"samples":[...],"energy":{...},...}}
/// ```
public struct ProbeRecording: Sendable, Codable, Hashable {
  public static let currentVersion = 1

  public var version: Int
  /// The monotonic clock when the probe was started. A replay lays this instant over its own start.
  public var startNanoseconds: UInt64
  public var readings: ProbeReadings

  public init(startNanoseconds: UInt64, readings: ProbeReadings) {
    version = Self.currentVersion
    self.startNanoseconds = startNanoseconds
    self.readings = readings
  }

  /// Reads a recording.
  /// - Throws: ``ProbeError/unreadableRecording(path:reason:)`` for a file that isn't there, is no recording, or was
  ///   written in a later form.
  public init(contentsOf url: URL) throws {
    let data: Data
    do {
      data = try Data(contentsOf: url)
    } catch {
      throw ProbeError.unreadableRecording(path: url.path, reason: "the file can't be read; check its path")
    }
    do {
      self = try JSONDecoder().decode(ProbeRecording.self, from: data)
    } catch {
      throw ProbeError.unreadableRecording(
        path: url.path, reason: "it is not a probe recording, or it was cut short; record the run again")
    }
    guard version == Self.currentVersion else {
      throw ProbeError.unreadableRecording(
        path: url.path, reason: "it has form \(version), this program reads form \(Self.currentVersion)")
    }
  }

  /// Writes the recording in one piece: there is never half a file.
  /// - Throws: ``ProbeError/unwritableRecording(path:reason:)``.
  public func write(to url: URL) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      try encoder.encode(self).write(to: url, options: .atomic)
    } catch {
      throw ProbeError.unwritableRecording(
        path: url.path, reason: "\(error.localizedDescription); check that the folder exists and has room")
    }
  }

  /// The same readings with their clock moved so that the recording begins at `start`.
  func readings(startingAt start: UInt64) -> ProbeReadings {
    func move(_ time: UInt64) -> UInt64 { start &+ (time &- startNanoseconds) }
    func move(_ counter: EnergyCounter) -> EnergyCounter {
      var counter = counter
      for index in counter.readings.indices {
        counter.readings[index].nanoseconds = move(counter.readings[index].nanoseconds)
      }
      return counter
    }
    var moved = readings
    for index in moved.samples.indices { moved.samples[index].nanoseconds = move(moved.samples[index].nanoseconds) }
    if case .counter(let counter) = moved.energy { moved.energy = .counter(move(counter)) }
    moved.energySources = moved.energySources.map(move)
    moved.notes.append("replayed from a recording, not read on this machine")
    return moved
  }
}
