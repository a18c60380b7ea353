internal import Foundation

/// The chat templates of a checkpoint by name. `default` is the one for conversations; some models have one more for
/// conversations with tools, `tool_use`.
struct ChatTemplateSources: Sendable, Hashable {
  var byName: [String: String] = [:]

  /// The template for a conversation, with tools or without.
  func source(forTools: Bool) -> String? {
    (forTools ? byName["tool_use"] : nil) ?? byName["default"] ?? (byName.count == 1 ? byName.values.first : nil)
  }

  /// From a directory. A file of its own (chat_template.jinja) comes before tokenizer_config.json, as in transformers;
  /// chat_template.json is a processor's.
  init(_ directory: HuggingFaceDirectory, tokenizerConfiguration: [String: Any]) throws(CheckpointError) {
    if let file = try directory.object("chat_template.json") { add(file["chat_template"]) }
    add(tokenizerConfiguration["chat_template"])
    if let file = try directory.data("chat_template.jinja") {
      byName["default"] = String(decoding: file, as: UTF8.self)
    }
    let folder = "additional_chat_templates"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory.url(folder).path)) ?? []
    for name in names.sorted().prefix(100) where name.hasSuffix(".jinja") {
      guard let file = try directory.data("\(folder)/\(name)") else { continue }
      byName[String(name.dropLast(6))] = String(decoding: file, as: UTF8.self)
    }
  }

  /// From what looks values of a GGUF file up.
  init(string: (String) -> String?, strings: (String) -> [String]?) {
    byName["default"] = string("tokenizer.chat_template")
    for name in (strings("tokenizer.chat_templates") ?? []).prefix(100) {
      byName[name] = string("tokenizer.chat_template.\(name)") ?? byName[name]
    }
  }

  /// A string, or a list of objects with a name and a template.
  private mutating func add(_ value: Any?) {
    switch value {
    case let text as String:
      byName["default"] = text
    case let list as [[String: Any]]:
      for entry in list.prefix(100) {
        guard let name = entry["name"] as? String, let text = entry["template"] as? String else { continue }
        byName[name] = text
      }
    default:
      break
    }
  }
}
