import Foundation

extension CorpusSource {
  /// A lone text file is cut at the first blank line after so many bytes.
  static let sectionBytes = 4096
  /// Where it has no blank lines, it is cut at a line end after so many.
  static let longestSectionBytes = 65536

  /// The texts, in order; empty ones are left out. Bytes that are no UTF-8 become U+FFFD.
  /// - Throws: `CorpusError`.
  public func documents() throws -> [Document] {
    var documents: [Document] = []
    for file in files {
      let data = try contents(of: file)
      if form == .obtained || Self.jsonLinesExtensions.contains(file.pathExtension.lowercased()) {
        try appendLines(of: data, file: file, to: &documents)
      } else if form == .text {
        for (index, section) in Self.sections(of: data).enumerated() {
          documents.append(Document(id: "\(label(of: file))#\(index + 1)", text: section))
        }
      } else {
        documents.append(Document(id: label(of: file), text: String(decoding: withoutMark(data), as: UTF8.self)))
      }
    }
    return documents.filter { document in document.text.utf8.contains { $0 > 0x20 } }
  }

  /// Leaves out the byte order mark some editors put first.
  private func withoutMark(_ data: Data) -> Data {
    data.starts(with: [0xEF, 0xBB, 0xBF]) ? data.dropFirst(3) : data
  }

  private struct Line: Decodable {
    var id: String?
    var text: String

    private enum Key: String, CodingKey { case id, text }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: Key.self)
      text = try container.decode(String.self, forKey: .text)
      // An id that is a number is as good; one that is anything else is passed over.
      id =
        (try? container.decodeIfPresent(String.self, forKey: .id))
        ?? (try? container.decodeIfPresent(Int.self, forKey: .id)).map(String.init)
    }
  }

  private func appendLines(of data: Data, file: URL, to documents: inout [Document]) throws {
    let decoder = JSONDecoder()
    let prefix = form == .folder ? label(of: file) + "#" : ""
    for (index, line) in withoutMark(data).split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
      guard line.contains(where: { $0 > 0x20 }) else { continue }
      let decoded: Line
      do {
        decoded = try decoder.decode(Line.self, from: Data(String(decoding: line, as: UTF8.self).utf8))
      } catch DecodingError.keyNotFound {
        throw CorpusError.badLine(path: file.path, line: index + 1, reason: "it has no \"text\"")
      } catch DecodingError.typeMismatch {
        throw CorpusError.badLine(path: file.path, line: index + 1, reason: "it is no object with a \"text\" string")
      } catch {
        throw CorpusError.badLine(path: file.path, line: index + 1, reason: "it is no JSON")
      }
      documents.append(Document(id: prefix + (decoded.id ?? "\(index + 1)"), text: decoded.text))
    }
  }

  /// Cuts a text into pieces that, put together, are the text.
  static func sections(of data: Data) -> [String] {
    let bytes = Array(data.starts(with: [0xEF, 0xBB, 0xBF]) ? data.dropFirst(3) : data)
    var sections: [String] = []
    var start = 0
    var lineStart = 0
    while lineStart < bytes.count {
      let lineEnd = bytes[lineStart...].firstIndex(of: 0x0A).map { $0 + 1 } ?? bytes.count
      let isBlank = bytes[lineStart..<lineEnd].allSatisfy { $0 <= 0x20 }
      let length = lineEnd - start
      if (isBlank && length >= sectionBytes) || length >= longestSectionBytes {
        sections.append(String(decoding: bytes[start..<lineEnd], as: UTF8.self))
        start = lineEnd
      }
      lineStart = lineEnd
    }
    if start < bytes.count { sections.append(String(decoding: bytes[start...], as: UTF8.self)) }
    return sections
  }
}
