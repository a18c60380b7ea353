internal import Foundation

/// Writes a GGUF file of version 3: to a temporary name beside it, flushed, then renamed, so that a reader sees the old
/// file or the whole new one.
public enum GGUFWriter {
  /// A tensor to write.
  public struct Item {
    let name: String
    let type: GGUFType
    let shape: [Int]
    let write: ((UnsafeRawBufferPointer) throws -> Void) throws -> Void

    /// - Parameters:
    ///   - shape: Row-major, outermost dimension first; at most four dimensions, rows of whole blocks.
    ///   - write: Hands the packed bytes, in order, to its argument, in one piece or in many.
    public init(
      name: String, type: GGUFType, shape: [Int],
      write: @escaping ((UnsafeRawBufferPointer) throws -> Void) throws -> Void
    ) {
      self.name = name
      self.type = type
      self.shape = shape
      self.write = write
    }

    var byteCount: Int { shape.reduce(1, *) / type.blockElements * type.blockBytes }
  }

  /// - Parameters:
  ///   - metadata: In the order of the file. `general.alignment` is added where `alignment` is not the usual 32.
  ///   - alignment: A power of two.
  /// - Throws: ``GGUFError/unwritable(path:reason:)``; then nothing is left behind.
  public static func write(
    _ items: [Item], metadata: [(key: String, field: GGUFField)], alignment: Int = 32, to path: String
  ) throws(GGUFError) {
    let fields =
      metadata.filter { $0.key != "general.alignment" }
      + (alignment == 32 ? [] : [(key: "general.alignment", field: .uint32(UInt32(alignment)))])
    try check(items, keys: fields.map(\.key), alignment: alignment, path: path)
    let temporary = path + ".partial"
    do {
      try writeFile(items, header: header(items, fields, alignment: alignment), alignment: alignment, to: temporary)
      guard rename(temporary, path) == 0 else { throw lastError() }
      synchroniseFolder(of: path)
    } catch {
      unlink(temporary)
      let reason = (error as? POSIXError).map { String(cString: strerror($0.code.rawValue)) } ?? "\(error)"
      throw .unwritable(path: path, reason: reason)
    }
  }

  /// What the reader would refuse is not written.
  private static func check(_ items: [Item], keys: [String], alignment: Int, path: String) throws(GGUFError) {
    func refuse(_ reason: String) -> GGUFError { .unwritable(path: path, reason: reason) }
    guard alignment.nonzeroBitCount == 1, (1...GGUFContents.largestAlignment).contains(alignment) else {
      throw refuse("an alignment of \(alignment) is no power of two")
    }
    for (names, limit) in [(keys, GGUFContents.longestKey), (items.map(\.name), GGUFContents.longestTensorName)] {
      guard Set(names).count == names.count else { throw refuse("a name is there twice") }
      if let name = names.first(where: { $0.isEmpty || $0.utf8.count > limit || $0.utf8.contains(0) }) {
        throw refuse("'\(name.prefix(80))' cannot be a name")
      }
    }
    for item in items {
      guard item.shape.count <= GGUFContents.mostDimensions, item.shape.allSatisfy({ $0 >= 0 }),
        (item.shape.last ?? 1) % item.type.blockElements == 0
      else { throw refuse("'\(item.name)' of shape \(item.shape) cannot be packed as \(item.type.name)") }
    }
  }

  private static func header(_ items: [Item], _ fields: [(key: String, field: GGUFField)], alignment: Int) -> Data {
    var header = Data("GGUF".utf8)
    func append<Number: FixedWidthInteger>(_ value: Number) { header.append(contentsOf: GGUFField.bytes(value)) }
    func append(_ text: String) {
      append(UInt64(text.utf8.count))
      header.append(contentsOf: text.utf8)
    }
    append(UInt32(3))
    append(UInt64(items.count))
    append(UInt64(fields.count))
    for (key, field) in fields {
      append(key)
      header.append(contentsOf: field.encoded)
    }
    var position = 0
    for item in items {
      append(item.name)
      append(UInt32(item.shape.count))
      for size in item.shape.reversed() { append(UInt64(size)) }
      append(item.type.rawValue)
      append(UInt64(position))
      position += item.byteCount + padding(item.byteCount, alignment)
    }
    return header
  }

  private static func padding(_ count: Int, _ alignment: Int) -> Int { (alignment - count % alignment) % alignment }

  private static func writeFile(_ items: [Item], header: Data, alignment: Int, to path: String) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw lastError() }
    defer { close(descriptor) }
    func pad(after count: Int) throws {
      let zeros = [UInt8](repeating: 0, count: padding(count, alignment))
      try zeros.withUnsafeBytes { try writeAll($0, to: descriptor) }
    }
    try header.withUnsafeBytes { try writeAll($0, to: descriptor) }
    try pad(after: header.count)
    for item in items {
      var written = 0
      try item.write { bytes in
        written += bytes.count
        try writeAll(bytes, to: descriptor)
      }
      precondition(written == item.byteCount, "\(item.name) has \(written) bytes, not \(item.byteCount)")
      try pad(after: written)
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

  /// Makes the new name last through a power cut. Best effort: some file systems refuse it.
  private static func synchroniseFolder(of path: String) {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    _ = fsync(descriptor)
    close(descriptor)
  }

  private static func lastError() -> POSIXError { POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
}
