import Foundation

@testable import ChatTemplates

/// The files beside the tests.
enum Fixture {
  static let clock = TemplateClock.fixed(year: 2025, month: 2, day: 9, hour: 14, minute: 5, second: 7)

  static func json(_ name: String) throws -> TemplateValue {
    try TemplateValue(json: try data(name))
  }

  static func data(_ name: String) throws -> Data {
    try Data(contentsOf: Bundle.module.resourceURL!.appendingPathComponent("Fixtures/\(name)"))
  }

  static func template(_ name: String) throws -> String {
    String(decoding: try data("templates/\(name)"), as: UTF8.self)
  }

  static func variables(_ value: TemplateValue) -> [String: TemplateValue] {
    Dictionary(uniqueKeysWithValues: value.members.map { ($0.name, $0.value) })
  }

  /// What it renders to, or why it does not.
  static func render(
    _ source: String, _ variables: [String: TemplateValue] = [:], limits: TemplateLimits = .standard
  ) -> Result<String, TemplateError> {
    do throws(TemplateError) {
      return .success(try ChatTemplate(source, limits: limits).render(variables, limits: limits, clock: clock))
    } catch {
      return .failure(error)
    }
  }
}

extension TemplateValue {
  var members: [TemplateMember] { if case .object(let members) = self { members } else { [] } }
  var elements: [TemplateValue] { if case .array(let elements) = self { elements } else { [] } }
  var string: String? { if case .string(let string) = self { string } else { nil } }
  var integer: Int? { if case .integer(let value) = self { value } else { nil } }
}

extension Result where Failure == TemplateError {
  var failure: TemplateError? { if case .failure(let error) = self { error } else { nil } }
  var success: Success? { if case .success(let value) = self { value } else { nil } }
}
