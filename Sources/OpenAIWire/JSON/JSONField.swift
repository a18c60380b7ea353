/// A value with the path that leads to it (`messages[2].content`), so that whatever is wrong with it names its place.
public struct JSONField: Sendable {
  public let value: JSONValue
  public let path: String

  public init(_ value: JSONValue, path: String = "") {
    self.value = value
    self.path = path
  }

  /// What an error calls this place: the path, or the body itself.
  var name: String { path.isEmpty ? "the request body" : path }

  /// The error of a value that is not what it has to be.
  public func mustBe(_ what: String) -> WireError {
    .invalid(param: path, reason: "\(name) must be \(what), not \(value.kind)")
  }

  /// The error of a value of the right kind that is out of bounds.
  public func outside(_ bounds: String) -> WireError { .invalid(param: path, reason: "\(name) must be \(bounds)") }

  public func string() throws(WireError) -> String {
    guard let text = value.string else { throw mustBe("a string") }
    return text
  }

  public func boolean() throws(WireError) -> Bool {
    guard let flag = value.boolean else { throw mustBe("true or false") }
    return flag
  }

  public func integer(in range: ClosedRange<Int>) throws(WireError) -> Int {
    guard let number = value.integer else { throw mustBe("a whole number") }
    guard range.contains(number) else { throw outside(Self.bounds(range)) }
    return number
  }

  private static func bounds(_ range: ClosedRange<Int>) -> String {
    range.upperBound == .max
      ? "\(range.lowerBound) or more" : "from \(range.lowerBound) to \(range.upperBound)"
  }

  public func number(in range: ClosedRange<Double>) throws(WireError) -> Double {
    guard let number = value.double else { throw mustBe("a number") }
    guard range.contains(number) else { throw outside("from \(range.lowerBound) to \(range.upperBound)") }
    return number
  }

  public func elements() throws(WireError) -> [JSONField] {
    guard let elements = value.array else { throw mustBe("an array") }
    var fields: [JSONField] = []
    fields.reserveCapacity(elements.count)
    for (index, element) in elements.enumerated() { fields.append(JSONField(element, path: "\(path)[\(index)]")) }
    return fields
  }

  public func object() throws(WireError) -> JSONObject {
    guard let object = value.object else { throw mustBe("an object") }
    return object
  }

  /// The member of that name; one that is null counts as left out.
  public func member(_ name: String) throws(WireError) -> JSONField? {
    guard let value = try object()[name], !value.isNull else { return nil }
    return JSONField(value, path: path.isEmpty ? name : "\(path).\(name)")
  }

  /// - Throws: ``WireError/missing(param:)``.
  public func required(_ name: String) throws(WireError) -> JSONField {
    guard let field = try member(name) else { throw .missing(param: path.isEmpty ? name : "\(path).\(name)") }
    return field
  }

  /// Refuses every member that is on neither list and not null. What stands in a request is never ignored silently.
  func refuseUnknown(beside known: Set<String>, refused: [String: String] = [:]) throws(WireError) {
    for member in try object().members where !member.value.isNull && !known.contains(member.name) {
      // A name of any length and content would come back in the answer.
      let name = String(member.name.unicodeScalars.prefix(64).filter { $0.isASCII && $0.value >= 0x20 })
      let path = path.isEmpty ? name : "\(path).\(name)"
      if let reason = refused[member.name] { throw .unsupported(param: path, reason: reason) }
      throw .unknown(param: path)
    }
  }
}
