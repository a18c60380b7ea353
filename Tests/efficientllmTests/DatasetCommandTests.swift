import Foundation
import Testing

/// Runs the built program on datasets, as a user would.
@Suite(.serialized) struct DatasetCommandTests {
  private final class Scene {
    let folder: URL
    let program: URL

    init() throws {
      folder = FileManager.default.temporaryDirectory.appendingPathComponent("dataset-command-\(UUID().uuidString)")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      // The tests and the program are built into one folder.
      program = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
        .deletingLastPathComponent().appendingPathComponent("efficientllm")
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func write(_ name: String, _ text: String) throws {
      try text.write(to: folder.appendingPathComponent(name), atomically: true, encoding: .utf8)
    }

    func start(_ arguments: [String]) throws -> (process: Process, output: URL) {
      let process = Process()
      process.executableURL = program
      process.arguments = ["dataset"] + arguments
      process.currentDirectoryURL = folder
      process.environment = ProcessInfo.processInfo.environment.merging(["EFFICIENTLLM_HOME": folder.path + "/store"]) {
        $1
      }
      let output = folder.appendingPathComponent("output-\(UUID().uuidString)")
      for file in [output, output.appendingPathExtension("err")] {
        try Data().write(to: file)
      }
      process.standardInput = FileHandle.nullDevice
      process.standardOutput = try FileHandle(forWritingTo: output)
      process.standardError = try FileHandle(forWritingTo: output.appendingPathExtension("err"))
      try process.run()
      return (process, output)
    }

    func run(_ arguments: String...) throws -> (status: Int32, output: String, errors: String) {
      let (process, output) = try start(arguments)
      process.waitUntilExit()
      return (
        process.terminationStatus, try String(contentsOf: output, encoding: .utf8),
        try String(contentsOf: output.appendingPathExtension("err"), encoding: .utf8)
      )
    }

    func object(_ arguments: String...) throws -> [String: Any] {
      let (process, output) = try start(arguments)
      process.waitUntilExit()
      let value = try JSONSerialization.jsonObject(with: Data(contentsOf: output))
      return try #require(value as? [String: Any])
    }
  }

  private static let rows = """
    {"id":"q1","question":"Why is it pending?","answer":"Settlement","metadata":{"country":"DE","tokens":12}}
    {"id":"q2","question":"Où est-il?","answer":["Ici","Là"],"metadata":{"country":"FR","tokens":700}}
    {"id":"q3","question":"Wann?","metadata":{"country":"DE","tokens":501}}

    """

  @Test func aFileBecomesAVersion() throws {
    let scene = try Scene()
    try scene.write("support.jsonl", Self.rows)
    let added = try scene.run("add", "support.jsonl")
    #expect(added.status == 0)
    #expect(added.output.hasPrefix("support@1  sha256:"))
    #expect(added.output.contains("rows     3: 3 added, 0 removed"))
    #expect(added.output.contains("columns  expected=answer, id=id, input=question, metadata=metadata"))
    let pinned = try #require(added.output.split(separator: "\n").last?.split(separator: " ").last.map(String.init))
    #expect(pinned.hasPrefix("support@sha256:") && pinned.count == "support@sha256:".count + 64)

    let again = try scene.run("add", "support.jsonl")
    #expect(again.status == 0)
    #expect(again.output.contains("these very rows are there already, so no version was made"))

    let shown = try scene.run("show", pinned)
    #expect(shown.output.contains("dataset  support@1"))
    #expect(shown.output.contains("with     id 3, input 3, expected 2"))
    #expect(shown.output.contains("country   3 text           2  DE, FR"))
    let list = try scene.run("list")
    #expect(list.output.contains("support@1  sha256:"))
  }

  @Test func programsReadTheSame() throws {
    let scene = try Scene()
    try scene.write("a.csv", "question,answer,metadata.n,extra\nq1,a1,1,x\nq1,a1,1,x\nq2,a2,2,y\n")
    let added = try scene.object("add", "a.csv", "--format", "json")
    #expect(added["is_new"] as? Bool == true)
    #expect(added["repeated_rows"] as? Int == 1)
    #expect(added["unused_columns"] as? [String] == ["extra"])
    let version = try #require(added["version"] as? [String: Any])
    #expect(version["rows"] as? Int == 2 && version["parent"] == nil)
    let shown = try scene.object("show", "a", "--format", "json")
    #expect((shown["contents"] as? [String: Any])?["with_expected"] as? Int == 2)
    let rows = try scene.object("rows", "a", "--where", "n == 2", "--format", "json")
    #expect(rows["row_count"] as? Int == 1)
    #expect(rows["dataset"] as? String == version["reference"] as? String)
  }

  @Test func versionsAreCompared() throws {
    let scene = try Scene()
    try scene.write("a.jsonl", Self.rows)
    try scene.write(
      "b.jsonl", Self.rows.replacing("Settlement", with: "Batch settlement").replacing("q3", with: "q4"))
    _ = try scene.run("add", "a.jsonl")
    _ = try scene.run("add", "b.jsonl", "--name", "a")
    let diff = try scene.run("diff", "a@1", "a@2")
    #expect(diff.status == 0)
    #expect(
      diff.output == """
           row  what      input
        -  ---  --------  ------------------
        -  q3   removed   Wann?
        ~  q1   expected  Why is it pending?
        +  q4   added     Wann?
        a@1 and a@2: 1 added, 1 removed, 1 changed, 1 unchanged

        """)
    let json = try scene.object("diff", "a@1", "a@2", "--format", "json")
    #expect((json["changed"] as? [[String: Any]])?.first?["parts"] as? [String] == ["expected"])
    #expect((json["added"] as? [[String: Any]])?.first?["row"] as? String == "q4")
    let same = try scene.run("diff", "a@2", "a")
    #expect(same.output == "a@2 and a@2 have the same 3 rows\n")
  }

  @Test func rowsAreChosenAndAddedAgain() throws {
    let scene = try Scene()
    try scene.write("a.jsonl", Self.rows)
    _ = try scene.run("add", "a.jsonl")
    let chosen = try scene.run("rows", "a", "--where", #"country == "DE" && tokens < 500"#, "--format", "jsonl")
    #expect(
      chosen.output == #"{"expected":["Settlement"],"id":"q1","input":"Why is it pending?","#
        + #""metadata":{"country":"DE","tokens":12}}"# + "\n")
    let table = try scene.run("rows", "a", "--sample", "2", "--seed", "3")
    #expect(table.output.contains("2 of 3 rows of a@1"))
    let all = try scene.run("rows", "a", "--format", "jsonl")
    try scene.write("again.jsonl", all.output)
    #expect(try scene.run("add", "again.jsonl", "--name", "a").output.contains("no version was made"))
  }

  @Test func mistakesLeaveWithStatusTwoAndNothingBehind() throws {
    let scene = try Scene()
    try scene.write("bad.jsonl", "{\"input\":\"a\"}\n{\"input\":\"\"}\n{\"input\":\"a\",\"id\":[]}\n")
    let bad = try scene.run("add", "bad.jsonl")
    #expect(bad.status == 2 && bad.output == "")
    #expect(
      bad.errors.contains(
        """
        bad.jsonl has 2 problems; nothing was added:
          row 2 (line 2), column input: it is empty: a row needs an input
          row 3 (line 3), column id: an id has to be text or a whole number of 64 bits, not an array
        """))
    #expect(!FileManager.default.fileExists(atPath: scene.folder.path + "/store/datasets"))
    try scene.write("good.jsonl", Self.rows)
    _ = try scene.run("add", "good.jsonl")
    for arguments in [
      ["add", "none.jsonl"], ["add", "good.jsonl", "--name", "a b"], ["add", "good.jsonl", "--map", "inptu=x"],
      ["add", "-"], ["show", "none"], ["show", "good@2"], ["show", "good@"],
      ["rows", "good", "--where", "country = 1"],
      ["rows", "good", "--where", "country == 1"], ["rows", "good", "--where", "contry == 1"],
      ["rows", "good", "--sample", "0"], ["rows", "good", "--seed", "1"], ["diff", "good", "other"],
    ] {
      let (process, _) = try scene.start(arguments)
      process.waitUntilExit()
      #expect(process.terminationStatus == 2, "\(arguments)")
    }
    let versions = scene.folder.path + "/store/datasets/good/versions/1.rows"
    try Data().write(to: URL(fileURLWithPath: versions))
    let damaged = try scene.run("show", "good")
    #expect(damaged.status == 1)
    #expect(damaged.errors.contains("versions/1.rows is damaged"))
  }

  @Test func processesThatAddAtOnceLoseNothing() throws {
    let scene = try Scene()
    let processes = try (0..<6).map { index in
      try scene.write("\(index).jsonl", "{\"input\":\"row \(index)\"}\n")
      return try scene.start(["add", "\(index).jsonl", "--name", "a", "--append"]).process
    }
    for process in processes {
      process.waitUntilExit()
      #expect(process.terminationStatus == 0)
    }
    let rows = try scene.run("rows", "a", "--format", "jsonl").output.split(separator: "\n")
    #expect(rows.sorted() == (0..<6).map { "{\"input\":\"row \($0)\"}" })
    #expect(try scene.run("show", "a@6").status == 0)
  }
}
