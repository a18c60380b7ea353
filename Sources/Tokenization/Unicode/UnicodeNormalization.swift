/// The four normalisation forms (Unicode Standard Annex 15) by the reference's tables, which are of an older Unicode than
/// the standard library's.
enum UnicodeNormalization: String, Sendable {
  case nfc = "NFC"
  case nfd = "NFD"
  case nfkc = "NFKC"
  case nfkd = "NFKD"

  private var isCompatibility: Bool { self == .nfkc || self == .nfkd }
  private var composes: Bool { self == .nfc || self == .nfkc }

  /// Whether bytes may change: below U+00C0 nothing does, and under NFC nothing below U+0300; under compatibility
  /// nothing below U+00A0.
  @inline(__always)
  func mayChange(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    let limit: UInt8 = self == .nfc ? 0xCC : isCompatibility ? 0xC2 : 0xC3
    return bytes.contains { $0 >= limit }
  }

  func callAsFunction(_ bytes: [UInt8]) -> [UInt8] {
    bytes.withUnsafeBufferPointer { bytes in
      guard mayChange(bytes) else { return Array(bytes) }
      var result: [UInt8] = []
      result.reserveCapacity(bytes.count + 16)
      var segment = Segment(form: self)
      var position = 0
      while position < bytes.count {
        // ASCII before ASCII stays and is a segment of its own.
        if bytes[position] < 0x80, position + 1 == bytes.count || bytes[position + 1] < 0x80 {
          segment.flush(into: &result)
          result.append(bytes[position])
          position += 1
          continue
        }
        let (scalar, next) = bytes.scalar(at: position)
        segment.decompose(scalar, into: &result)
        position = next
      }
      segment.flush(into: &result)
      return result
    }
  }

  /// Scalars from a starter up to the next that cannot compose with it.
  private struct Segment {
    let isCompatibility: Bool
    let composes: Bool
    var scalars: [(scalar: Unicode.Scalar, combiningClass: UInt8)] = []

    init(form: UnicodeNormalization) {
      isCompatibility = form.isCompatibility
      composes = form.composes
    }

    mutating func decompose(_ scalar: Unicode.Scalar, into result: inout [UInt8]) {
      let index = scalar.value &- Hangul.syllables
      if index < Hangul.syllableCount {
        add(Hangul.scalar(Hangul.leads + index / Hangul.perLead), into: &result)
        add(Hangul.scalar(Hangul.vowels + index % Hangul.perLead / Hangul.trailCount), into: &result)
        let trail = index % Hangul.trailCount
        if trail > 0 { add(Hangul.scalar(Hangul.trails + trail), into: &result) }
      } else if isCompatibility, let parts = UnicodeTables.compatibilityMap[scalar] {
        for part in parts { add(part, into: &result) }
      } else if let parts = UnicodeTables.canonicalMap[scalar] {
        for part in parts { add(part, into: &result) }
      } else {
        add(scalar, into: &result)
      }
    }

    private mutating func add(_ scalar: Unicode.Scalar, into result: inout [UInt8]) {
      let combiningClass = UnicodeTables.combiningClassTable[Int(scalar.value)]
      if combiningClass == 0, !scalars.isEmpty {
        // A starter may compose with a starter right before it, after what stands between has been ordered.
        if composes { compose() }
        if !composes || scalars.count > 1 || scalars[0].combiningClass != 0
          || Self.composition(scalars[0].scalar, scalar) == nil
        {
          flush(into: &result)
        }
      }
      scalars.append((scalar, combiningClass))
    }

    mutating func flush(into result: inout [UInt8]) {
      guard !scalars.isEmpty else { return }
      if composes { compose() } else { order() }
      for entry in scalars { result.append(entry.scalar) }
      scalars.removeAll(keepingCapacity: true)
    }

    /// Sorts runs of marks by their class; equals keep their order.
    private mutating func order() {
      guard scalars.count > 1 else { return }
      var start = 0
      while start < scalars.count {
        guard scalars[start].combiningClass != 0 else {
          start += 1
          continue
        }
        var end = start + 1
        var isOrdered = true
        while end < scalars.count, scalars[end].combiningClass != 0 {
          if scalars[end].combiningClass < scalars[end - 1].combiningClass { isOrdered = false }
          end += 1
        }
        if !isOrdered {
          // The standard library's sort is stable only by accident: the index makes it so.
          let sorted = scalars[start..<end].enumerated().sorted {
            ($0.element.combiningClass, $0.offset) < ($1.element.combiningClass, $1.offset)
          }
          for (offset, entry) in sorted.enumerated() { scalars[start + offset] = entry.element }
        }
        start = end
      }
    }

    private mutating func compose() {
      order()
      guard scalars.count > 1, scalars[0].combiningClass == 0 else { return }
      var kept = 1
      var lastClass: UInt8 = 0
      for index in 1..<scalars.count {
        let entry = scalars[index]
        let isBlocked = kept > 1 && (lastClass == 0 || lastClass >= entry.combiningClass)
        if !isBlocked, let composed = Self.composition(scalars[0].scalar, entry.scalar) {
          scalars[0].scalar = composed
        } else {
          lastClass = entry.combiningClass
          scalars[kept] = entry
          kept += 1
        }
      }
      scalars.removeLast(scalars.count - kept)
    }

    private static func composition(_ first: Unicode.Scalar, _ second: Unicode.Scalar) -> Unicode.Scalar? {
      if let syllable = Hangul.composition(first.value, second.value) { return syllable }
      return UnicodeTables.compositionMap[UInt64(first.value) << 32 | UInt64(second.value)].flatMap(Unicode.Scalar.init)
    }
  }
}

/// Hangul syllables, which are composed by arithmetic (The Unicode Standard, section 3.12).
private enum Hangul {
  static let syllables: UInt32 = 0xAC00
  static let leads: UInt32 = 0x1100
  static let vowels: UInt32 = 0x1161
  /// One before the first trailing consonant.
  static let trails: UInt32 = 0x11A7
  static let trailCount: UInt32 = 28
  static let perLead: UInt32 = 21 * 28
  static let syllableCount: UInt32 = 19 * 21 * 28

  static func scalar(_ value: UInt32) -> Unicode.Scalar { Unicode.Scalar(value) ?? "\u{FFFD}" }

  static func composition(_ first: UInt32, _ second: UInt32) -> Unicode.Scalar? {
    if (leads..<leads + 19).contains(first), (vowels..<vowels + 21).contains(second) {
      return Unicode.Scalar(syllables + ((first - leads) * 21 + (second - vowels)) * trailCount)
    }
    let index = first &- syllables
    if index < syllableCount, index % trailCount == 0, (trails + 1..<trails + trailCount).contains(second) {
      return Unicode.Scalar(first + (second - trails))
    }
    return nil
  }
}
