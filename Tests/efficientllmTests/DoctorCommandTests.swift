import Foundation
import Probes
import Testing

@testable import efficientllm

@Suite struct DoctorCommandTests {
  private func temporaryFolder() -> URL {
    URL(fileURLWithPath: NSTemporaryDirectory() + "home-\(UUID().uuidString)", isDirectory: true)
  }

  private func home(_ url: URL) -> [String: DoctorReport.Finding] {
    let section = DoctorCommand.home(Home(environment: ["EFFICIENTLLM_HOME": url.path]))
    return Dictionary(uniqueKeysWithValues: section.findings.map { ($0.name, $0) })
  }

  @Test func tablesSayTheStatusAndTheMend() {
    let report = DoctorReport(sections: [
      .init(title: "memory", findings: [.init("installed", "16.0 GiB")]),
      .init(
        title: "energy", findings: [.init("RAPL", "not available", status: .note, mend: "declare a TDP")]),
    ])
    #expect(
      report.table() == """
        memory
          ok       installed  16.0 GiB

        energy
          note     RAPL       not available
                              -> declare a TDP

        Nothing that is needed is missing.

        """)
  }

  @Test func whatIsNeededAndMissingStandsOut() {
    let report = DoctorReport(sections: [
      .init(title: "engine", findings: [.init("libtorch", "not found", status: .missing)])
    ])
    #expect(report.table().contains("  MISSING  libtorch  not found\n"))
    #expect(report.table().hasSuffix("Something that is needed is missing.\n"))
  }

  @Test func jsonTellsWhetherAllIsThere() throws {
    struct Document: Decodable {
      var healthy: Bool
      var sections: [DoctorReport.Section]
    }
    let report = DoctorReport(sections: [.init(title: "a", findings: [.init("b", "c", status: .missing, mend: "d")])])
    let document = try JSONDecoder().decode(Document.self, from: Data(report.json().utf8))
    #expect(!document.healthy)
    #expect(document.sections == report.sections)
  }

  @Test func aHomeThatIsNotThereYet() {
    let findings = home(temporaryFolder())
    #expect(findings["folder"]?.status == .ok)
    #expect(findings["folder"]?.value.contains("made when it is first needed") == true)
    #expect(findings["corpora"]?.value == "none yet")
    #expect(findings["free space"]?.value != "unknown")
  }

  @Test func aHomeWithThingsInIt() throws {
    let url = temporaryFolder()
    defer { try? FileManager.default.removeItem(at: url) }
    let corpora = url.appendingPathComponent("cache/corpora/austen")
    try FileManager.default.createDirectory(at: corpora, withIntermediateDirectories: true)
    try Data(count: 2048).write(to: corpora.appendingPathComponent("emma.txt"))
    try Data(count: 1024).write(to: url.appendingPathComponent("records.sqlite"))
    let findings = home(url)
    #expect(findings["folder"]?.value == url.path)
    #expect(findings["corpora"]?.value == "1 entry, 2.0 KiB")
    #expect(findings["records"]?.value == "1.0 KiB")
    #expect(findings["tokens"]?.value == "none yet")
  }

  @Test func aHomeThatIsAFile() throws {
    let url = temporaryFolder()
    defer { try? FileManager.default.removeItem(at: url) }
    try Data("x".utf8).write(to: URL(fileURLWithPath: url.path))
    #expect(home(url)["folder"]?.status == .missing)
    #expect(home(url.appendingPathComponent("inside"))["folder"]?.status == .missing)
  }

  @Test func doctorKnowsTwoFormats() throws {
    _ = try DoctorCommand.parse(["--format", "json"])
    #expect(throws: (any Error).self) { try DoctorCommand.parse(["--format", "csv"]) }
  }
}
