/// How outcomes read as JSON: a word that says which, beside what belongs to it.
extension Recommendation.Outcome: Encodable {
  private enum CodingKeys: String, CodingKey { case kind, choice, nearestMiss, shortfall }

  /// `recommended`, `none-qualifies` or `not-enough-data`.
  public var kind: String {
    switch self {
    case .recommended: "recommended"
    case .noneQualifies: "none-qualifies"
    case .notEnoughData: "not-enough-data"
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(kind, forKey: .kind)
    switch self {
    case .recommended(let choice): try container.encode(choice, forKey: .choice)
    case .noneQualifies(let miss): try container.encode(miss, forKey: .nearestMiss)
    case .notEnoughData(let shortfall): try container.encode(shortfall, forKey: .shortfall)
    }
  }
}

extension Recommendation.Qualification: Encodable {
  private enum CodingKeys: String, CodingKey { case kind, rowsNeeded, measure, absence }

  /// `qualifies`, `undecided`, `fails` or `unmeasured`.
  public var kind: String {
    switch self {
    case .qualifies: "qualifies"
    case .undecided: "undecided"
    case .fails: "fails"
    case .unmeasured: "unmeasured"
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(kind, forKey: .kind)
    switch self {
    case .qualifies, .fails: break
    case .undecided(let rows): try container.encode(rows, forKey: .rowsNeeded)
    case .unmeasured(let measure, let absence):
      try container.encode(measure, forKey: .measure)
      try container.encode(absence, forKey: .absence)
    }
  }
}
