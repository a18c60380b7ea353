import Foundation
import Glibc
import Records
import Synchronization
import Testing

@testable import Studies

/// Keeps what a process said.
private final class Listener: TrialObserver {
  private let state = Mutex((process: TrialProcess?.none, bytes: [UInt8]()))
  private let verdict: @Sendable (String) -> TrialVerdict

  init(verdict: @escaping @Sendable (String) -> TrialVerdict = { _ in .carryOn }) { self.verdict = verdict }

  var process: TrialProcess? { state.withLock { $0.process } }
  var text: String { String(decoding: state.withLock { $0.bytes }, as: UTF8.self) }
  var count: Int { state.withLock { $0.bytes.count } }

  func didStart(_ process: TrialProcess) { state.withLock { $0.process = process } }

  func didWrite(_ bytes: [UInt8]) -> TrialVerdict {
    state.withLock { $0.bytes += bytes }
    return verdict(String(decoding: bytes, as: UTF8.self))
  }
}

@Suite(.serialized) struct LocalExecutorTests {
  private let executor = LocalExecutor(lingering: .milliseconds(300))

  private func run(
    _ script: String, timeout: Duration = .seconds(30), grace: Duration = .seconds(5), stop: StopSignal = StopSignal(),
    listener: Listener = Listener(), environment: [String: String] = [:]
  ) async -> TrialRun {
    await executor.run(
      TrialLaunch(
        command: ["/bin/sh", "-c", script], environment: environment, timeout: timeout, grace: grace),
      stop: stop, observer: listener)
  }

  /// A dead child whose adopter has not yet asked for its status is not alive.
  private func isAlive(_ process: Int32) -> Bool {
    guard let stat = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8) else { return false }
    return !(stat.split(separator: ")").last ?? "").hasPrefix(" Z")
  }

  @Test func outputAndErrorsAndTheStatusArrive() async {
    let listener = Listener()
    let run = await run("echo out; echo err >&2; exit 3", listener: listener)
    #expect(run.exit == .exited(3))
    #expect(listener.text == "out\n")
    #expect(run.standardError.lines == ["err"])
    #expect(listener.process?.birth.isEmpty == false)
  }

  @Test func aSignalIsToldFromAStatus() async {
    #expect(await run("kill -9 $$").exit == .signalled(9))
    #expect(await run("exit 137").exit == .exited(137))
  }

  @Test func theEnvironmentIsLaidOverTheRunners() async {
    let listener = Listener()
    _ = await run(
      "echo $EFFICIENTLLM_TEST ${PATH:+has-path}", listener: listener, environment: ["EFFICIENTLLM_TEST": "7"])
    #expect(listener.text == "7 has-path\n")
  }

  @Test func standardInputIsClosed() async {
    let run = await run("if read -r line; then exit 1; else exit 0; fi")
    #expect(run.exit == .exited(0))
  }

  @Test func everythingThatWasWrittenIsReadHoweverSoonTheProcessLeaves() async {
    let listener = Listener()
    let run = await run("head -c 5000000 /dev/zero; exit 0", listener: listener)
    #expect(run.exit == .exited(0))
    #expect(listener.count == 5_000_000)
  }

  @Test func aProgramThatIsNotThereIsNamed() async {
    let run = await executor.run(
      TrialLaunch(command: ["/nowhere/program"], timeout: .seconds(1)), stop: StopSignal(), observer: Listener())
    guard case .notStarted(let reason) = run.exit else { return #expect(Bool(false), "\(run)") }
    #expect(reason.contains("/nowhere/program"))
    let empty = await executor.run(
      TrialLaunch(command: [], timeout: .seconds(1)), stop: StopSignal(), observer: Listener())
    #expect(empty.exit == .notStarted(reason: "the command is empty"))
  }

  @Test func aHangIsEnded() async {
    let run = await run("sleep 1000", timeout: .milliseconds(200))
    #expect(run.exit == .timedOut(.milliseconds(200)))
  }

  @Test func aTrialThatIgnoresTheAskingIsKilledWithItsChildren() async throws {
    let listener = Listener()
    let run = await run(
      "trap '' TERM; sleep 1000 & echo $!; while :; do sleep 1; done", timeout: .milliseconds(300),
      grace: .milliseconds(300), listener: listener)
    #expect(run.exit == .timedOut(.milliseconds(300)))
    let child = try #require(Int32(listener.text.trimmingCharacters(in: .whitespacesAndNewlines)))
    try await Task.sleep(for: .milliseconds(200))
    #expect(!isAlive(child))
  }

  @Test func childrenInSessionsOfTheirOwnAreEndedToo() async throws {
    let listener = Listener()
    _ = await run(
      "setsid sleep 1000 & sleep 0.1; pgrep -P $$ sleep || echo $!; wait", timeout: .milliseconds(600),
      grace: .milliseconds(300), listener: listener)
    let child = try #require(Int32(listener.text.split(separator: "\n").first ?? ""))
    try await Task.sleep(for: .milliseconds(200))
    #expect(!isAlive(child))
  }

  @Test func aChildThatKeepsThePipeOpenHoldsNobodyUp() async {
    let start = ContinuousClock.now
    let run = await run("sleep 1000 & echo done; exit 0")
    #expect(run.exit == .exited(0))
    #expect(ContinuousClock.now - start < .seconds(20))
  }

  @Test func aTrialThatClosesItsOutputAndHangsIsEnded() async {
    let run = await run("exec >&- 2>&-; sleep 1000", timeout: .milliseconds(300))
    #expect(run.exit == .timedOut(.milliseconds(300)))
  }

  @Test func aTrialThatHasSaidItsLastWordIsGivenAWhileToLeave() async {
    let run = await run("echo bye; sleep 1000", listener: Listener { _ in .leave })
    #expect(run.exit == .endedByRunner)
  }

  @Test func aTrialThatMayNotGoOnIsEndedAtOnce() async {
    let patient = LocalExecutor(lingering: .seconds(1000))
    let run = await patient.run(
      TrialLaunch(command: ["/bin/sh", "-c", "echo x; sleep 1000"], timeout: .seconds(100)), stop: StopSignal(),
      observer: Listener { _ in .end })
    #expect(run.exit == .endedByRunner)
  }

  @Test func stoppingEndsTheTrial() async {
    let stop = StopSignal()
    async let running = run("sleep 1000", stop: stop)
    try? await Task.sleep(for: .milliseconds(150))
    stop.request()
    #expect(await running.exit == .stopped)
  }

  @Test func aSecondRequestDoesNotWaitForTheGrace() async {
    let stop = StopSignal()
    async let running = run("trap '' TERM; while :; do sleep 1; done", grace: .seconds(1000), stop: stop)
    try? await Task.sleep(for: .milliseconds(200))
    stop.request()
    stop.request()
    #expect(await running.exit == .stopped)
  }

  @Test func endlessStandardErrorIsNotKept() async {
    let run = await run("yes progress | head -c 3000000 >&2; printf 'a\\rb\\rlast' >&2")
    #expect(run.standardError.lines.count == LogTail.maximumLines)
    #expect(run.standardError.lines.last == "last")
  }

  @Test func anOrphanIsToldFromAStranger() async throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sleep")
    process.arguments = ["1000"]
    try process.run()
    let identifier = process.processIdentifier
    let birth = try #require(ProcessBirth.of(identifier))
    ProcessTree.endOrphan(TrialProcess(processIdentifier: identifier, birth: "another boot/1"))
    #expect(process.isRunning)
    ProcessTree.endOrphan(TrialProcess(processIdentifier: identifier, birth: birth))
    process.waitUntilExit()
    #expect(process.terminationReason == .uncaughtSignal)
    #expect(ProcessBirth.of(0x7FFF_FFFF) == nil)
  }
}

@Suite struct StudyLockTests {
  @Test func oneHolderAtATime() throws {
    let folder = try TemporaryFolder()
    var lock: StudyLock? = try StudyLock(study: "s", directory: folder.file("locks"))
    #expect(throws: StudyError.locked(study: "s", holder: getpid())) {
      try StudyLock(study: "s", directory: folder.file("locks"))
    }
    _ = try StudyLock(study: "other", directory: folder.file("locks"))
    withExtendedLifetime(lock) {}
    lock = nil
    _ = try StudyLock(study: "s", directory: folder.file("locks"))
  }

  @Test func aFolderThatCannotBeMadeIsNamed() throws {
    let folder = try TemporaryFolder()
    try Data().write(to: URL(fileURLWithPath: folder.file("file")))
    #expect {
      try StudyLock(study: "s", directory: folder.file("file/locks"))
    } throws: { error in
      guard case StudyError.folder(let path, _) = error else { return false }
      return path == folder.file("file/locks")
    }
  }
}
