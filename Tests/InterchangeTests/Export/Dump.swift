import Foundation
import Interchange
import Testing
@Test func dump() throws {
  let d = EvaluationSpans.document(EvaluationSpansTests.evaluation, candidates: EvaluationSpansTests.candidates, observations: EvaluationSpansTests.observations, verdicts: EvaluationSpansTests.verdicts)
  try Data(d.bytes + [10]).write(to: URL(fileURLWithPath: "/work/scratch/wt/interchange/Tests/InterchangeTests/Fixtures/export.otlp.json"))
}
