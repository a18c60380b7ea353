public import Foundation

/// The measured peak of dense matrix products on this machine, by device, precision and threads: what
/// `doctor --calibrate` finds and model FLOPs utilisation is counted against.
public struct Calibration: Sendable, Codable, Hashable {
  public struct Entry: Sendable, Codable, Hashable {
    /// "cpu", or the accelerator's name.
    public var device: String
    public var precision: String
    /// Threads it was measured with; nil on an accelerator, where they don't matter.
    public var threads: Int?
    public var flopsPerSecond: Double
    public var measuredAt: Date

    public init(device: String, precision: String, threads: Int?, flopsPerSecond: Double, measuredAt: Date) {
      self.device = device
      self.precision = precision
      self.threads = threads
      self.flopsPerSecond = flopsPerSecond
      self.measuredAt = measuredAt
    }
  }

  public private(set) var entries: [Entry]

  public init(entries: [Entry] = []) { self.entries = entries }

  /// Reads a calibration. It can be made again, so a file that is missing or damaged is an empty one.
  public init(contentsOf url: URL) {
    let decoder = JSONDecoder()
    decoder.dateDecodingStrategy = .iso8601
    self = (try? decoder.decode(Calibration.self, from: Data(contentsOf: url))) ?? Calibration()
  }

  /// Writes the whole file or none of it.
  /// - Throws: ``StudyError/folder(path:reason:)``.
  public func write(to url: URL) throws {
    let encoder = JSONEncoder()
    encoder.dateEncodingStrategy = .iso8601
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    do {
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try encoder.encode(self).write(to: url, options: .atomic)
    } catch {
      throw StudyError.folder(path: url.path, reason: error.localizedDescription)
    }
  }

  /// Adds a measurement in the place of an older one of the same device, precision and threads.
  public mutating func add(_ entry: Entry) {
    entries.removeAll {
      $0.device == entry.device && $0.precision == entry.precision && $0.threads == entry.threads
    }
    entries.append(entry)
  }

  /// The peak of a device in a precision. On the CPU the threads have to be the same, for the peak is theirs.
  public func peakFLOPsPerSecond(device: String, precision: String, threads: Int) -> Double? {
    entries.first {
      $0.device == device && $0.precision == precision && ($0.threads == nil || $0.threads == threads)
    }?.flopsPerSecond
  }
}
