import Foundation
import Testing

@testable import Studies

@Suite struct LineProgramTests {
  private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  @Test func aLineIsAnsweredByALineOfTheSameProcess() async throws {
    let program = LineProgram(command: ["/bin/sh", "-c", "n=0; while read -r l; do n=$((n+1)); echo \"$n $l\"; done"])
    #expect(text(try await program.answer(to: Array("a".utf8), deadline: .seconds(60))) == "1 a")
    #expect(text(try await program.answer(to: Array("b".utf8), deadline: .seconds(60))) == "2 b")
    await program.end()
  }

  @Test func linesAskedAtTheSameTimeGetTheirOwnAnswers() async throws {
    let program = LineProgram(command: ["/bin/sh", "-c", "while read -r l; do echo \"<$l>\"; done"])
    let answers = try await withThrowingTaskGroup(of: (Int, String).self) { group in
      for number in 0..<50 {
        group.addTask {
          (
            number,
            String(
              decoding: try await program.answer(to: Array("\(number)".utf8), deadline: .seconds(60)), as: UTF8.self)
          )
        }
      }
      return try await group.reduce(into: [Int: String]()) { $0[$1.0] = $1.1 }
    }
    #expect(answers == Dictionary(uniqueKeysWithValues: (0..<50).map { ($0, "<\($0)>") }))
    await program.end()
  }

  @Test func aProgramThatEndsSaysWhyAndIsStartedAnew() async throws {
    let program = LineProgram(command: [
      "/bin/sh", "-c", "read -r l; [ \"$l\" = good ] && echo fine; echo broken >&2; exit 3",
    ])
    await #expect(throws: LineProgram.Failure.ended(program: "/bin/sh", standardError: "broken")) {
      try await program.answer(to: Array("bad".utf8), deadline: .seconds(60))
    }
    #expect(text(try await program.answer(to: Array("good".utf8), deadline: .seconds(60))) == "fine")
    await program.end()
  }

  @Test func aProgramThatIsSilentIsEnded() async throws {
    let program = LineProgram(command: ["/bin/sh", "-c", "exec sleep 1000"])
    await #expect(throws: LineProgram.Failure.late(program: "/bin/sh", .milliseconds(50))) {
      try await program.answer(to: [], deadline: .milliseconds(50))
    }
  }

  @Test func aLineWithoutAnEndIsRefused() async throws {
    let program = LineProgram(command: ["/bin/sh", "-c", "exec head -c 100000 /dev/zero"], longestLine: 1000)
    await #expect(throws: LineProgram.Failure.longLine(program: "/bin/sh", limit: 1000)) {
      try await program.answer(to: [], deadline: .seconds(60))
    }
  }

  @Test func aProgramThatIsNotThereIsNamed() async throws {
    let program = LineProgram(command: ["/nonexistent/scorer"])
    do {
      _ = try await program.answer(to: [], deadline: .seconds(60))
      Issue.record("it was started")
    } catch LineProgram.Failure.notStarted(let name, _) {
      #expect(name == "/nonexistent/scorer")
    }
  }
}
