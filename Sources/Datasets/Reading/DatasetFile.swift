import Foundation

/// Rows from a file, read as a stream.
public enum DatasetFile {
  /// - Parameters:
  ///   - path: the file; `-` is standard input.
  ///   - form: nil goes by the ending of the name.
  /// - Throws: ``DatasetError/notFound(path:)``, ``DatasetError/unreadable(path:reason:)``,
  ///   ``DatasetError/unknownForm(path:)``, and those of ``RowImporter/finish()``.
  public static func read(
    _ path: String, form: DatasetForm? = nil, mapping: ColumnMapping = .automatic, limits: DatasetLimits = .standard
  ) throws(DatasetError) -> ImportedRows {
    let isStandardInput = path == "-"
    guard let form = form ?? DatasetForm(path: path) else { throw .unknownForm(path: path) }
    let descriptor = isStandardInput ? 0 : open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT { throw .notFound(path: path) }
      throw .unreadable(path: path, reason: String(cString: strerror(errno)))
    }
    defer { if !isStandardInput { _ = close(descriptor) } }
    let name = isStandardInput ? "standard input" : URL(fileURLWithPath: path).lastPathComponent
    var importer = RowImporter(file: name, form: form, mapping: mapping, limits: limits)
    while !importer.isDone {
      let chunk = try read(descriptor, path)
      if chunk.isEmpty { break }
      importer.push(chunk)
    }
    return try importer.finish()
  }

  private static let chunkBytes = 1 << 18

  /// The next bytes; none at the end.
  private static func read(_ descriptor: Int32, _ path: String) throws(DatasetError) -> [UInt8] {
    var failure: Int32 = 0
    let chunk = [UInt8](unsafeUninitializedCapacity: chunkBytes) { buffer, count in
      while true {
        let got = Foundation.read(descriptor, buffer.baseAddress!, buffer.count)
        if got < 0, errno == EINTR { continue }
        if got < 0 { failure = errno }
        count = max(got, 0)
        return
      }
    }
    guard failure == 0 else { throw .unreadable(path: path, reason: String(cString: strerror(failure))) }
    return chunk
  }
}
