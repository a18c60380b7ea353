/// The index of a checkpoint in several files: which tensor lies in which.
struct SafetensorsIndex {
  /// Tensor name to file name.
  private(set) var weightMap: [String: String] = [:]

  /// Longest index that is read; that of the largest checkpoints has some 10 MB.
  static let maximumBytes = 100_000_000
  static let mostShards = 10_000

  private typealias Refusal = StrictJSON.Refusal

  /// - Parameter bytes: The whole index.
  init(_ bytes: UnsafeRawBufferPointer, path: String) throws(SafetensorsError) {
    do {
      try read(bytes)
    } catch {
      throw .damagedIndex(path: path, reason: error.reason)
    }
  }

  /// The files' names, sorted.
  var shards: [String] { Set(weightMap.values).sorted() }

  private mutating func read(_ bytes: UnsafeRawBufferPointer) throws(Refusal) {
    guard bytes.count <= Self.maximumBytes else {
      throw Refusal(reason: "it is longer than \(Self.maximumBytes) bytes")
    }
    var reader = StrictJSON(bytes)
    var hasMap = false
    try reader.object("its whole") { reader, key throws(Refusal) in
      guard key == "weight_map" else { return try reader.skipValue() }
      guard !hasMap else { throw Refusal(reason: "its weight_map is there twice") }
      hasMap = true
      try readMap(&reader)
    }
    try reader.finish()
    guard hasMap, !weightMap.isEmpty else { throw Refusal(reason: "it lacks a weight_map with tensors") }
    let count = shards.count
    guard count <= Self.mostShards else {
      throw Refusal(reason: "it names \(count) files, more than \(Self.mostShards)")
    }
  }

  private mutating func readMap(_ reader: inout StrictJSON) throws(Refusal) {
    try reader.object("its weight_map") { reader, name throws(Refusal) in
      let shard = try reader.string("the file of the tensor '\(name.prefix(200))'")
      guard Self.isPlainName(shard) else {
        throw Refusal(reason: "'\(shard.prefix(200))' is no plain name of a .safetensors file beside the index")
      }
      guard weightMap.updateValue(shard, forKey: name) == nil else {
        throw Refusal(reason: "the tensor '\(name.prefix(200))' is there twice")
      }
    }
  }

  /// A shard lies beside its index: a name that leads elsewhere is refused, whatever lies there.
  private static func isPlainName(_ name: String) -> Bool {
    name.utf8.count <= 255 && name.hasSuffix(".safetensors") && !name.hasPrefix(".")
      && !name.utf8.contains { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\") || $0 < 0x20 }
  }
}
