/// One step of normalising text, as a `tokenizer.json` names it.
enum Normalizer: Sendable {
  case form(UnicodeNormalization)
  case lowercase
  /// Removes combining marks.
  case stripAccents
  case bert(cleansText: Bool, spacesChinese: Bool, stripsAccents: Bool, lowercases: Bool)
  case replace([UInt8], by: [UInt8])
  case replaceExpression(RegularExpression, by: [UInt8])
  /// Puts something before every text that is not empty.
  case prepend([UInt8])
  /// Removes white space at the ends.
  case strip(left: Bool, right: Bool)
  /// Of the neural machine translation models: controls go, exotic spaces become spaces.
  case nmt
  case characterMap(CharacterMap)
  /// As SentencePiece does all of it: the map by longest match, runs of spaces, the mark of a space.
  case sentencePiece(SentencePieceNormalizer)
}

/// The steps one after the other.
struct NormalizerChain: Sendable {
  var steps: [Normalizer] = []

  /// False only when text stays as it is.
  func mayChange(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    steps.contains { step in
      if case .form(let form) = step { form.mayChange(bytes) } else { true }
    }
  }

  func callAsFunction(_ bytes: [UInt8]) -> [UInt8] {
    steps.reduce(bytes) { bytes, step in step(bytes) }
  }

  func callAsFunction(_ text: String) -> String {
    steps.isEmpty ? text : String(decoding: self(Array(text.utf8)), as: UTF8.self)
  }
}

extension Normalizer {
  func callAsFunction(_ bytes: [UInt8]) -> [UInt8] {
    switch self {
    case .form(let form): return form(bytes)
    case .lowercase: return Self.lowercased(bytes)
    case .stripAccents:
      let marks = UnicodeTables.combiningMarkSet
      return bytes.mappingScalars { if !marks.contains($0) { $1.append($0) } }
    case .bert(let cleansText, let spacesChinese, let stripsAccents, let lowercases):
      var bytes = bytes
      if cleansText || spacesChinese { bytes = Self.cleaned(bytes, cleansText, spacesChinese) }
      if stripsAccents, bytes.contains(where: { $0 >= 0xC3 }) {
        let accents = UnicodeTables.bertAccentSet
        bytes = UnicodeNormalization.nfd(bytes).mappingScalars { if !accents.contains($0) { $1.append($0) } }
      }
      return lowercases ? Self.lowercased(bytes) : bytes
    case .replace(let literal, let content):
      return replaced(bytes, by: content) { bytes, body in bytes.forEachOccurrence(of: literal, body) }
    case .replaceExpression(let expression, let content):
      return replaced(bytes, by: content) { bytes, body in
        var matcher = ExpressionMatcher(expression, bytes)
        matcher.forEachMatch(body)
      }
    case .prepend(let prefix): return bytes.isEmpty ? bytes : prefix + bytes
    case .strip(let left, let right): return Self.stripped(bytes, left: left, right: right)
    case .nmt: return Self.nmt(bytes)
    case .characterMap(let map): return map.normalizedByCluster(bytes)
    case .sentencePiece(let normalizer): return normalizer(bytes)
    }
  }

  private func replaced(
    _ bytes: [UInt8], by content: [UInt8],
    _ forEachMatch: (UnsafeBufferPointer<UInt8>, (Range<Int>) -> Void) -> Void
  ) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count + bytes.count / 4)
    bytes.withUnsafeBufferPointer { bytes in
      var end = 0
      forEachMatch(bytes) { match in
        result.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[end..<match.lowerBound]))
        result.append(contentsOf: content)
        end = match.upperBound
      }
      result.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[end...]))
    }
    return result
  }

  private static func lowercased(_ bytes: [UInt8]) -> [UInt8] {
    let map = UnicodeTables.lowercaseMap
    return bytes.mappingScalars { scalar, result in
      if scalar.value < 0x80 {
        let byte = UInt8(scalar.value)
        result.append((0x41...0x5A).contains(byte) ? byte | 0x20 : byte)
      } else if let lower = map[scalar] {
        for scalar in lower { result.append(scalar) }
      } else {
        result.append(scalar)
      }
    }
  }

  /// Controls go, white space becomes spaces, Chinese characters get spaces around them.
  private static func cleaned(_ bytes: [UInt8], _ cleansText: Bool, _ spacesChinese: Bool) -> [UInt8] {
    let controls = UnicodeTables.bertControlSet
    return bytes.mappingScalars { scalar, result in
      if cleansText, ScalarClass.isSpace(scalar), !controls.contains(scalar) {
        result.append(0x20)
      } else if cleansText, controls.contains(scalar) {
        return
      } else if spacesChinese, isChinese(scalar.value) {
        result.append(0x20)
        result.append(scalar)
        result.append(0x20)
      } else {
        result.append(scalar)
      }
    }
  }

  private static func isChinese(_ value: UInt32) -> Bool {
    switch value {
    case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B73F, 0x2B740...0x2B81F, 0x2B920...0x2CEAF,
      0xF900...0xFAFF, 0x2F800...0x2FA1F:
      return true
    default: return false
    }
  }

  private static func stripped(_ bytes: [UInt8], left: Bool, right: Bool) -> [UInt8] {
    bytes.withUnsafeBufferPointer { buffer in
      let start = left ? WhiteSpace.endOfRun(startingAt: 0, in: buffer) : 0
      let end = right ? WhiteSpace.startOfRun(endingAt: buffer.count, in: buffer, notBefore: start) : buffer.count
      return Array(buffer[start..<end])
    }
  }

  private static func nmt(_ bytes: [UInt8]) -> [UInt8] {
    bytes.mappingScalars { scalar, result in
      switch scalar.value {
      case 0x1...0x8, 0xB, 0xE...0x1F, 0x7F, 0x8F, 0x9F: return
      case 0x9, 0xA, 0xC, 0xD, 0x1680, 0x200B...0x200F, 0x2028, 0x2029, 0x2581, 0xFEFF, 0xFFFD: result.append(0x20)
      default: result.append(scalar)
      }
    }
  }
}
