/// What the answers of completions of either kind, and the events of their streams, say of themselves.
struct AnswerHead {
  let id: String
  let created: Int
  let model: String
  let usage: Usage?

  init(_ body: JSONField) throws(WireError) {
    id = try body.required("id").string()
    created = try body.member("created")?.integer(in: 0 ... .max) ?? 0
    model = try body.required("model").string()
    usage = try body.member("usage").map { (field) throws(WireError) in try Usage(field) }
  }
}

extension FinishReason {
  /// Why a choice ended; nil while it has not, and for a reason that is not known.
  static func read(_ choice: JSONField) throws(WireError) -> FinishReason? {
    try choice.member("finish_reason").map { (field) throws(WireError) in
      FinishReason(rawValue: try field.string())
    } ?? nil
  }
}
