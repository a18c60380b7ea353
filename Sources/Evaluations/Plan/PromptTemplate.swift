import Datasets
import OpenAIWire
import Studies

/// How a row becomes messages. `{input}` stands for the row's input, `{context}` for its passages, numbered, and
/// `{metadata.NAME}` for what its metadata says. Braces around anything else are text.
public struct PromptTemplate: Sendable, Hashable {
  public var system: String?
  /// A row that is a conversation is sent as it is, and has no use for one.
  public var user: String

  public static let plain = PromptTemplate(system: nil, user: "{input}")

  /// The placeholders that are known, besides `{metadata.NAME}`.
  static let placeholders = ["input", "context"]

  /// What a row lacks that the prompt asks for.
  struct Missing: Error { let name: String }

  /// The names of metadata that the prompt asks for.
  var metadata: Set<String> {
    var names: Set<String> = []
    for text in [system, user].compactMap(\.self) {
      for match in text.matches(of: #/\{metadata\.([^{}\s]{1,128})\}/#) { names.insert(String(match.1)) }
    }
    return names
  }

  /// - Throws: ``EvaluationRunError/prompt(row:missing:)``.
  func messages(for row: DatasetRow) throws(EvaluationRunError) -> [ChatMessage] {
    do {
      var messages: [ChatMessage] = []
      if let system { messages.append(ChatMessage(role: .system, content: try fill(system, row))) }
      switch row.input {
      case .text: messages.append(ChatMessage(role: .user, content: try fill(user, row)))
      case .messages(let conversation):
        // A conversation's own system message is the more particular one.
        if conversation.first?.role == .system || conversation.first?.role == .developer { messages.removeAll() }
        messages += conversation
      }
      return messages
    } catch let missing as Missing {
      throw .prompt(row: row.identity, missing: missing.name)
    } catch {
      throw .prompt(row: row.identity, missing: "\(error)")
    }
  }

  private func fill(_ template: String, _ row: DatasetRow) throws -> String {
    try template.replacing(#/\{(input|context|metadata\.([^{}\s]{1,128}))\}/#) { match in
      switch match.1 {
      case "input": return row.input.question
      case "context":
        guard !row.context.isEmpty else { throw Missing(name: "context") }
        return row.context.enumerated().map { "[\($0 + 1)] \($1)" }.joined(separator: "\n\n")
      default:
        let name = String(match.2 ?? "")
        guard let value = row.metadata[name] else { throw Missing(name: "metadata.\(name)") }
        return value.description
      }
    }
  }
}
