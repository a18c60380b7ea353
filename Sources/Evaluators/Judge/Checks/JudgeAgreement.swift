public import Measures
public import OpenAIWire

/// How far an evaluator, such as a judge, says what people say: over the rows that people labelled.
///
/// A row is called good when its score reaches the threshold. Each figure is absent with its reason where there are too
/// few labels for it: ``fewestRows`` rows with score and label for agreement, ``fewestRows`` rows with
/// ``fewestOfEachKind`` labels of each kind among them for kappa, precision, recall and the area under the curve.
public struct JudgeAgreement: Sendable, Hashable {
  /// Under 30 rows the interval of kappa, which is that of a normal distribution, is too narrow.
  public static let fewestRows = 30
  /// Labels good, and labels bad.
  public static let fewestOfEachKind = 5

  public let threshold: Double
  /// Rows with a score and a label.
  public let rows: Int
  /// Rows with a label and no score: they are in no figure.
  public let absent: Int
  /// Labels good and bad, among the rows with a score.
  public let positives: Int
  public let negatives: Int
  /// Cohen's kappa: agreement beyond chance, with its asymptotic interval.
  public let kappa: MeasuredValue
  /// The share of rows on which both say the same, with Wilson's interval.
  public let agreement: MeasuredValue
  /// Of the rows called good, those that people call good, with Wilson's interval.
  public let precision: MeasuredValue
  /// Of the rows that people call good, those called good, with Wilson's interval.
  public let recall: MeasuredValue
  /// How often a good answer scores above a bad one, with its interval; it takes no threshold.
  public let areaUnderCurve: MeasuredValue

  /// - Parameters:
  ///   - labelled: a row each; scores finite.
  ///   - threshold: the evaluator's.
  public init(_ labelled: [LabelledScore], threshold: Double, confidence: Double = 0.95) {
    let scored = labelled.compactMap { row in row.score.map { (score: $0, label: row.label) } }
    let (scores, labels) = (scored.map(\.score), scored.map(\.label))
    let quality = ThresholdQuality(scores: scores, labels: labels, threshold: threshold, confidence: confidence)
    self.threshold = threshold
    rows = scored.count
    absent = labelled.count - scored.count
    positives = labels.count { $0 }
    negatives = labels.count { !$0 }
    let few: Absence? =
      scored.count < Self.fewestRows
      ? Absence(
        "\(scored.count) rows have both a score and a label; it takes at least \(Self.fewestRows), so label more")
      : nil
    let oneSided: Absence? =
      min(positives, negatives) < Self.fewestOfEachKind
      ? Absence(
        "\(positives) labels are good and \(negatives) bad; it takes at least \(Self.fewestOfEachKind) of each, so label "
          + "more of the rarer kind") : nil
    func measured(_ quantity: Quantity?, _ absence: Absence?, else nothing: String) -> MeasuredValue {
      if let absence { return .absent(absence) }
      return quantity.map(MeasuredValue.value) ?? .absent(nothing)
    }
    agreement = measured(quality.accuracy, few, else: "there are no rows")
    precision = measured(quality.precision, few ?? oneSided, else: "no row reaches the threshold")
    recall = measured(quality.recall, few ?? oneSided, else: "no row is labelled good")
    kappa = measured(
      CohensKappa(scores.map { $0 >= threshold }, labels, confidence: confidence).map {
        Quantity($0.kappa, interval: $0.interval, count: $0.rows)
      }, few ?? oneSided, else: "both say the same of every row, as chance would")
    areaUnderCurve = measured(
      AreaUnderCurve(scores: scores, labels: labels, confidence: confidence).map {
        Quantity($0.area, interval: $0.interval, count: $0.positives + $0.negatives)
      }, few ?? oneSided, else: "all labels are the same")
  }

  /// What people's labels of one row come to.
  public enum LabelReading: Sendable, Hashable {
    case good
    case bad
    /// As many say one as the other.
    case undecided
    /// Nobody labelled the row.
    case none
    /// A value that is no label.
    case unreadable(String)
  }

  /// Reads the labels of a row: true and false, numbers in 0...1, which are good from a bound on, or the words good and
  /// bad, pass and fail, yes and no, whatever their case. Of several the majority counts.
  /// - Parameter bound: from which a number is good.
  public static func label(_ values: [JSONValue], bound: Double = 0.5) -> LabelReading {
    var votes = 0
    for value in values {
      switch value {
      case .boolean(let flag): votes += flag ? 1 : -1
      case .integer, .number:
        guard let number = value.double, (0...1).contains(number) else { return .unreadable(value.text.shown) }
        votes += number >= bound ? 1 : -1
      case .string(let text):
        switch text.stripped.lowercased() {
        case "good", "pass", "yes", "true": votes += 1
        case "bad", "fail", "no", "false": votes -= 1
        default: return .unreadable(text.shown)
        }
      case .null, .array, .object: return .unreadable(value.kind)
      }
    }
    if values.isEmpty { return .none }
    return votes > 0 ? .good : votes < 0 ? .bad : .undecided
  }
}
