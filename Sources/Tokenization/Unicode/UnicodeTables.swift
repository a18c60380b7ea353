/// What characters are, as the reference takes them: decoded once from the compact tables of `UnicodeTables+Table.swift`.
enum UnicodeTables {
  /// A set of scalars: a bit each, so that a lookup is one load.
  struct ScalarSet: Sendable {
    private var words = [UInt64](repeating: 0, count: 0x11_0000 / 64)

    mutating func toggle(_ range: ClosedRange<Int>) {
      for scalar in range { words[scalar >> 6] ^= 1 << UInt64(scalar & 63) }
    }

    @inline(__always)
    func contains(_ scalar: Unicode.Scalar) -> Bool {
      words[Int(scalar.value >> 6)] >> UInt64(scalar.value & 63) & 1 != 0
    }
  }

  /// The general category of every scalar, by its code point: 1.1 MB, filled once.
  static let categories: [UInt8] = bytes(ofRuns: generalCategories)

  /// The canonical combining class of every scalar, by its code point.
  static let combiningClassTable: [UInt8] = bytes(ofRuns: combiningClasses)

  static let punctuationSet = set(punctuation)
  static let bertControlSet = set(bertControls)
  static let bertAccentSet = set(bertAccents)
  static let combiningMarkSet = set(combiningMarks)

  /// `\w` of regular expressions.
  static let wordSet: ScalarSet = {
    var words = set(extraWordScalars)
    let inWords = GeneralCategory.word.mask
    for (scalar, category) in categories.enumerated() where inWords >> UInt32(category) & 1 != 0 {
      words.toggle(scalar...scalar)
    }
    return words
  }()

  /// `\w` where the reference uses another engine: beside added tokens, and in the Whitespace pre-tokenizer.
  static let crateWordSet: ScalarSet = {
    var words = wordSet
    forEachRange(crateWordScalars) { words.toggle($0) }
    return words
  }()

  static let lowercaseMap = ScalarMap(lowercase)
  static let canonicalMap = ScalarMap(canonicalDecompositions)
  static let compatibilityMap = ScalarMap(compatibilityDecompositions)

  /// What two scalars compose to, by the first above the second.
  static let compositionMap: [UInt64: UInt32] = {
    var map: [UInt64: UInt32] = [:]
    let pairs = ScalarMap(compositions)
    pairs.forEach { composed, parts in
      map[UInt64(parts[parts.startIndex].value) << 32 | UInt64(parts[parts.startIndex + 1].value)] = composed
    }
    return map
  }()

  private static func bytes(ofRuns encoded: StaticString) -> [UInt8] {
    var table: [UInt8] = []
    table.reserveCapacity(0x11_0000)
    var reader = TableReader(encoded)
    while !reader.isAtEnd {
      let length = reader.number() + 1
      table.append(contentsOf: repeatElement(UInt8(reader.number()), count: length))
    }
    return table
  }

  private static func forEachRange(_ encoded: StaticString, _ body: (ClosedRange<Int>) -> Void) {
    var reader = TableReader(encoded)
    var position = 0
    while !reader.isAtEnd {
      let start = position + reader.number()
      let end = start + reader.number()
      body(start...end)
      position = end + 1
    }
  }

  private static func set(_ encoded: StaticString) -> ScalarSet {
    var set = ScalarSet()
    forEachRange(encoded) { set.toggle($0) }
    return set
  }
}

/// From some scalars to one or more others.
struct ScalarMap: Sendable {
  /// Where the mapping of each block of 128 scalars starts in `indices`; -1 for a block without any.
  private var blocks = [Int32](repeating: -1, count: 0x11_0000 >> 7)
  /// One more than the index of a scalar's mapping in `starts`; 0 for none.
  private var indices: [UInt16] = []
  private var starts: [Int32] = [0]
  private var targets: [Unicode.Scalar] = []
  private var sources: [UInt32] = []

  init(_ encoded: StaticString) {
    var reader = TableReader(encoded)
    var position = 0
    while !reader.isAtEnd {
      let scalar = position + reader.number()
      var last = scalar
      for _ in 0..<reader.number() {
        last += reader.signedNumber()
        targets.append(Unicode.Scalar(UInt32(last)) ?? "\u{FFFD}")
      }
      if blocks[scalar >> 7] < 0 {
        blocks[scalar >> 7] = Int32(indices.count)
        indices.append(contentsOf: repeatElement(0, count: 128))
      }
      indices[Int(blocks[scalar >> 7]) + scalar & 127] = UInt16(starts.count)
      starts.append(Int32(targets.count))
      sources.append(UInt32(scalar))
      position = scalar + 1
    }
  }

  /// What a scalar maps to; nothing for one that stays.
  @inline(__always)
  subscript(scalar: Unicode.Scalar) -> ArraySlice<Unicode.Scalar>? {
    let block = blocks[Int(scalar.value >> 7)]
    guard block >= 0 else { return nil }
    let index = Int(indices[Int(block) + Int(scalar.value & 127)])
    return index == 0 ? nil : targets[Int(starts[index - 1])..<Int(starts[index])]
  }

  func forEach(_ body: (UInt32, ArraySlice<Unicode.Scalar>) -> Void) {
    for (index, source) in sources.enumerated() { body(source, targets[Int(starts[index])..<Int(starts[index + 1])]) }
  }
}

/// Reads a table: numbers in digits of five bits, the least first, 32 added to all digits but a number's last.
struct TableReader {
  private let bytes: UnsafeBufferPointer<UInt8>
  private var position = 0

  init(_ encoded: StaticString) {
    bytes = UnsafeBufferPointer(start: encoded.utf8Start, count: encoded.utf8CodeUnitCount)
  }

  var isAtEnd: Bool { position == bytes.count }

  mutating func number() -> Int {
    var value = 0
    var shift = 0
    while true {
      let digit = Int(bytes[position]) - 48
      position += 1
      // Lines of the table end anywhere.
      if digit < 0 { continue }
      value |= (digit & 31) << shift
      shift += 5
      if digit < 32 { break }
    }
    while position < bytes.count, bytes[position] < 48 { position += 1 }
    return value
  }

  mutating func signedNumber() -> Int {
    let value = number()
    return value & 1 == 0 ? value >> 1 : -(value + 1) >> 1
  }
}

/// The general categories in the order of the table.
struct GeneralCategory: Sendable {
  /// A bit for each category of the set.
  let mask: UInt32

  private static let names = [
    "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm",
    "Sc",
    "Sk", "So", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Cn",
  ]

  private init(mask: UInt32) { self.mask = mask }

  /// A category by its short name, or all whose names start with a letter.
  init?(_ name: some StringProtocol) {
    var mask: UInt32 = 0
    for (index, known) in Self.names.enumerated() where known == name || (name.count == 1 && known.hasPrefix(name)) {
      mask |= 1 << UInt32(index)
    }
    guard mask != 0 else { return nil }
    self.mask = mask
  }

  private static func all(_ names: String...) -> GeneralCategory {
    GeneralCategory(mask: names.reduce(0) { $0 | (GeneralCategory($1)?.mask ?? 0) })
  }

  static let letter = all("L")
  static let number = all("N")
  static let decimalDigit = all("Nd")
  /// What `\w` holds but for some symbols and numbers.
  static let word = all("L", "M", "Nd", "Nl", "Pc")
}
