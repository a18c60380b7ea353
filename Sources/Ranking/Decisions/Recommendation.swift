public import Measures

/// Which candidate to take, how sure that is, or why none can be named.
public struct Recommendation: Sendable, Hashable, Encodable {
  /// Where a candidate stands with the requirements.
  public enum Qualification: Sendable, Hashable {
    /// It meets them all, and all together with the wanted assurance.
    case qualifies
    /// The rows do not tell. With how many it would take, nil where no number would do.
    case undecided(rowsNeeded: Int?)
    /// At least one is missed with that assurance.
    case fails
    /// A measure that is asked for has no value.
    case unmeasured(CandidateMeasure, Absence)
  }

  public struct RequirementStanding: Sendable, Hashable, Encodable {
    public let requirement: Requirement
    public let value: MeasuredValue
    /// Whether the estimate meets it. Nil without a value.
    public let isMet: Bool?
    /// Nil without a value.
    public let probability: Double?
    /// Rows until it is as sure as wanted on which side of the bound the candidate is. Nil where it is so already, or where no
    /// number would do.
    public let rowsNeeded: Int?
  }

  public struct Standing: Sendable, Hashable, Encodable {
    public let candidate: String
    /// The objective's measures, in its order.
    public let values: [MeasuredValue]
    public let requirements: [RequirementStanding]
    public let qualification: Qualification
    /// That it meets all requirements. Where several are judged apart (see the document on decisions) their probabilities are
    /// multiplied. Nil where a measure is absent.
    public let probabilityQualifies: Double?
    /// How often it is the best of those that meet the requirements, over joint resamples; equals share.
    public let probabilityBest: Double
  }

  /// The recommended candidate against the next one that qualifies.
  public struct Lead: Sendable, Hashable, Encodable {
    public let runnerUp: String
    /// `recommended - runner-up` in the objective's measure; of a weighted objective, in the logarithm of the weighted product.
    public let difference: Double
    public let interval: Interval?
    /// How often it is ahead over joint resamples; equals count half.
    public let probabilityAhead: Double
    /// Rows it would take to tell the two apart. Nil where none would do.
    public let rowsToSeparate: Int?

    /// Whether the interval leaves out zero.
    public var isClear: Bool { interval.map { $0.lower > 0 || $0.upper < 0 } ?? false }
  }

  public struct Choice: Sendable, Hashable, Encodable {
    public let candidate: String
    public let probabilityBest: Double
    public let probabilityQualifies: Double
    /// Nil when no other qualifies.
    public let lead: Lead?
    /// Candidates that would be better still, and of which the rows do not tell whether they qualify.
    public let contenders: [String]
  }

  public struct NearestMiss: Sendable, Hashable, Encodable {
    public let candidate: String
    /// The requirement that it misses by most, in relation to the bound.
    public let requirement: Requirement
    public let value: Double
    /// By how much, in the measure's unit; positive.
    public let shortBy: Double
    /// That, by the bound. Nil for a bound of zero.
    public let relative: Double?
    public let probabilityQualifies: Double
  }

  public struct Shortfall: Sendable, Hashable, Encodable {
    public enum Reason: String, Sendable, Hashable, Encodable {
      /// Fewer shared rows (or clusters) than anything is decided on.
      case tooFewRows = "too-few-rows"
      /// Nobody qualifies surely, and somebody might.
      case undecided
      /// No candidate has a value for all that was asked.
      case unmeasured
    }

    public let reason: Reason
    /// Shared rows that there are.
    public let rows: Int
    /// Rows it would take in all. Nil where no number would do, or where rows are not what is missing.
    public let rowsNeeded: Int?
    /// The candidate that fewest rows would decide on.
    public let candidate: String?
    /// One sentence.
    public let explanation: String
  }

  public enum Outcome: Sendable, Hashable {
    case recommended(Choice)
    case noneQualifies(NearestMiss)
    case notEnoughData(Shortfall)
  }

  public let outcome: Outcome
  /// In the order of the table.
  public let standings: [Standing]
  public let rows: Int
  public let rowsLeftOut: Int
  public let notes: [String]
}

extension CandidateTable {
  /// The best candidate among those that meet the requirements.
  ///
  /// A candidate qualifies when its estimates meet every requirement and all are met together with the options' assurance; of
  /// those that qualify the best by the objective is recommended. Where none does, either all are surely out, or there is not
  /// enough data. Pure: the same table, options and seed give the same answer.
  ///
  /// - Throws: ``DecisionError`` for a weighted objective that is not well formed.
  public func recommendation(
    _ objective: Objective, requirements: [Requirement] = [], options: DecisionOptions = DecisionOptions()
  ) throws(DecisionError) -> Recommendation {
    if case .weighted(let terms) = objective { _ = try Objective.weighing(terms) }
    return Decision(self, objective, requirements.uniqued(), options).recommendation
  }
}
