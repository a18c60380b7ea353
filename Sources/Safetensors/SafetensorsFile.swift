internal import Foundation

/// The element types of the safetensors format.
public enum SafetensorsType: String, Sendable, Codable, Hashable, CaseIterable {
  case bool = "BOOL"
  case uint8 = "U8"
  case int8 = "I8"
  case int16 = "I16"
  case float16 = "F16"
  case bfloat16 = "BF16"
  case int32 = "I32"
  case float32 = "F32"
  case float64 = "F64"
  case int64 = "I64"

  public var byteCount: Int {
    switch self {
    case .bool, .uint8, .int8: 1
    case .int16, .float16, .bfloat16: 2
    case .int32, .float32: 4
    case .float64, .int64: 8
    }
  }
}

/// Where one tensor lies in a file.
public struct SafetensorsEntry: Sendable, Hashable {
  public let name: String
  public let type: SafetensorsType
  public let shape: [Int]
  /// Bytes from the start of the file.
  public let range: Range<Int>
}

/// A safetensors file, mapped into memory: eight bytes with the header's length, a JSON header, and the tensors' bytes
/// (https://github.com/huggingface/safetensors#format).
///
/// Everything in the header is checked before any tensor can be reached: lengths, types, shapes that overflow, and that
/// the tensors cover the data without gaps or overlaps.
public final class SafetensorsFile: Sendable {
  public let path: String
  public let entries: [String: SafetensorsEntry]
  public let metadata: [String: String]
  private let bytes: Data

  /// Longest header that is read, as in the reference implementation.
  static let maximumHeaderBytes = 100_000_000

  /// - Throws: ``SafetensorsError``.
  public init(path: String) throws {
    self.path = path
    do {
      bytes = try Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped)
    } catch {
      throw SafetensorsError.unreadable(path: path, reason: error.localizedDescription)
    }
    (entries, metadata) = try Self.parse(bytes, path: path)
  }

  /// Lends the bytes of one tensor.
  public func withBytes<Result>(
    of entry: SafetensorsEntry, _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    try bytes.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[entry.range])) }
  }

  static func parse(_ bytes: Data, path: String) throws -> ([String: SafetensorsEntry], [String: String]) {
    func damaged(_ reason: String) -> SafetensorsError { .damaged(path: path, reason: reason) }
    guard bytes.count >= 8 else { throw damaged("it is \(bytes.count) bytes long, too short for a header") }
    let length = bytes.prefix(8).enumerated().reduce(UInt64(0)) { $0 | UInt64($1.element) << (8 * UInt64($1.offset)) }
    guard length <= UInt64(min(maximumHeaderBytes, bytes.count - 8)) else {
      throw damaged("its header claims \(length) bytes, the file has \(bytes.count)")
    }
    let dataStart = 8 + Int(length)
    let header: [String: Any]
    do {
      let object = try JSONSerialization.jsonObject(with: bytes.subdata(in: 8..<dataStart))
      guard let dictionary = object as? [String: Any] else { throw damaged("its header is no JSON object") }
      header = dictionary
    } catch let error as SafetensorsError {
      throw error
    } catch {
      throw damaged("its header is no JSON")
    }
    var metadata: [String: String] = [:]
    var entries: [String: SafetensorsEntry] = [:]
    for (name, value) in header {
      if name == "__metadata__" {
        guard let strings = value as? [String: String] else { throw damaged("its metadata are not strings") }
        metadata = strings
        continue
      }
      entries[name] = try entry(name, value, dataStart: dataStart, fileCount: bytes.count, path: path)
    }
    var position = dataStart
    for entry in entries.values.sorted(by: {
      ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
    }) {
      guard entry.range.lowerBound == position else {
        throw damaged("the tensor '\(entry.name)' leaves a gap or overlaps another")
      }
      position = entry.range.upperBound
    }
    guard position == bytes.count else { throw damaged("\(bytes.count - position) bytes belong to no tensor") }
    return (entries, metadata)
  }

  private static func entry(
    _ name: String, _ value: Any, dataStart: Int, fileCount: Int, path: String
  ) throws -> SafetensorsEntry {
    func damaged(_ reason: String) -> SafetensorsError {
      .damaged(path: path, reason: "the tensor '\(name.prefix(200))' \(reason)")
    }
    guard let fields = value as? [String: Any],
      let typeName = fields["dtype"] as? String, let shape = fields["shape"] as? [Int],
      let offsets = fields["data_offsets"] as? [Int], offsets.count == 2
    else { throw damaged("lacks a dtype, a shape or two offsets") }
    guard let type = SafetensorsType(rawValue: typeName) else { throw damaged("has the unknown type \(typeName)") }
    guard shape.count <= 16, shape.allSatisfy({ $0 >= 0 }) else { throw damaged("has an impossible shape \(shape)") }
    var count = type.byteCount
    for size in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: size)
      guard !overflow else { throw damaged("has a shape too large to count") }
      count = product
    }
    let (begin, end) = (offsets[0], offsets[1])
    guard begin >= 0, end >= begin, end <= fileCount - dataStart else {
      throw damaged("lies outside the file")
    }
    guard end - begin == count else {
      throw damaged("has \(end - begin) bytes where its shape \(shape) needs \(count)")
    }
    return SafetensorsEntry(
      name: name, type: type, shape: shape, range: (dataStart + begin)..<(dataStart + end))
  }
}

/// A safetensors file that cannot be used.
public enum SafetensorsError: Error, Hashable, CustomStringConvertible {
  case unreadable(path: String, reason: String)
  case damaged(path: String, reason: String)
  case unwritable(path: String, reason: String)

  public var description: String {
    switch self {
    case .unreadable(let path, let reason): "\(path) cannot be read: \(reason)"
    case .damaged(let path, let reason):
      "\(path) is no valid safetensors file: \(reason). Obtain or write it anew."
    case .unwritable(let path, let reason):
      "\(path) cannot be written: \(reason). Free some space, or choose another place; nothing was changed."
    }
  }
}
