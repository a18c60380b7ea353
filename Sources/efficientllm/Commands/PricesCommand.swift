public import ArgumentParser
import Foundation
public import Pricing

struct PricesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prices", abstract: "Shows, updates and compares prices, and says what a request cost.",
    discussion: """
      The program brings a catalogue of prices with its source. Versions that `update` adds are kept beside it and never \
      changed; your own prices in prices/overrides.json of EFFICIENTLLM_HOME win over all of them.
      """,
    subcommands: [
      PricesShowCommand.self, PricesCostCommand.self, PricesUpdateCommand.self, PricesDiffCommand.self,
    ],
    defaultSubcommand: PricesShowCommand.self)

  static var shelf: PriceShelf {
    PriceShelf(folder: Home().url.appendingPathComponent("prices", isDirectory: true))
  }
}

extension UsageForm: ExpressibleByArgument {}

/// A day or a time, as `--at` takes it.
struct MomentArgument: ExpressibleByArgument {
  let moment: PriceMoment

  init(moment: PriceMoment) { self.moment = moment }

  init?(argument: String) {
    guard let moment = try? PriceMoment(argument) else { return nil }
    self.moment = moment
  }
}

/// Days that may not be known: null says so, where a missing member would say nothing.
struct EffectiveDates: Encodable {
  var from: CivilDate?
  var until: CivilDate?

  private enum CodingKeys: String, CodingKey { case from, until }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(from, forKey: .from)
    try container.encode(until, forKey: .until)
  }

  var text: String {
    switch (from, until) {
    case (nil, nil): ""
    case (let from?, nil): "from \(from)"
    case (nil, let until?): "until \(until)"
    case (let from?, let until?): "\(from) to \(until)"
    }
  }
}
