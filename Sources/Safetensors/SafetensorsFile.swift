internal import Foundation

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
/// Everything in the header is checked before any tensor can be reached: lengths, types, names that are there twice,
/// shapes that overflow, and that the tensors cover the data without gaps or overlaps. The tensors' bytes are not touched.
///
/// The file must not be cut short while it is open: reading pages that are gone ends the process. Replace checkpoints by
/// renaming, which leaves an open one as it was.
public final class SafetensorsFile: Sendable {
  public let path: String
  public let entries: [String: SafetensorsEntry]
  public let metadata: [String: String]
  private let bytes: Data

  /// - Throws: ``SafetensorsError``.
  public init(path: String) throws(SafetensorsError) {
    self.path = path
    do {
      try Self.checkRegular(path)
      bytes = try Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped)
    } catch let error as SafetensorsError {
      throw error
    } catch {
      throw .unreadable(path: path, reason: error.localizedDescription)
    }
    let header = try Self.header(bytes, path: path)
    (entries, metadata) = (header.entries, header.metadata)
  }

  /// Lends the bytes of one tensor.
  public func withBytes<Result>(
    of entry: SafetensorsEntry, _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    precondition(entry.range.lowerBound >= 0 && entry.range.upperBound <= bytes.count, "an entry of another file")
    return try bytes.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[entry.range])) }
  }

  static func header(_ bytes: Data, path: String) throws(SafetensorsError) -> SafetensorsHeader {
    let parsed = bytes.withUnsafeBytes { buffer in
      Result { () throws(SafetensorsError) in try SafetensorsHeader(buffer, path: path) }
    }
    return try parsed.get()
  }

  /// A pipe or a device would be waited for, or read without end.
  private static func checkRegular(_ path: String) throws(SafetensorsError) {
    var status = stat()
    guard stat(path, &status) == 0 else {
      throw .unreadable(path: path, reason: String(cString: strerror(errno)))
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw .unreadable(path: path, reason: "it is no regular file")
    }
  }
}
