internal import Glibc

/// Numbers in [0, 1) by place: the n-th depends on the seed and n alone, so nothing has to be remembered between tokens
/// and nothing that runs beside a request can disturb it. The sequence is SplitMix64's (Steele, Lea and Flood 2014, "Fast
/// splittable pseudorandom number generators").
struct RandomNumbers: Sendable {
  let seed: UInt64

  /// - Parameter place: counted from 0.
  subscript(place: Int) -> Double {
    var mixed = seed &+ (UInt64(bitPattern: Int64(place)) &+ 1) &* 0x9E37_79B9_7F4A_7C15
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    mixed ^= mixed >> 31
    return Double(mixed >> 11) * 0x1p-53
  }
}

/// The natural logarithm.
func logarithm(_ x: Double) -> Double { log(x) }
