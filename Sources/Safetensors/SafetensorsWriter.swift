internal import Foundation

/// Writes a safetensors file: to a temporary name beside it, flushed, then renamed, so that a reader sees the old file or
/// the whole new one.
public struct SafetensorsWriter {
  /// A tensor to write. `withBytes` lends its bytes in row-major, little-endian order.
  public struct Item {
    let name: String
    let type: SafetensorsType
    let shape: [Int]
    let withBytes: ((UnsafeRawBufferPointer) throws -> Void) throws -> Void

    public init(
      name: String, type: SafetensorsType, shape: [Int],
      withBytes: @escaping ((UnsafeRawBufferPointer) throws -> Void) throws -> Void
    ) {
      self.name = name
      self.type = type
      self.shape = shape
      self.withBytes = withBytes
    }

    var byteCount: Int { shape.reduce(type.byteCount, *) }
  }

  /// - Throws: ``SafetensorsError/unwritable(path:reason:)``; then nothing is left behind.
  public static func write(_ items: [Item], metadata: [String: String] = [:], to path: String) throws {
    let temporary = path + ".partial"
    do {
      try writeFile(items, metadata: metadata, to: temporary)
      guard rename(temporary, path) == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
    } catch {
      unlink(temporary)
      let reason = (error as? POSIXError).map { String(cString: strerror($0.code.rawValue)) } ?? "\(error)"
      throw SafetensorsError.unwritable(path: path, reason: reason)
    }
  }

  private static func writeFile(_ items: [Item], metadata: [String: String], to path: String) throws {
    var header: [String: Any] = metadata.isEmpty ? [:] : ["__metadata__": metadata]
    var position = 0
    for item in items {
      header[item.name] = [
        "dtype": item.type.rawValue, "shape": item.shape, "data_offsets": [position, position + item.byteCount],
      ]
      position += item.byteCount
    }
    var text = try JSONSerialization.data(withJSONObject: header, options: [.sortedKeys])
    // Padded with spaces so that the data begin at a multiple of eight.
    text.append(contentsOf: [UInt8](repeating: 0x20, count: (8 - text.count % 8) % 8))

    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    guard descriptor >= 0 else { throw lastError() }
    defer { close(descriptor) }
    var length = UInt64(text.count).littleEndian
    try withUnsafeBytes(of: &length) { try writeAll($0, to: descriptor) }
    try text.withUnsafeBytes { try writeAll($0, to: descriptor) }
    for item in items {
      try item.withBytes { bytes in
        precondition(bytes.count == item.byteCount, "\(item.name) has \(bytes.count) bytes, not \(item.byteCount)")
        try writeAll(bytes, to: descriptor)
      }
    }
    guard fsync(descriptor) == 0 else { throw lastError() }
  }

  private static func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) throws {
    var done = 0
    while done < bytes.count {
      let written = Foundation.write(descriptor, bytes.baseAddress! + done, bytes.count - done)
      if written < 0 {
        if errno == EINTR { continue }
        throw lastError()
      }
      done += written
    }
  }

  private static func lastError() -> POSIXError { POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
}
