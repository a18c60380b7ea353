/// A GGUF file of version 2 or 3, little-endian, mapped into memory
/// (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md): metadata, descriptions of tensors, the tensors' bytes.
///
/// Opening reads and checks everything before the tensors' bytes and touches none of those. Every tensor lies inside the
/// file, and no two overlap. Names compare as Swift strings do: two that differ in Unicode normalisation alone count as
/// the same name, and the file is refused.
///
/// The file must not be cut short while it is open: reading pages that are gone ends the process. Replace models by
/// renaming, which leaves an open one as it was. ``checkUnchanged()`` looks.
public final class GGUFFile: Sendable {
  public let path: String
  public let version: Int
  /// Tensors begin at multiples of this many bytes.
  public let alignment: Int
  public let metadata: [String: GGUFValue]
  /// The metadata's keys in the file's order.
  public let metadataKeys: [String]
  public let tensors: [String: GGUFTensor]
  /// The tensors in the file's order.
  public let orderedTensors: [GGUFTensor]
  /// Length of the file.
  public let byteCount: Int
  private let valueRanges: [String: Range<Int>]
  let file: MappedFile

  /// - Throws: ``GGUFError``: unreadable, no GGUF, of another version or byte order, with a type that is not read, damaged.
  public init(path: String) throws(GGUFError) {
    self.path = path
    file = try MappedFile(path: path)
    let contents = try GGUFContents(file.bytes, path: path)
    version = Int(contents.version)
    alignment = contents.alignment
    metadata = contents.metadata
    metadataKeys = contents.keys
    valueRanges = contents.valueRanges
    tensors = contents.tensorsByName
    orderedTensors = contents.tensors
    byteCount = file.count
  }

  /// Lends a tensor's packed bytes, straight from the mapping. They may lie at any address.
  public func withBytes<Result>(
    of tensor: GGUFTensor, _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    precondition(tensor.range.lowerBound >= 0 && tensor.range.upperBound <= file.count, "a tensor of another file")
    return try withExtendedLifetime(self) { try body(UnsafeRawBufferPointer(rebasing: file.bytes[tensor.range])) }
  }

  /// A value of the metadata as it is encoded, to be written to another file with its exact type.
  public func field(_ key: String) -> GGUFField? {
    valueRanges[key].map { GGUFField(encoded: Array(file.bytes[$0])) }
  }

  /// The bytes of a string, or of each string of an array, as they are in the file; nil where the key is absent or
  /// holds something else. For the rare vocabulary whose tokens are no UTF-8.
  public func stringBytes(_ key: String) -> [[UInt8]]? {
    guard let range = valueRanges[key], let value = metadata[key] else { return nil }
    var reader = GGUFReader(file.bytes, path: path, at: range.lowerBound + 4)
    switch value {
    case .string:
      return (try? reader.stringBytes()).map { [Array($0)] }
    case .strings(let strings):
      // Behind the element type and the count.
      guard (try? reader.skip(12)) != nil else { return nil }
      return strings.compactMap { _ in (try? reader.stringBytes()).map { Array($0) } }
    default:
      return nil
    }
  }

  /// - Throws: ``GGUFError/changed(path:)`` if the file was written to since it was opened.
  public func checkUnchanged() throws(GGUFError) {
    guard file.isUnchanged else { throw .changed(path: path) }
  }
}
