import Evaluators
import OpenAIWire

extension JudgeWork {
  /// As the records keep it; the cost stands beside it.
  var text: String {
    JSONValue.members([
      "requests": .integer(requests),
      "problems": .array(
        problems.map { .members(["kind": .string($0.kind.rawValue), "detail": .string($0.detail)]) }),
      "latency_seconds": .number(latency / .seconds(1)), "models": .array(models.map { .string($0) }),
      "usage": .array(usage), "positions": positions.map { .string($0.rawValue) },
      "self_judged": .boolean(isSelfJudged),
    ]).text
  }

  /// What ``text`` says; nil for anything else.
  init?(record text: String) {
    guard let object = try? JSONReader.value(of: Array(text.utf8)).object, let requests = object["requests"]?.integer
    else { return nil }
    self.init()
    self.requests = requests
    problems =
      object["problems"]?.array?.compactMap { problem in
        guard let kind = problem.object?["kind"]?.string.flatMap(JudgeProblem.Kind.init) else { return nil }
        return JudgeProblem(kind, problem.object?["detail"]?.string ?? "")
      } ?? []
    latency = .seconds(object["latency_seconds"]?.double ?? 0)
    models = object["models"]?.array?.compactMap(\.string) ?? []
    usage = object["usage"]?.array ?? []
    positions = object["positions"]?.string.flatMap(PositionCheck.init)
    isSelfJudged = object["self_judged"]?.boolean ?? false
  }
}
