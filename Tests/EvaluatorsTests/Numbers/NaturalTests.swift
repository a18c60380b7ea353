import Testing

@testable import Evaluators

@Suite("Whole numbers of any size")
struct NaturalTests {
  @Test("digits come back as they went in")
  func digits() {
    for text in ["0", "7", "4294967296", "1000000000", "123456789012345678901234567890", "999999999000000000"] {
      #expect(Natural(decimal: text).decimal == text)
    }
    #expect(Natural(decimal: "000").decimal == "0")
    #expect(Natural(UInt64.max).decimal == "18446744073709551615")
  }

  @Test("sums, differences, products and order agree with the machine's where it can hold them")
  func arithmetic() {
    let values: [UInt64] = [0, 1, 2, 9, 65_535, 4_294_967_295, 4_294_967_296, 3_000_000_000]
    for first in values {
      for second in values {
        let (a, b) = (Natural(first), Natural(second))
        #expect(a + b == Natural(first + second))
        #expect(Natural.difference(a, b) == Natural(max(first, second) - min(first, second)))
        #expect((a < b) == (first < second))
        let product = first.multipliedFullWidth(by: second)
        if product.high == 0 { #expect(a * b == Natural(product.low)) }
      }
    }
  }

  @Test("a product wider than a word")
  func wide() {
    let nines = Natural(decimal: "99999999999999999999")
    #expect((nines * nines).decimal == "9999999999999999999800000000000000000001")
    #expect(Natural.power(ofTen: 30).decimal == "1" + String(repeating: "0", count: 30))
  }
}
