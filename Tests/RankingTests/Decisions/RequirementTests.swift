import Measures
import Ranking
import Testing

@Suite struct RequirementTests {
  private func table() throws -> CandidateTable { try CandidateFixture.table([.init(name: "a")], rows: 3) }

  @Test(arguments: [
    ("AnswerRelevancy>=0.8", "AnswerRelevancy", 0.8, false), ("answerrelevancy >= 80 %", "AnswerRelevancy", 0.8, false),
    ("pass-rate>.5", "pass-rate", 0.5, true), ("p99<=2s", "p99", 2, false), ("p99 < 250 ms", "p99", 0.25, true),
    ("latency.p50≤1min", "p50", 60, false), ("mean<=1.5e3us", "mean", 0.0015, false),
    ("cost-per-request<=$0.002", "cost-per-request", 0.002, false),
    ("cost_per_request<=2e-3USD", "cost-per-request", 0.002, false),
    ("cost-per-passing-request<=1", "cost-per-passing-request", 1, false),
    ("energy-per-request<=2Wh", "energy-per-request", 7200, false), ("error-rate<=1%", "error-rate", 0.01, false),
  ]) func reads(_ text: String, _ name: String, _ bound: Double, _ isStrict: Bool) throws {
    let found = try table().requirement(text)
    #expect(found.measure.name == name && found.bound == bound && found.isStrict == isStrict)
  }

  @Test(arguments: [
    "", ">=", "p99", "p99<=", "p99<=s", "p99<=2", "p99<=2 bananas", "p99<=nans", "p99<=infs", "p99<=0x1p3s",
    "p99<=1e999s",
    "p99<=-1s", "p99>=2s", "AnswerRelevancy<=0.5", "AnswerRelevancy>=80", "AnswerRelevancy>=0.8s", "pass-rate=0.5",
    "unknown>=1", "cost-per-request<=1EUR", "cost-per-request<=$1USD", "energy-per-request<=3", "p99<=2s;drop", "<=2s",
    "p99<=>2s", "p99<=2s<=3s", "cost-per-request<=$", "p99<=+-2s",
  ]) func refuses(_ text: String) throws {
    let table = try table()
    #expect(throws: DecisionError.self) { try table.requirement(text) }
  }

  @Test func errorsSayTheMend() throws {
    let table = try table()
    func message(_ text: String) -> String {
      do {
        _ = try table.requirement(text)
        return ""
      } catch { return "\(error)" }
    }
    #expect(message("p99<=2").contains("ms, s or min"))
    #expect(message("p99>=2s").contains("less is better"))
    #expect(message("Groundedness>=1").contains("'AnswerRelevancy'"))
    #expect(message(String(repeating: "x", count: 10_000)).count < 300)
  }

  @Test func boundsAreMetOrNot() {
    let p99 = CandidateMeasure.latency("latency", .quantile(0.99))
    #expect(Requirement(p99, bound: 2).isMet(by: 2) && !Requirement(p99, bound: 2, isStrict: true).isMet(by: 2))
    #expect(Requirement(.passRate, bound: 0.9).isMet(by: 0.95) && !Requirement(.passRate, bound: 0.9).isMet(by: 0.85))
    #expect(!Requirement(p99, bound: 2).isMet(by: .infinity))
  }

  @Test func descriptionsAreReadBack() throws {
    let table = try table()
    for text in ["AnswerRelevancy>=0.8", "p99<=0.25s", "energy-per-request<3.0J", "cost-per-request<=0.002"] {
      let requirement = try table.requirement(text)
      let again = try table.requirement(requirement.description)
      #expect(requirement.description == text && again == requirement)
    }
  }
}
