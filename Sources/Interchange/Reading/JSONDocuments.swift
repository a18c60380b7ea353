import OpenAIWire

/// The JSON documents of a file: one, one a line, or one behind the other, as exporters that print each span do.
struct JSONDocuments {
  let file: ImportFile
  let limits: ImportLimits
  /// Where each begins and ends.
  private let ranges: [Range<Int>]
  /// Whether the last one ends too early.
  private let isCut: Bool

  /// - Throws: ``ImportError/tooMuch(file:what:limit:)``.
  init(_ file: ImportFile, _ limits: ImportLimits) throws(ImportError) {
    self.file = file
    self.limits = limits
    var splitter = Splitter()
    let isComplete = file.bytes.withUnsafeBufferPointer { splitter.run($0, most: limits.documents + 1) }
    guard splitter.ranges.count <= limits.documents else {
      throw .tooMuch(file: file.name, what: "documents", limit: limits.documents)
    }
    ranges = splitter.ranges
    isCut = !isComplete
  }

  var count: Int { ranges.count }

  /// Reads each document and hands it on, so that only one is in memory.
  ///
  /// Where a file of several ends in the middle of one, as a collector's does that is still being written, that one is
  /// left out and said so.
  /// - Throws: ``ImportError/malformed(file:document:reason:)`` and what `body` throws.
  /// - Returns: Notes.
  func forEach(_ body: (JSONField) throws(ImportError) -> Void) throws(ImportError) -> [String] {
    for (index, range) in ranges.enumerated() {
      if isCut, index > 0, index == ranges.count - 1 {
        return ["\(file.name) ends in the middle of its last document, which was left out."]
      }
      let value: JSONValue
      do throws(WireError) {
        value = try JSONReader.value(
          of: file.bytes[range],
          limits: JSONLimits(bytes: limits.bytes, depth: limits.depth, values: limits.values))
      } catch {
        if case .malformed(let reason) = error {
          throw .malformed(file: file.name, document: ranges.count > 1 ? index + 1 : nil, reason: reason)
        }
        throw .malformed(file: file.name, document: index + 1, reason: error.description)
      }
      try body(JSONField(value))
    }
    return []
  }

  /// Cuts where no bracket is open; what stands in strings does not count.
  private struct Splitter {
    var ranges: [Range<Int>] = []

    /// - Returns: Whether the last document ends.
    mutating func run(_ bytes: UnsafeBufferPointer<UInt8>, most: Int) -> Bool {
      var position = 0
      // A byte order mark is no part of JSON, and some programs write one.
      if bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF { position = 3 }
      var start: Int?
      var depth = 0
      var inString = false
      while position < bytes.count {
        let byte = bytes[position]
        if inString {
          if byte == UInt8(ascii: "\\") { position += 1 } else if byte == UInt8(ascii: "\"") { inString = false }
        } else {
          switch byte {
          case UInt8(ascii: "{"), UInt8(ascii: "["):
            if depth == 0, start == nil { start = position }
            depth += 1
          case UInt8(ascii: "}"), UInt8(ascii: "]"):
            depth -= 1
            if depth <= 0 {
              ranges.append((start ?? position)..<(position + 1))
              (start, depth) = (nil, 0)
              if ranges.count >= most { return true }
            }
          case UInt8(ascii: "\""):
            inString = true
            if start == nil { start = position }
          case 0x20, 0x0A, 0x0D, 0x09: break
          default: if start == nil { start = position }
          }
        }
        position += 1
      }
      if let start { ranges.append(start..<bytes.count) }
      return start == nil
    }
  }
}

extension [UInt8] {
  /// The same JSON with null for the NaN and Infinity that Python writes and JSON does not have.
  var withoutNotNumbers: [UInt8] {
    let words = [Array("-Infinity".utf8), Array("Infinity".utf8), Array("NaN".utf8)]
    guard contains(UInt8(ascii: "N")) || contains(UInt8(ascii: "I")) else { return self }
    var result: [UInt8] = []
    result.reserveCapacity(count)
    var position = 0
    var inString = false
    while position < count {
      let byte = self[position]
      if inString {
        if byte == UInt8(ascii: "\\"), position + 1 < count {
          result.append(byte)
          position += 1
        } else if byte == UInt8(ascii: "\"") {
          inString = false
        }
      } else if byte == UInt8(ascii: "\"") {
        inString = true
      } else if byte == UInt8(ascii: "N") || byte == UInt8(ascii: "I") || byte == UInt8(ascii: "-"),
        let word = words.first(where: { self[position...].starts(with: $0) })
      {
        result.append(contentsOf: "null".utf8)
        position += word.count
        continue
      }
      result.append(self[position])
      position += 1
    }
    return result
  }
}
