import Foundation
import Measures

/// Prints decisions and results as programs read them: keys in snake case and in order, a measured value as an object with
/// `value`, `interval` and `count`, or with `absent` and the reason.
func printDecisionJSON(_ value: some Encodable) throws { print(try DecisionJSON.text(value)) }

enum DecisionJSON {
  static func text(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "infinite", negativeInfinity: "-infinite", nan: "not a number")
    let object = try JSONSerialization.jsonObject(with: encoder.encode(value), options: .fragmentsAllowed)
    let data = try JSONSerialization.data(
      withJSONObject: plain(object), options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes, .fragmentsAllowed])
    return String(decoding: data, as: UTF8.self)
  }

  /// Without the wrapping that Swift gives the cases of a ``MeasuredValue``.
  private static func plain(_ value: Any) -> Any {
    if let list = value as? [Any] { return list.map(plain) }
    guard let object = value as? [String: Any] else { return value }
    if object.count == 1, let quantity = (object["value"] as? [String: Any])?["_0"] { return plain(quantity) }
    if object.count == 1, let absence = (object["absent"] as? [String: Any])?["_0"] as? [String: Any] {
      return ["absent": absence["reason"] ?? ""]
    }
    return object.mapValues(plain)
  }
}
