/// A number with what it counts, as a statement has it.
struct StatedAmount: Sendable, Hashable {
  /// As it is written.
  let text: String
  let value: ExactNumber
  /// A currency or percent sign; nil where there is none.
  let sign: String?
  /// A unit of measure and how many of the dimension's own it is, such as 60 seconds.
  let measure: Measure?
  /// The stem of the word of content behind the number, and of the one before it: `room 204`, `five devices`.
  let behind: String?
  let before: String?

  struct Measure: Sendable, Hashable {
    let dimension: String
    let factor: Double
  }

  /// Whether both say the same amount: the same number and sign, or the same measure in other units.
  func isSame(as other: StatedAmount) -> Bool {
    if let measure, let second = other.measure {
      guard measure.dimension == second.dimension else { return false }
      if measure.factor == second.factor { return value.isEqual(to: other.value) }
      let (one, two) = (value.approximate * measure.factor, other.value.approximate * second.factor)
      return abs(one - two) <= 1e-9 * abs(one)
    }
    if let sign, let second = other.sign, sign != second { return false }
    return value.isEqual(to: other.value)
  }

  /// Whether both are about the same thing, so that one rules the other out: the same sign, dimension or noun.
  func isComparable(to other: StatedAmount) -> Bool {
    if let sign { return sign == other.sign }
    if let measure { return measure.dimension == other.measure?.dimension }
    if other.sign != nil || other.measure != nil { return false }
    return (behind != nil && behind == other.behind) || (before != nil && before == other.before)
  }

  /// The amounts of a text, in words too: `five`, `twelve`.
  static func amounts(of text: String) -> [StatedAmount] {
    let all = Array(text.unicodeScalars)
    let tokens = AnswerText.tokens(all)
    var found: [(range: Range<Int>, text: String, value: ExactNumber, sign: String?)] = NumberScanner.numbers(in: all)
      .map { ($0.range, $0.text, $0.value, $0.unit) }
    for token in tokens {
      guard let word = token.word, let number = numbers[word], let value = ExactNumber(whole: "\(number)") else {
        continue
      }
      found.append((token.range, word, value, nil))
    }
    return found.map { number in
      let next = tokens.first { $0.range.lowerBound >= number.range.upperBound && $0.word != nil }?.word
      let behind = tokens.first { token in
        token.range.lowerBound >= number.range.upperBound && token.word.map(isNoun) ?? false
      }
      let before = tokens.last { token in
        token.range.upperBound <= number.range.lowerBound && token.word.map(isNoun) ?? false
      }
      return StatedAmount(
        text: number.text, value: number.value, sign: number.sign, measure: next.flatMap { measures[$0] },
        behind: behind?.word.map(EnglishWords.stem), before: before?.word.map(EnglishWords.stem))
    }
  }

  private static func isNoun(_ word: String) -> Bool {
    !EnglishWords.shared.isGrammar(word) && numbers[word] == nil && word.unicodeScalars.first?.isDigit != true
  }

  /// Words that are numbers; `one` is mostly a pronoun.
  static let numbers: [String: Int] = [
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11,
    "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18,
    "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80,
    "ninety": 90,
  ]

  private static let measures: [String: Measure] = {
    var result: [String: Measure] = [:]
    let dimensions: [(String, [(Double, [String])])] = [
      (
        "time",
        [
          (1, ["second", "seconds", "sec", "s"]), (0.001, ["ms", "millisecond", "milliseconds"]),
          (60, ["minute", "minutes", "min"]), (3600, ["hour", "hours", "h"]), (86_400, ["day", "days"]),
          (604_800, ["week", "weeks"]),
        ]
      ),
      ("calendar", [(1, ["month", "months"]), (12, ["year", "years"])]),
      (
        "length",
        [
          (1, ["m", "metre", "metres", "meter", "meters"]), (0.01, ["cm", "centimetre", "centimetres"]),
          (0.001, ["mm", "millimetre", "millimetres"]), (1000, ["km", "kilometre", "kilometres", "kilometers"]),
        ]
      ),
      (
        "mass",
        [
          (1, ["g", "gram", "grams"]), (0.001, ["mg", "milligram", "milligrams"]),
          (1000, ["kg", "kilogram", "kilograms"]),
        ]
      ),
      ("volume", [(1, ["l", "litre", "litres", "liter", "liters"]), (0.001, ["ml", "millilitre", "millilitres"])]),
      ("data", [(1e6, ["mb"]), (1e9, ["gb"]), (1e12, ["tb"]), (1e3, ["kb"])]),
      ("temperature", [(1, ["degree", "degrees"])]), ("power", [(1, ["watt", "watts", "w"]), (1000, ["kw"])]),
    ]
    for (dimension, units) in dimensions {
      for (factor, names) in units {
        for name in names { result[name] = Measure(dimension: dimension, factor: factor) }
      }
    }
    return result
  }()
}

extension ExactNumber {
  /// Nearly the number: for amounts in different units.
  fileprivate var approximate: Double {
    let value = (Double(numerator.decimal) ?? .infinity) / (Double(denominator.decimal) ?? 1)
    return isNegative ? -value : value
  }
}
