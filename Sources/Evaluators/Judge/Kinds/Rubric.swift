public import OpenAIWire

/// What a judge is to look at, by criteria with weights and scales: the content of a rubric file.
///
///     {"version": 2, "instructions": "The answers are for new customers.",
///      "scale": {"low": 1, "high": 5}, "shows": ["context", "expected"],
///      "criteria": [
///        {"name": "correct", "question": "Is everything it says so?", "weight": 3,
///         "anchors": {"1": "a wrong figure", "5": "nothing wrong"}},
///        {"name": "tone", "question": "Would a customer feel taken seriously?", "scale": {"low": 0, "high": 1}}]}
public struct Rubric: Sendable, Hashable {
  public struct Criterion: Sendable, Hashable {
    public let name: String
    public let question: String
    /// Above 0; 1 where it is not said.
    public let weight: Double
    public let scale: ClosedRange<Int>
    /// What points of the scale mean.
    public let anchors: [Int: String]
  }

  /// What a judge is shown beside the question and the answer, where a row has it.
  public enum Material: String, Sendable, Hashable, CaseIterable {
    /// Passages.
    case context
    /// Right answers.
    case expected
    /// Steps of an agent.
    case trajectory
  }

  /// The rubric's own: raise it when the rubric changes.
  public let version: Int
  /// What a judge has to know for all criteria.
  public let instructions: String?
  public let criteria: [Criterion]
  public let shows: Set<Material>

  public static let mostCriteria = 50
  static let longestText = 20_000
  private static let usualScale = 1...5
  private static let limits = JSONLimits(bytes: 1 << 20, depth: 16, values: 10_000)

  /// - Parameter value: the rubric as JSON, or a text that is such JSON.
  /// - Throws: ``EvaluationError/badRubric(place:reason:)``.
  public init(_ value: JSONValue) throws(EvaluationError) {
    do throws(WireError) {
      var document = value
      if let text = value.string { document = try JSONReader.value(of: text.utf8, limits: Self.limits) }
      try self.init(JSONField(document))
    } catch {
      let reason =
        switch error {
        case .malformed(let reason): "it is no JSON: \(reason)"
        case .unknown: "there is no such member; leave it out"
        default: error.description
        }
      throw .badRubric(place: error.param ?? "", reason: reason)
    }
  }

  private init(_ field: JSONField) throws(WireError) {
    try Self.only(["version", "instructions", "scale", "shows", "criteria"], in: field)
    version = try field.member("version")?.integer(in: 0...1_000_000) ?? 1
    instructions = try field.member("instructions").map { (text) throws(WireError) in try Self.text(text) }
    let scale = try field.member("scale").map { (scale) throws(WireError) in try Self.scale(scale) } ?? Self.usualScale
    shows = try Self.shows(field)
    let list = try field.required("criteria")
    let elements = try list.elements()
    guard (1...Self.mostCriteria).contains(elements.count) else {
      throw list.outside("a list of 1 to \(Self.mostCriteria) criteria")
    }
    var criteria: [Criterion] = []
    var names: Set<String> = []
    for element in elements {
      let criterion = try Self.criterion(element, scale: scale)
      guard names.insert(criterion.name).inserted else { throw element.outside("a criterion with a name of its own") }
      criteria.append(criterion)
    }
    self.criteria = criteria
  }

  private static func criterion(
    _ field: JSONField, scale usual: ClosedRange<Int>
  ) throws(WireError) -> Criterion {
    try only(["name", "question", "weight", "scale", "anchors"], in: field)
    let name = try field.required("name")
    let weight = try field.member("weight")
    let value = try weight?.number(in: 0...1e6) ?? 1
    if let weight, value <= 0 { throw weight.outside("above 0; leave out a criterion that does not count") }
    let scale = try field.member("scale").map { (scale) throws(WireError) in try Self.scale(scale) } ?? usual
    let text = try text(name)
    guard text.utf8.count <= 200 else { throw name.outside("a name of at most 200 bytes") }
    return Criterion(
      name: text, question: try Self.text(field.required("question")), weight: value, scale: scale,
      anchors: try anchors(field, scale))
  }

  private static func anchors(_ field: JSONField, _ scale: ClosedRange<Int>) throws(WireError) -> [Int: String] {
    var anchors: [Int: String] = [:]
    guard let list = try field.member("anchors") else { return anchors }
    for member in try list.object().members {
      let place = JSONField(member.value, path: "\(list.path).\(member.name.shown)")
      guard let point = Int(member.name), scale.contains(point), anchors[point] == nil else {
        throw .invalid(
          param: place.path,
          reason: "an anchor must be for a point of the scale, \(scale.lowerBound) to \(scale.upperBound)")
      }
      anchors[point] = try text(place)
    }
    return anchors
  }

  private static func scale(_ field: JSONField) throws(WireError) -> ClosedRange<Int> {
    try only(["low", "high"], in: field)
    let low = try field.required("low").integer(in: -1000...1000)
    let high = try field.required("high").integer(in: -1000...1000)
    guard low < high, high - low <= 100 else {
      throw field.outside("a low below its high, and at most 100 points apart")
    }
    return low...high
  }

  private static func shows(_ field: JSONField) throws(WireError) -> Set<Material> {
    guard let list = try field.member("shows") else { return Set(Material.allCases) }
    var shows: Set<Material> = []
    for element in try list.elements() {
      guard let material = Material(rawValue: try element.string()) else {
        throw element.outside("one of \(Material.allCases.map(\.rawValue).joined(separator: ", "))")
      }
      shows.insert(material)
    }
    return shows
  }

  private static func text(_ field: JSONField) throws(WireError) -> String {
    let text = try field.string()
    guard !text.isBlank, text.utf8.count <= longestText else {
      throw field.outside("a text of 1 to \(longestText) bytes")
    }
    return text
  }

  private static func only(_ names: Set<String>, in field: JSONField) throws(WireError) {
    for member in try field.object().members where !names.contains(member.name) {
      throw .unknown(param: field.path.isEmpty ? member.name.shown : "\(field.path).\(member.name.shown)")
    }
  }
}
