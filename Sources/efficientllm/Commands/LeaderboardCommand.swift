import ArgumentParser
import Foundation
import Ranking

/// Prints the ranks that arXiv 2505.13840 published, which ship with the program.
struct LeaderboardCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "leaderboard",
    abstract: "Prints the published leaderboard.",
    discussion: """
      Ranks of arXiv 2505.13840, per group of methods: 1 is best, and a blank was not published. The numbers carry the \
      paper's own definitions (AMU in GB, AEC in average watts).
      """
  )

  @Flag(help: "The published ranks. There is no other leaderboard yet: rank your own with `study` and `rank`.")
  var published = false

  @Option(help: "How to print.")
  var format: OutputFormat = .table

  func validate() throws {
    if !published { throw ValidationError("say which leaderboard: --published is the one there is") }
  }

  func run() async throws {
    let rendering = LeaderboardRendering(leaderboard: .shared)
    switch format {
    case .table: print(rendering.text())
    case .json: print(try rendering.json())
    case .csv: print(rendering.csv(), terminator: "")
    }
  }
}

/// The published leaderboard as text, JSON or CSV.
struct LeaderboardRendering {
  let leaderboard: PublishedLeaderboard

  func text() -> String {
    let groups = leaderboard.groups.map { group in
      let columns = leaderboard.columns.filter { column in group.methods.contains { $0.ranks[column] != nil } }
      var text = TextTable([.left("method")] + columns.map { .right($0) })
      for method in group.methods {
        text.append([method.name] + columns.map { method.ranks[$0].map(String.init) ?? "" })
      }
      return "\(group.name)\n\(text.render())"
    }
    let disagreements = leaderboard.knownDisagreements.map { "  \($0)" }
    return (groups + [(["Known to disagree with the published raw rows:"] + disagreements).joined(separator: "\n")])
      .joined(separator: "\n\n")
  }

  func json() throws -> String {
    let document = Document(
      about: leaderboard.about,
      groups: leaderboard.groups.map { group in
        .init(
          group: group.name,
          methods: group.methods.map {
            .init(method: $0.name, ranks: Blankable($0.ranks, over: leaderboard.columns))
          })
      }, knownDisagreements: leaderboard.knownDisagreements)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(document), as: UTF8.self)
  }

  func csv() -> String {
    let rows = leaderboard.groups.flatMap { group in
      group.methods.map { method in
        [group.name, method.name] + leaderboard.columns.map { method.ranks[$0].map(String.init) ?? "" }
      }
    }
    return ([["group", "method"] + leaderboard.columns] + rows).map { $0.joined(separator: ",") + "\n" }.joined()
  }

  private struct Document: Encodable {
    struct Group: Encodable {
      let group: String
      let methods: [Method]
    }

    struct Method: Encodable {
      let method: String
      let ranks: Blankable<Int>
    }

    let about: String
    let groups: [Group]
    let knownDisagreements: [String]

    enum CodingKeys: String, CodingKey {
      case about, groups
      case knownDisagreements = "known_disagreements"
    }
  }
}
