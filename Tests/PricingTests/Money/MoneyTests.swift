import Foundation
import Pricing
import Testing

@Suite struct MoneyTests {
  @Test(arguments: [
    ("0", "0"), ("0.0379055", "0.0379055"), ("1.25", "1.25"), ("-0.5", "-0.5"), ("007.10", "7.1"), ("12", "12"),
    ("0.000000000001", "0.000000000001"), ("1.0000000000000000", "1"), ("999999999999999999", "999999999999999999"),
    ("-0", "0"),
  ])
  func decimalsGoInAndOutExactly(text: String, shortest: String) throws {
    #expect(try Money(text).decimalText == shortest)
    #expect(try Money(shortest) == Money(text))
  }

  @Test(arguments: [
    "", "-", ".", ".5", "5.", "1e3", "+1", " 1", "1 ", "1,5", "0x1", "1.2.3", "--1", "0.0000000000001", "NaN", "inf",
    "1000000000000000000", "١", String(repeating: "0", count: 100),
  ])
  func whatIsNoDecimalIsRefused(text: String) {
    #expect(throws: PricingError.badAmount(String(text.prefix(80)))) { try Money(text) }
  }

  @Test func aDollarIsAMillionMillionPicos() throws {
    #expect(try Money("1").picos == 1_000_000_000_000)
    #expect(try Money("0.0379055").picos == 37_905_500_000)
  }

  @Test func sumsAreExactWhereBinaryFractionsAreNot() throws {
    let tenth = try Money("0.1")
    #expect(try Money.sum(Array(repeating: tenth, count: 10)) == Money("1"))
    #expect(try tenth.adding(try Money("0.2")) == Money("0.3"))
    #expect(try Money.sum([]) == .zero())
  }

  @Test func overflowAndMixtureAreErrors() throws {
    let most = Money(picos: .max)
    #expect(throws: PricingError.amountTooLarge) { try most.adding(Money(picos: 1)) }
    #expect(throws: PricingError.amountTooLarge) { try most.multiplied(by: 2) }
    let euro = try Currency("eur")
    #expect(throws: PricingError.mixedCurrencies(.usd, euro)) { try Money("1").adding(Money("1", currency: euro)) }
    #expect(throws: PricingError.badCurrency("dollar")) { try Currency("dollar") }
  }

  /// 1 / 3 is 0.333333333333 and a third; halves go to the even neighbour: 3 picos among 2 are 2, 5 are 2.
  @Test func sharesAreRoundedHalfToEven() throws {
    #expect(try Money("1").divided(by: 3)?.decimalText == "0.333333333333")
    #expect(try Money("2").divided(by: 3)?.decimalText == "0.666666666667")
    #expect([1, 3, 5, 7, -1, -3].map { Money(picos: $0).divided(by: 2)?.picos } == [0, 2, 2, 4, 0, -2])
    #expect(try Money("1").divided(by: 0) == nil)
    #expect(try Money("1").divided(by: -1) == nil)
  }

  @Test func asJSONTheCurrencyNamesTheAmount() throws {
    let money = try Money("0.0379055")
    let data = try JSONEncoder().encode(money)
    #expect(String(decoding: data, as: UTF8.self) == #"{"usd":"0.0379055"}"#)
    #expect(try JSONDecoder().decode(Money.self, from: data) == money)
    for wrong in ["{}", #"{"usd":"1","eur":"1"}"#, #"{"usd":"x"}"#, #"{"usd":1}"#] {
      #expect(throws: (any Error).self) { try JSONDecoder().decode(Money.self, from: Data(wrong.utf8)) }
    }
  }
}

@Suite struct DateTests {
  @Test(arguments: [("1970-01-01", 0), ("2000-02-29", 11_016), ("2025-11-25", 20_417), ("9999-12-31", 2_932_896)])
  func daysAreCountedFrom1970(text: String, day: Int) throws {
    #expect(try CivilDate(text).day == day)
    #expect(CivilDate(day: day).description == text)
  }

  @Test func everyDayOfFourCenturiesComesBack() throws {
    for day in stride(from: 0, through: 146_097, by: 1) where day % 7 == 0 || day % 365 < 3 {
      #expect(try CivilDate(CivilDate(day: day).description).day == day)
    }
  }

  @Test(arguments: [
    "", "2025", "2025-1-1", "2025-13-01", "2025-02-29", "2025-00-10", "1969-12-31", "2025-11-25x", "２025-11-25",
    "-025-11-25",
  ])
  func whatIsNoDayIsRefused(text: String) {
    #expect(throws: PricingError.badDate(text)) { try CivilDate(text) }
  }

  @Test(arguments: [
    ("2025-11-25", "2025-11-25"), ("2025-11-25T10:00:00Z", "2025-11-25T10:00:00Z"),
    ("2025-11-25T00:30+01:00", "2025-11-24T23:30:00Z"), ("2025-11-25t10:00:00.123-05:00", "2025-11-25T15:00:00Z"),
    ("2025-12-31 23:59:59-00:30", "2026-01-01T00:29:59Z"),
  ])
  func momentsAreInUTC(text: String, meant: String) throws {
    #expect(try PriceMoment(text).description == meant)
  }

  @Test(arguments: [
    "2025-11-25T10:00:00", "2025-11-25T24:00Z", "2025-11-25T1:00Z", "2025-11-25TZ", "2025-11-25x10:00Z",
    "1970-01-01T00:00+01:00", "2025-11-25T10:00:00.é",
  ])
  func whatIsNoMomentIsRefused(text: String) {
    #expect(throws: PricingError.self) { try PriceMoment(text) }
  }

  @Test func pointsInTimeAreMoments() {
    #expect(PriceMoment(Date(timeIntervalSince1970: 1_764_064_800.9)).description == "2025-11-25T10:00:00Z")
    #expect(PriceMoment(Date.distantPast).description == "1970-01-01T00:00:00Z")
    #expect(PriceMoment(Date.distantFuture).date <= CivilDate(day: 2_932_896))
  }
}
