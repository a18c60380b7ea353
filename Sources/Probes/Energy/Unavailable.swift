/// Why a counter of the machine can't be had, and what would change that.
struct Unavailable: Error, Sendable, Hashable {
  /// Names what is missing, without a full stop.
  var reason: String
  /// One sentence without a full stop.
  var mend: String

  var sentence: String { "\(reason); \(mend)" }
}
