/// How a tensor's elements are packed. Raw values are the format's codes (ggml's `ggml_type`).
///
/// A quantised type packs `blockElements` neighbouring elements of a row into `blockBytes` bytes; a row is a whole number
/// of blocks. Plain types have blocks of one element.
// swift-format-ignore: AlwaysUseLowerCamelCase
public enum GGUFType: UInt32, Sendable, Hashable, CaseIterable {
  case f32 = 0
  case f16 = 1
  case q4_0 = 2
  case q4_1 = 3
  case q5_0 = 6
  case q5_1 = 7
  case q8_0 = 8
  case q2_K = 10
  case q3_K = 11
  case q4_K = 12
  case q5_K = 13
  case q6_K = 14
  case i8 = 24
  case i16 = 25
  case i32 = 26
  case i64 = 27
  case f64 = 28
  case bf16 = 30

  /// Elements of one block.
  public var blockElements: Int {
    switch self {
    case .f32, .f16, .bf16, .f64, .i8, .i16, .i32, .i64: 1
    case .q4_0, .q4_1, .q5_0, .q5_1, .q8_0: 32
    case .q2_K, .q3_K, .q4_K, .q5_K, .q6_K: 256
    }
  }

  /// Bytes of one block.
  public var blockBytes: Int {
    switch self {
    case .i8: 1
    case .f16, .bf16, .i16: 2
    case .f32, .i32: 4
    case .f64, .i64: 8
    case .q4_0: 18
    case .q4_1: 20
    case .q5_0: 22
    case .q5_1: 24
    case .q8_0: 34
    case .q2_K: 84
    case .q3_K: 110
    case .q4_K: 144
    case .q5_K: 176
    case .q6_K: 210
    }
  }

  /// Whether several elements share a block.
  public var isQuantized: Bool { blockElements > 1 }

  /// Bits an element takes, scales included: 4.5 for Q4_0.
  public var bitsPerElement: Double { Double(blockBytes * 8) / Double(blockElements) }

  /// The type's name as ggml writes it: `Q4_K`, `BF16`.
  public var name: String {
    switch self {
    case .q2_K: "Q2_K"
    case .q3_K: "Q3_K"
    case .q4_K: "Q4_K"
    case .q5_K: "Q5_K"
    case .q6_K: "Q6_K"
    default: "\(self)".uppercased()
    }
  }

  /// What ggml calls a type code; names of types that are not read, too, so that a refusal can say them.
  static func name(ofCode code: UInt32) -> String {
    if let type = GGUFType(rawValue: code) { return type.name }
    return foreign[code] ?? "number \(code)"
  }

  private static let foreign: [UInt32: String] = [
    4: "Q4_2 (withdrawn)", 5: "Q4_3 (withdrawn)", 9: "Q8_1", 15: "Q8_K", 16: "IQ2_XXS", 17: "IQ2_XS", 18: "IQ3_XXS",
    19: "IQ1_S", 20: "IQ4_NL", 21: "IQ3_S", 22: "IQ2_S", 23: "IQ4_XS", 29: "IQ1_M", 31: "Q4_0_4_4 (withdrawn)",
    32: "Q4_0_4_8 (withdrawn)", 33: "Q4_0_8_8 (withdrawn)", 34: "TQ1_0", 35: "TQ2_0", 39: "MXFP4",
  ]
}
