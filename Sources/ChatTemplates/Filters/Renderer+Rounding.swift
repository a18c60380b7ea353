internal import Foundation

extension Renderer {
  /// Python's `round`, which rounds the exact decimal value and ties to even; or up or down to a decimal place.
  func round(_ value: Value, precision: Value, method: String) throws(TemplateError) -> Value {
    guard let number = Number(value) else { throw invalid("a \(value.typeName) cannot be rounded") }
    guard let places = precision.asInteger else { throw invalid("round needs a whole number of places") }
    switch method {
    case "common":
      switch number {
      case .integer(let whole): return .integer(try round(whole, places: places))
      case .float(let float): return .float(round(float, places: places))
      }
    case "ceil", "floor":
      guard (-300...300).contains(places) else { throw overflow }
      let factor = pow(10, Double(places))
      let scaled = number.double * factor
      guard scaled.isFinite else { throw overflow }
      return .float((method == "ceil" ? scaled.rounded(.up) : scaled.rounded(.down)) / factor)
    default: throw invalid("round knows common, ceil and floor, not \(method)")
    }
  }

  private func round(_ value: Double, places: Int) -> Double {
    // Beyond these no digit is left to round, or none stays.
    guard value.isFinite, places <= 323 else { return value }
    guard places >= -308 else { return value.sign == .minus ? -0.0 : 0 }
    if places >= 0 { return Double(String(format: "%.\(places)f", value)) ?? value }
    let factor = pow(10, Double(-places))
    return (value / factor).rounded(.toNearestOrEven) * factor
  }

  private func round(_ value: Int, places: Int) throws(TemplateError) -> Int {
    guard places < 0 else { return value }
    guard places > -19 else { return 0 }
    var factor = 1
    for _ in 0..<(-places) { factor *= 10 }
    let remainder = ((value % factor) + factor) % factor
    let (down, overflows) = value.subtractingReportingOverflow(remainder)
    let isUp = remainder > factor - remainder || remainder == factor - remainder && (down / factor) % 2 != 0
    let (result, carries) = down.addingReportingOverflow(isUp ? factor : 0)
    if overflows || carries { throw overflow }
    return result
  }
}
