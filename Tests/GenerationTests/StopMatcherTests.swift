import Foundation
import Testing

@testable import Generation

struct StopMatcherTests {
  /// Feeds pieces; what was shown, and which stop string ended it.
  private func run(_ stops: [String], _ pieces: [String]) -> (shown: [String], stop: Int?) {
    var matcher = StopMatcher(stops)
    var shown: [String] = []
    for piece in pieces {
      let (text, stop) = matcher.append(piece)
      shown.append(text)
      if let stop { return (shown, stop) }
    }
    shown.append(matcher.finish())
    return (shown, nil)
  }

  @Test func aStopStringAcrossTokensIsNeverShown() {
    let (shown, stop) = run(["\nUser:"], ["Hello", "\n", "Us", "er", ": and more"])
    #expect(shown == ["Hello", "", "", "", ""])
    #expect(stop == 0)
  }

  @Test func whatCannotBecomeOneIsShownAtOnce() {
    let (shown, stop) = run(["\nUser:"], ["a\n", "Use", "less", "\nUs"])
    #expect(shown == ["a", "", "\nUseless", "", "\nUs"])
    #expect(stop == nil)
  }

  @Test func overlapsAreFollowed() {
    #expect(run(["aab"], ["a", "a", "a", "a", "b"]).shown.joined() == "aa")
    #expect(run(["abab!"], ["ababab", "!"]).shown.joined() == "ab")
    #expect(run(["xyz", "yx"], ["x", "y", "y", "x"]).shown.joined() == "xy")
  }

  @Test func theFirstCompleteEndsAndOfThoseTheLongest() {
    #expect(run(["bc", "abc"], ["zabcd"]).shown == ["z"])
    #expect(run(["bc", "abc"], ["zabcd"]).stop == 1)
    #expect(run(["abcd", "bc"], ["abcd"]).shown == ["a"])
  }

  @Test func charactersOfManyBytesAreCutWhole() {
    #expect(run(["😀!"], ["x😀", "y"]).shown == ["x", "😀y", ""])
    #expect(run(["é"], ["caf", "é au lait"]).shown == ["caf", ""])
    // U+00E9 and U+00E8 begin with the same byte.
    #expect(run(["é"], ["è"]).shown == ["è", ""])
  }

  @Test func noStopStringsKeepNothingBack() { #expect(run([], ["a", "b"]).shown == ["a", "b", ""]) }

  @Test func likeSearchingTheWholeText() {
    let alphabet = ["a", "b", "é"]
    for seed in 0..<400 {
      let numbers = RandomNumbers(seed: UInt64(seed))
      var place = 0
      func pick(_ count: Int) -> Int {
        place += 1
        return Int(numbers[place] * Double(count))
      }
      let stops = (0..<(1 + pick(3))).map { _ in (0..<(1 + pick(4))).map { _ in alphabet[pick(3)] }.joined() }
      let pieces = (0..<12).map { _ in (0..<pick(4)).map { _ in alphabet[pick(3)] }.joined() }
      let whole = pieces.joined()
      let ends = stops.compactMap { whole.range(of: $0, options: .literal) }
      var wanted = whole
      if let end = ends.map(\.upperBound).min() {
        let start = ends.filter { $0.upperBound == end }.map(\.lowerBound).min()!
        wanted = String(whole[..<start])
      }
      let (shown, stop) = run(stops, pieces)
      #expect(shown.joined() == wanted, "\(stops) in \(pieces)")
      #expect((stop != nil) == !ends.isEmpty)
    }
  }
}
