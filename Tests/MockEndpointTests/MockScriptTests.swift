import OpenAIWire
import Testing

@testable import MockEndpoint

@Suite struct MockScriptTests {
  @Test func spreadsAreRead() {
    #expect(Spread("200") == .fixed(200))
    #expect(Spread("1.5..3") == .uniform(1.5...3))
    #expect(Spread("exp:40") == .exponential(mean: 40))
    for wrong in ["", "-1", "3..1", "exp:", "exp:-1", "nan", "inf", "a..b", "1..", "1e99"] {
      #expect(Spread(wrong) == nil, "\(wrong)")
    }
  }

  @Test func aScriptFollowsFromSeedAndNumber() {
    var behaviour = MockBehaviour()
    behaviour.timeToFirstToken = .exponential(mean: 100)
    behaviour.tokens = .uniform(1...90)
    behaviour.resetRate = 0.3
    func scripts(_ behaviour: MockBehaviour) -> [MockScript] {
      (0..<200).map { MockScript(behaviour, number: $0, maximumTokens: nil) }
    }
    #expect(scripts(behaviour) == scripts(behaviour))
    var other = behaviour
    other.seed = 1
    #expect(scripts(other) != scripts(behaviour))
    for script in scripts(behaviour) {
      #expect(script.due.count == script.tokens && (1...90).contains(script.tokens))
      #expect((0..<script.tokens).contains(script.tokensBeforeFault))
      #expect(script.due == script.due.sorted())
    }
  }

  @Test func ratesAreKept() {
    var behaviour = MockBehaviour()
    behaviour.errorRate = 0.1
    behaviour.malformedRate = 0.2
    var counts: [MockScript.Fate: Int] = [:]
    for number in 0..<10_000 { counts[MockScript(behaviour, number: number, maximumTokens: 1).fate, default: 0] += 1 }
    // Four standard errors of a share of 10,000.
    #expect(abs(Double(counts[.error] ?? 0) - 1000) < 4 * 30)
    #expect(abs(Double(counts[.malformed] ?? 0) - 2000) < 4 * 40)
    #expect(counts[.reset] == nil)
    behaviour.errorRate = 0.9
    #expect(!behaviour.isValid)
  }

  @Test func tokensAreDueFromTheFirst() {
    let script = MockScript(MockBehaviour(), number: 0, maximumTokens: 3)
    #expect(script.due == [200_000_000, 210_000_000, 220_000_000])
  }
}
