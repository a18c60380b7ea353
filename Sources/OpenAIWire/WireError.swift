/// What is wrong with a document of the protocol.
public enum WireError: Error, Hashable, Sendable, CustomStringConvertible {
  /// It is no JSON, or more of it than the limits allow.
  case malformed(String)
  /// A field has the wrong kind or a value out of bounds. The reason names the field.
  case invalid(param: String, reason: String)
  /// A field that has to be there is not.
  case missing(param: String)
  /// There is no such field in the protocol.
  case unknown(param: String)
  /// The protocol has the field, this server does not do what it asks for.
  case unsupported(param: String, reason: String)

  public var description: String {
    switch self {
    case .malformed(let reason): "the body is not valid JSON: \(reason)"
    case .invalid(_, let reason): reason
    case .missing(let param): "\(param) is missing"
    case .unknown(let param): "there is no parameter \(param); leave it out"
    case .unsupported(let param, let reason): "\(param) is not supported: \(reason)"
    }
  }

  /// The field it is about.
  public var param: String? {
    switch self {
    case .malformed: nil
    case .invalid(let param, _): param.isEmpty ? nil : param
    case .missing(let param), .unknown(let param), .unsupported(let param, _): param
    }
  }

  var code: String {
    switch self {
    case .malformed: "invalid_json"
    case .invalid: "invalid_value"
    case .missing: "missing_required_parameter"
    case .unknown: "unknown_parameter"
    case .unsupported: "unsupported_parameter"
    }
  }
}
