public import Measures

public import struct Foundation.Date

/// Everything a report says, as plain values: made from records by ``StudyReport``, written out as HTML or as JSON.
/// Numbers are in the unit their measure declares; scales and words are chosen when they are written.
public struct ReportModel: Sendable, Codable, Hashable {
  /// What was asked, and how to ask it again.
  public struct Study: Sendable, Codable, Hashable {
    public var name: String
    public var question: String
    public var digest: String
    public var createdAt: Date
    /// The command line that reproduces it.
    public var command: String
    /// The plan as the user wrote it.
    public var plan: String
  }

  /// What became of the trials. Of several attempts at one seed of one cell, the one that counts is counted.
  public struct Counts: Sendable, Codable, Hashable {
    public var finished: Int
    public var failed: Int
    public var running: Int
  }

  public var study: Study
  public var counts: Counts
  /// One a model: methods are compared on the same model only.
  public var groups: [ComparisonGroup]
  public var trials: [TrialRow]
  public var failures: [FailedTrial]
  public var manifest: [ManifestSection]
}

/// The methods that stand on one model, and everything that was found about them.
public struct ComparisonGroup: Sendable, Codable, Hashable {
  public var model: String
  public var methods: [MethodDescription]
  public var answer: Answer
  public var results: ResultTable
  public var ranks: RankTable
  public var published: PublishedTable
  public var loss: LossCurves?
  public var memory: [MemoryChart]
  public var latency: LatencyChart?
  public var frontiers: [FrontierChart]
  public var profile: MeasureProfile?
}

/// One row of every table: a cell of the study.
public struct MethodDescription: Sendable, Codable, Hashable {
  public var name: String
  /// Seeds that finished, ascending.
  public var seeds: [Int]
  /// Parameters of the model, where the trial said.
  public var parameters: Int?
  /// Tokens trained on in each finished trial, when it is the same for all of them.
  public var trainedTokens: Int?
}

/// What the study answers, and how sure that is.
public struct Answer: Sendable, Codable, Hashable {
  /// How far the sentence goes.
  public enum Standing: String, Sendable, Codable, Hashable {
    /// The best is better than every other, interval and all.
    case distinct
    /// The best cannot be told apart from at least one other.
    case tied
    /// Fewer than three repeats with different seeds.
    case notEnoughRepeats
    /// There is nothing to compare.
    case nothingToCompare
  }

  public var standing: Standing
  /// One or two sentences, with their uncertainty.
  public var sentence: String
  /// What it costs, how stable the rank is, what the numbers rest on: one sentence each.
  public var details: [String]
}

/// Raw values: a row a measure, a cell a method.
public struct ResultTable: Sendable, Codable, Hashable {
  public struct Row: Sendable, Codable, Hashable {
    public var measure: MeasureID
    public var title: String
    public var unit: Unit
    /// Nil for a measure that only the trial knows.
    public var direction: Direction?
    public var definition: Definition
    public var formula: String?
    /// In the order of the group's methods.
    public var cells: [Cell]
  }

  /// A mean over seeds, or the reason why there is none.
  public struct Cell: Sendable, Codable, Hashable {
    public var mean: Double?
    /// Student's t over seeds, which is honest about few of them. Nil under two.
    public var interval: Interval?
    /// Percentile bootstrap over seeds. Too narrow with as few as three. Nil under two.
    public var bootstrap: Interval?
    /// How many seeds the mean is over.
    public var count: Int
    /// True when a number in it comes from a declaration and not from a counter.
    public var isEstimate: Bool
    /// Why there is no mean, or why seeds are missing from it.
    public var absence: String?
    /// True for the best mean of the row.
    public var isBest: Bool
    /// True for a mean that cannot be told apart from the best: the interval of their paired difference includes
    /// zero, or there are fewer than three seeds.
    public var isTied: Bool
  }

  public var rows: [Row]
}

/// Ranks of the raw means, and how often each held over resamples of the seeds.
public struct RankTable: Sendable, Codable, Hashable {
  public struct Row: Sendable, Codable, Hashable {
    public var measure: MeasureID
    public var title: String
    public var direction: Direction
    public var definition: Definition
    /// In the order of the group's methods.
    public var cells: [Cell]
  }

  public struct Cell: Sendable, Codable, Hashable {
    /// 1 is best; ties share the better rank. Nil when there is no value.
    public var rank: Int?
    /// The share of resamples in which the method had this rank, 0 to 1. Nil below three repeats.
    public var held: Double?
  }

  public var rows: [Row]
  /// How many resamples `held` is over; nil when there are none.
  public var resamples: Int?
}

/// What the published procedure makes of the same trials.
public struct PublishedTable: Sendable, Codable, Hashable {
  public struct Row: Sendable, Codable, Hashable {
    public var measure: MeasureID
    public var title: String
    public var unit: Unit
    public var direction: Direction
    public var cells: [Cell]
  }

  public struct Cell: Sendable, Codable, Hashable {
    /// Arithmetic mean over seeds of the published definition.
    public var mean: Double?
    public var rank: Int?
    /// Published normalisation pooled over all runs of the group, 0.1 to 1: the mean over the method's runs.
    public var normalised: Double?
    public var absence: String?
  }

  public var rows: [Row]
  /// Efficiency score a method; nil when one of its five terms is absent.
  public var scores: [Double?]
  /// Why scores are missing, and what differs from the printed formula.
  public var notes: [String]
}

/// One trial as the reader may want to check it.
public struct TrialRow: Sendable, Codable, Hashable {
  public var model: String
  public var method: String
  public var seed: Int
  public var attempt: Int
  public var status: String
  public var startedAt: Date
  public var seconds: Double?
  public var values: [MeasureID: Double]
}

/// A trial that failed, with its reason.
public struct FailedTrial: Sendable, Codable, Hashable {
  public var model: String
  public var method: String
  public var seed: Int
  public var attempt: Int
  public var kind: String
  public var message: String
  public var step: Int?
  /// True when a later attempt at the same seed finished, so that nothing is missing from the tables.
  public var isMended: Bool
}

/// Where the numbers were made.
public struct ManifestSection: Sendable, Codable, Hashable {
  public struct Entry: Sendable, Codable, Hashable {
    public var name: String
    public var values: [Value]
  }

  /// A value, and which methods have it when they don't all have the same.
  public struct Value: Sendable, Codable, Hashable {
    public var text: String
    /// Empty when every trial says the same.
    public var holds: [String]
  }

  public var name: String
  public var entries: [Entry]
}
