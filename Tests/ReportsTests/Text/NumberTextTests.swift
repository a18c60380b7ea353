import Foundation
import Measures
import Testing

@testable import Reports

@Suite struct NumberTextTests {
  @Test(arguments: [
    (0.0, "0"), (1.0, "1.000"), (181.04, "181.0"), (24_839.4, "24\u{202F}839"), (0.3674, "0.3674"), (0.0956, "0.09560"),
    (-12.5, "−12.50"), (1.635e-5, "1.635×10⁻⁵"), (3.2e12, "3.200×10¹²"), (1_234_567, "1\u{202F}234\u{202F}567"),
    (9999, "9999"),
  ])
  func writesFourDigits(_ value: Double, _ text: String) {
    #expect(NumberText.format(value) == text)
  }

  @Test func writesWhatIsNoNumberInWords() {
    #expect(NumberText.format(.nan) == "not a number")
    #expect(NumberText.format(.infinity) == "∞")
    #expect(NumberText.format(-.infinity) == "−∞")
  }

  @Test func digitsAreSignificantOnes() {
    #expect(NumberText.format(0.3674, digits: 3) == "0.367")
    #expect(NumberText.format(37.4321, digits: 2) == "37")
    #expect(NumberText.format(0.00123, digits: 2) == "0.0012")
  }

  @Test(arguments: [
    (Unit.bytes, 3.0 * 1024 * 1024 * 1024, "GiB", 3.0), (.bytes, 700, "B", 700), (.seconds, 0.094, "ms", 94),
    (.seconds, 2, "s", 2), (.seconds, 5e-6, "µs", 5), (.flopsPerSecond, 7.5e11, "GFLOP/s", 750),
    (.joulesPerToken, 0.0025, "mJ/token", 2.5), (.fraction, 0.43, "%", 43), (.gigabytes, 0.412, "GB", 0.412),
    (.gigabytes, 0.0412, "MB", 41.2), (.tokensPerSecond, 24_000, "tokens/s", 24_000),
  ])
  func scalesByTheLargest(_ unit: Measures.Unit, _ value: Double, _ symbol: String, _ shown: Double) {
    let scale = NumberText.scale(for: [value / 10_000, value, .nan], unit: unit)
    #expect(scale.symbol == symbol)
    #expect(abs(value / scale.divisor - shown) < 1e-9 * shown)
  }

  @Test func bytesAreNeverGB() {
    for power in 0..<45 {
      let scale = NumberText.scale(for: [pow(2, Double(power))], unit: .bytes)
      #expect(scale.symbol == "B" || scale.symbol.hasSuffix("iB"))
    }
  }

  @Test func nothingToScaleByKeepsTheUnit() {
    #expect(NumberText.scale(for: [], unit: .seconds).symbol == "s")
    #expect(NumberText.scale(for: [0], unit: .joulesPerToken).symbol == "J/token")
    #expect(NumberText.scale(for: [], unit: .gigabytes).symbol == "GB")
  }

  @Test func aShareNeverRoundsToACertainty() {
    #expect(NumberText.percent(0.9996) == "over 99 %")
    #expect(NumberText.percent(0.004) == "under 1 %")
    #expect(NumberText.percent(1) == "100 %" && NumberText.percent(0) == "0 %")
    #expect(NumberText.percent(0.735) == "74 %" || NumberText.percent(0.735) == "73 %")
  }

  @Test func listsCountsAndDates() {
    #expect(NumberText.list([]) == "" && NumberText.list(["a"]) == "a")
    #expect(NumberText.list(["a", "b", "c"]) == "a, b and c")
    #expect(NumberText.count(1, "seed") == "1 seed" && NumberText.count(3, "seed") == "3 seeds")
    #expect(NumberText.date(Date(timeIntervalSince1970: 0)) == "1970-01-01 00:00:00 UTC")
  }
}
