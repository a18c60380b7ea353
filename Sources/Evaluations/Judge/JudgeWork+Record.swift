import Evaluators
import OpenAIWire

extension JudgeWork {
  /// What the records keep; nil for what is no such document.
  init?(record text: String) {
    guard let value = try? JSONReader.value(of: Array(text.utf8)), let work = try? JudgeWork(value) else { return nil }
    self = work
  }
}
