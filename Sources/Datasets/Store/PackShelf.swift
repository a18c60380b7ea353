import Foundation
import OpenAIWire

/// The packs of a dataset, opened: where each row lies, by its hash.
struct PackShelf {
  private struct Place {
    let pack: Int
    let range: Range<Int>
  }

  private let folder: URL
  private var contents: [[UInt8]] = []
  private var packs: [DatasetVersion.Pack] = []
  private var places: [ContentHash: Place] = [:]

  init(folder: URL) { self.folder = folder }

  /// The packs that were opened and hold one of the rows, in the order of opening.
  func packs(holding hashes: [ContentHash]) -> [DatasetVersion.Pack] {
    let used = Set(hashes.compactMap { places[$0]?.pack })
    return used.sorted().map { packs[$0] }
  }

  func holds(_ hash: ContentHash) -> Bool { places[hash] != nil }

  /// Reads packs and holds them against their hashes; those that are open are left alone.
  mutating func open(_ wanted: [DatasetVersion.Pack]) throws(DatasetError) {
    for pack in wanted where !packs.contains(pack) {
      let url = Self.url(pack.hash, in: folder)
      let bytes = try AtomicFile.read(url, atMost: pack.bytes)
      guard bytes.count == pack.bytes else {
        throw .damaged(path: url.path, reason: "it has \(bytes.count) bytes and should have \(pack.bytes)")
      }
      guard ContentHash(of: bytes) == pack.hash else {
        throw .damaged(path: url.path, reason: "its content is not what its name says")
      }
      try index(bytes, pack, url)
    }
  }

  private mutating func index(_ bytes: [UInt8], _ pack: DatasetVersion.Pack, _ url: URL) throws(DatasetError) {
    var start = 0
    var rows = 0
    while let end = bytes[start...].firstIndex(of: 0x0A) {
      places[ContentHash(of: Array(bytes[start..<end]))] = Place(pack: packs.count, range: start..<end)
      rows += 1
      start = end + 1
    }
    guard start == bytes.count, rows == pack.rows else {
      throw .damaged(path: url.path, reason: "it does not hold \(pack.rows) rows")
    }
    contents.append(bytes)
    packs.append(pack)
  }

  /// The row of that hash; nil if no open pack has it.
  func row(_ hash: ContentHash) throws(DatasetError) -> DatasetRow? {
    guard let place = places[hash] else { return nil }
    let line = contents[place.pack][place.range]
    // A row was within the limits when it was added; here its own length bounds what it can cost.
    let limits = JSONLimits(bytes: line.count, depth: 128, values: line.count)
    var mapper = RowMapper(mapping: .automatic, cellsAreText: false, limits: Self.limits)
    var problems: [RowMapper.ColumnProblem] = []
    guard case .object(let object)? = try? JSONReader.value(of: line, limits: limits),
      let row = mapper.row(of: object, problems: &problems), row.hash == hash
    else {
      let path = Self.url(packs[place.pack].hash, in: folder).path
      throw .damaged(path: path, reason: "sha256:\(hash.short) is no row in canonical form")
    }
    return row
  }

  private static let limits = DatasetLimits(columns: .max, elements: .max)

  static func url(_ hash: ContentHash, in folder: URL) -> URL { folder.appendingPathComponent("\(hash).jsonl") }
}
