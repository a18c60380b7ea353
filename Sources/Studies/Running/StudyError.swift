/// Why a study could not be run. What a trial does wrong is no such error: it costs that trial.
public enum StudyError: Error, Sendable, Hashable, CustomStringConvertible {
  /// Another runner is at this study.
  case locked(study: String, holder: Int32?)
  /// A folder or file that trials need cannot be made.
  case folder(path: String, reason: String)
  /// Two cells would stand under one name in every table.
  case sameName(method: String, model: String)

  public var description: String {
    switch self {
    case .locked(let study, let holder):
      "The study \(study) is being run already\(holder.map { " by process \($0)" } ?? ""). Wait until it is done, or "
        + "stop it first."
    case .folder(let path, let reason):
      "\(path) cannot be written: \(reason). Make room or mend the permissions, or set EFFICIENTLLM_HOME to another "
        + "folder; then run the same command again."
    case .sameName(let method, let model):
      "Two cells are called \"\(method)\" on \"\(model)\". Give the peer another method name."
    }
  }
}
