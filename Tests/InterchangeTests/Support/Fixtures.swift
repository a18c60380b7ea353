import Foundation
import Interchange
import Testing

/// What another program wrote; see scripts/oracles/interchange_oracle.py.
func fixture(_ name: String) throws -> ImportFile {
  let url = try #require(Bundle.module.url(forResource: "Fixtures/\(name)", withExtension: nil))
  return try ImportFile(at: url)
}

func read(
  _ form: ImportForm, _ names: String..., rowAttribute: String = ImportOptions.standardRowAttribute
) throws -> ImportedRun {
  try Importer.read(
    form: form, files: try names.map(fixture), options: ImportOptions(rowAttribute: rowAttribute))
}

func read(_ form: ImportForm, text: String, options: ImportOptions = ImportOptions()) throws -> ImportedRun {
  try Importer.read(form: form, files: [ImportFile(name: "test.json", bytes: Array(text.utf8))], options: options)
}

/// Spans of one trace as an array of OTLP/JSON, with times in seconds.
struct SpanScene {
  private var spans: [String] = []
  var trace = "0af7651916cd43dd8448eb211c80319c"

  mutating func add(
    _ id: Int, parent: Int? = nil, name: String = "span", from begin: Double? = 1, to end: Double? = 2,
    _ attributes: [String: String] = [:], status: Int = 0
  ) {
    func hexadecimal(_ id: Int) -> String { String(repeating: "0", count: 16 - String(id).count) + String(id) }
    var members = [
      #""traceId":"\#(trace)""#, #""spanId":"\#(hexadecimal(id))""#, #""name":"\#(name)""#,
      #""status":{"code":\#(status)}"#,
    ]
    if let parent { members.append(#""parentSpanId":"\#(hexadecimal(parent))""#) }
    if let begin { members.append(#""startTimeUnixNano":"\#(UInt64(begin * 1e9))""#) }
    if let end { members.append(#""endTimeUnixNano":"\#(UInt64(end * 1e9))""#) }
    let pairs = attributes.sorted { $0.key < $1.key }.map { name, value in
      Int(value) != nil
        ? #"{"key":"\#(name)","value":{"intValue":"\#(value)"}}"#
        : #"{"key":"\#(name)","value":{"stringValue":"\#(value)"}}"#
    }
    members.append(#""attributes":[\#(pairs.joined(separator: ","))]"#)
    spans.append("{\(members.joined(separator: ","))}")
  }

  var text: String { "[\(spans.joined(separator: ","))]" }

  static func chat(_ input: Int = 10, _ output: Int = 5, row: String? = nil) -> [String: String] {
    var attributes = [
      "gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-5-mini", "gen_ai.provider.name": "openai",
      "gen_ai.usage.input_tokens": "\(input)", "gen_ai.usage.output_tokens": "\(output)",
    ]
    attributes["efficientllm.row"] = row
    return attributes
  }

  static let agent = ["gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "a"]
}
