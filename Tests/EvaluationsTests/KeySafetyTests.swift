import Foundation
import MockEndpoint
import Records
import Testing

@testable import Evaluations

/// No key comes to where it does not belong: into records, reports, errors, or other programs.
@Suite struct KeySafetyTests {
  /// Nothing below the fixture's folder may hold it.
  private func expectAbsence(of keys: [String], in folder: URL) throws {
    let enumerator = try #require(FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil))
    for case let url as URL in enumerator {
      guard let data = try? Data(contentsOf: url) else { continue }
      for key in keys { #expect(data.range(of: Data(key.utf8)) == nil, "\(url.path) holds \(key)") }
    }
  }

  @Test func keysAreNowhereInTheRecords() async throws {
    let fixture = try EvaluationFixture(rows: 3)
    let key = "sk-live-4f8a1c9e7b2d"
    let file = fixture.folder.appendingPathComponent("key")
    try Data(key.utf8).write(to: file)
    _ = try await EvaluationFixture.withMock(EvaluationFixture.behaviour { $0.errorRate = 0.5 }) { mock in
      try await fixture.run(
        try fixture.plan(
          // The key slips into a prompt too.
          mock.port, candidate: ", key: {file: \(file.path)}, load: {retries: 0}",
          more: "prompt: {system: \"Say \(key).\", user: \"{input}\"}"))
    }
    try FileManager.default.removeItem(at: file)
    try expectAbsence(of: [key], in: fixture.folder)
    #expect(try fixture.store.evaluation("sums").plan.contains("Say [redacted]."))
  }

  /// A server that does not come up says what it said last. Its own key is taken out of that, other keys it never had.
  @Test func aServerSaysNoKeyAndHasNoOthers() async throws {
    let fixture = try EvaluationFixture(rows: 1)
    let (own, other) = ("drawn-by-lot-7c41e0", "other-key-93ab27ff")
    let names = ["EFFICIENTLLM_TEST_SERVER_KEY", "EFFICIENTLLM_TEST_OTHER_KEY"]
    setenv(names[0], own, 1)
    setenv(names[1], other, 1)
    defer { names.forEach { unsetenv($0) } }
    let said = #"echo own $HF_TOKEN and ${EFFICIENTLLM_TEST_OTHER_KEY-nothing} {port} >&2; exit 3"#
    let plan = try EvaluationPlan(
      yaml: """
        evaluation: sums
        dataset: sums
        candidates:
          - name: served
            serve: [/bin/sh, -c, '\(said)']
            model: m
            environment: {HF_TOKEN: {env: \(names[0])}, LEVEL: 3}
          - {name: hosted, endpoint: "http://127.0.0.1:1/v1", model: m, key: {env: \(names[1])}, load: {retries: 0}}
        evaluators: [Contains]
        """)
    #expect(plan.keyVariables == Set(names))
    var text = ""
    do { try await fixture.run(plan) } catch { text = "\(error)" }
    #expect(text.contains("own [redacted] and nothing"), "\(text)")
    #expect(!text.contains(own) && !text.contains(other))
    try expectAbsence(of: [own, other], in: fixture.folder)
  }

  @Test func aScoringProgramHasItsOwnKeysAlone() async throws {
    let fixture = try EvaluationFixture(rows: 1)
    let (own, other) = ("drawn-by-lot-5d20c1", "other-key-11cd90aa")
    let names = ["EFFICIENTLLM_TEST_SCORE_KEY", "EFFICIENTLLM_TEST_HOSTED_KEY"]
    setenv(names[0], own, 1)
    setenv(names[1], other, 1)
    defer { names.forEach { unsetenv($0) } }
    let script = #"read -r l; echo has $GRADER_KEY and ${EFFICIENTLLM_TEST_HOSTED_KEY-nothing} >&2"#
    try await EvaluationFixture.withMock { mock in
      let outcome = try await fixture.run(
        try fixture.plan(
          mock.port,
          evaluators:
            "[{kind: CustomEvaluation, command: [/bin/sh, -c, '\(script)'], environment: {GRADER_KEY: {env: \(names[0])}}}]",
          candidate: ", key: {env: \(names[1])}"))
      let failed = try #require(outcome.failedVerdicts["CustomEvaluation"])
      #expect(failed.first.contains("has [redacted] and nothing"), "\(failed)")
    }
    try expectAbsence(of: [own, other], in: fixture.folder)
  }

  @Test(arguments: [
    ("HF_TOKEN", "abcdef"), ("OPENAI_API_KEY", "x9"), ("AWS_SECRET_ACCESS_KEY", "a"), ("PASSWORD", "12345"),
    ("api_key_2", "abc"), ("accessToken", "abc"), ("--api-key", "abc"), ("apikey", "q"), ("X-Authorization", "abc"),
    ("KEY", "abc"), ("anything", "sk-live-4f8a1c9e7b2d77"), ("KEY_OF_PROD", "4f8a1c9e7b2d77aa01bb"),
  ])
  func keysAreTold(_ name: String, _ value: String) { #expect(EvidentKey.isKey(name, value)) }

  @Test(arguments: [
    ("--max-tokens", "5"), ("--tokenizer", "x"), ("max_completion_tokens", "256"), ("--api-key-env", "NAME"),
    ("TOKENIZERS_PARALLELISM", "false"), ("--eos-token", "END"), ("--pad-token", "x"), ("prompt_cache_key", "abc"),
    ("API_KEY", "none"), ("--api-key", "$KEY"), ("--api-key", "{port}"), ("HF_TOKEN_PATH", "x"), ("--ssl-key", "a.pem"),
    ("--ssl-keyfile", "key"), ("PASSWORD_FILE", "/run/x"), ("GOOGLE_APPLICATION_CREDENTIALS", "/etc/x.json"),
    ("KEY_VALUE_CACHE_TYPE", "q8_0"), ("monkey", "banana"), ("TOKEN", "512"), ("HOST", "localhost"),
  ])
  func whatResemblesThemPasses(_ name: String, _ value: String) { #expect(!EvidentKey.isKey(name, value)) }

  @Test func commandsAreLookedThrough() {
    func name(_ command: String...) -> String? { EvidentKey.name(in: command) }
    #expect(name("server", "--api-key", "abc") == "--api-key")
    #expect(name("server", "--api-key=abc") == "--api-key")
    #expect(name("env", "HF_TOKEN=abc", "server") == "HF_TOKEN")
    #expect(name("sh", "-c", "export HF_TOKEN=abc; exec server --port {port}") == "HF_TOKEN")
    #expect(name("curl", "-H", "Authorization: Bearer abc") == "Authorization")
    #expect(name("server", "hf_abcdefghijklmnopqrstuvwxyz0123") != nil)
    #expect(name("sh", "-c", "server --api-key \"$KEY\" --max-tokens 5 --host localhost:80 --url http://x/v1") == nil)
    #expect(name("{program}", "serve", "--model", "smollm2", "--port", "{port}", "--api-key-env", "NAME") == nil)
    #expect(name("server", "--require-api-key", "--port", "{port}") == nil)
  }

  private func refusal(_ candidate: String, evaluators: String = "[Contains]") -> String {
    do {
      _ = try EvaluationPlan(
        yaml: "evaluation: e\ndataset: d\ncandidates: [{name: a, model: m, \(candidate)}]\nevaluators: \(evaluators)")
      return ""
    } catch {
      return "\(error)"
    }
  }

  @Test func plansThatHoldKeysAreRefusedWithoutRepeatingThem() {
    let serve = "serve: [x, \"{port}\"]"
    for candidate in [
      "serve: [x, \"{port}\", --api-key, verysecret]", "\(serve), environment: {HF_TOKEN: verysecret}",
      "\(serve), settings: {secret: verysecret}", "\(serve), key: verysecret",
    ] {
      let said = refusal(candidate)
      #expect(said.contains("{env: NAME}") && !said.contains("verysecret"), "\(candidate): \(said)")
    }
    let scoring = refusal(serve, evaluators: "[{kind: CustomEvaluation, command: [x, --token, verysecret]}]")
    #expect(scoring.contains("{env: NAME}") && !scoring.contains("verysecret"), "\(scoring)")
    #expect(refusal("\(serve), environment: {TOKENIZERS_PARALLELISM: false, N: 3, HF_TOKEN: {file: /run/token}}") == "")
    #expect(refusal("\(serve), environment: {HF_TOKEN: {env: A, file: B}}").contains("one of env: NAME"))
    #expect(refusal("\(serve), environment: {\"A B\": c}").contains("letters, digits"))
  }
}
