import GRDB

/// The work that a trial did, warm-up included.
public struct WorkDone: Sendable, Hashable {
  public var method: String
  public var tokens: Int

  public init(method: String, tokens: Int) {
    self.method = method
    self.tokens = tokens
  }
}

extension RecordStore {
  /// The work of a study's first finished trial, which the others have to equal: trained tokens, or for a trial that
  /// trained nothing those it read and wrote.
  public func workOfFirstFinished(ofStudy id: Int64) throws -> WorkDone? {
    try reading { database in
      let row = try Row.fetchOne(
        database,
        sql: """
          SELECT trial.method, SUM(step.phase = 'train') AS trained,
            SUM(CASE WHEN step.phase = 'train' THEN step.tokens ELSE 0 END) AS train_tokens,
            SUM(CASE WHEN step.phase IN ('prefill', 'decode') THEN step.tokens ELSE 0 END) AS inference_tokens
          FROM trial JOIN step ON step.trial_id = trial.id
          WHERE trial.id = (SELECT MIN(id) FROM trial WHERE study_id = ? AND status = 'finished')
          GROUP BY trial.id
          """, arguments: [id])
      return row.map {
        WorkDone(method: $0["method"], tokens: $0["trained"] > 0 ? $0["train_tokens"] : $0["inference_tokens"])
      }
    }
  }
}
