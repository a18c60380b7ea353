import Foundation
import Pricing
import Testing

/// Against the calculator of genai-prices, whose data the built-in prices are (scripts/oracles/pricing_oracle.py).
///
/// It differs from ours by intention in two things, and every difference has to be one of them: cached tokens without a price
/// of their own it charges as fresh ones, and a condition without a price (a batch before its price was known) it charges as
/// an ordinary request. Ours are absent.
@Suite struct GenAIPricesOracleTests {
  private struct Oracle: Decodable {
    struct Case: Decodable {
      var provider: String
      var name: String
      var at: String
      var when: [String: String]
      var usage: UsageText
      var model: String
      var priced: [String]
      var conditionKnown: Bool
      var total: String

      enum CodingKeys: String, CodingKey {
        case provider, name, at, when, usage, model, priced, total
        case conditionKnown = "condition_known"
      }
    }

    var names: [[String?]]
    var costs: [Case]
  }

  /// Usage as the text of its JSON, for the reader under test.
  private struct UsageText: Decodable {
    var json: String

    private enum Member: Codable {
      case count(Int)
      case object([String: Int])

      init(from decoder: any Decoder) throws {
        if let count = try? decoder.singleValueContainer().decode(Int.self) {
          self = .count(count)
        } else {
          self = .object(try decoder.singleValueContainer().decode([String: Int].self))
        }
      }

      func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .count(let count): try container.encode(count)
        case .object(let object): try container.encode(object)
        }
      }
    }

    init(from decoder: any Decoder) throws {
      let members = try decoder.singleValueContainer().decode([String: Member].self)
      json = String(decoding: try JSONEncoder().encode(members), as: UTF8.self)
    }
  }

  private static func oracle() throws -> Oracle {
    let url = try #require(
      Bundle.module.url(forResource: "genai-prices", withExtension: "json", subdirectory: "Fixtures"))
    return try JSONDecoder().decode(Oracle.self, from: Data(contentsOf: url))
  }

  @Test func costsAgree() throws {
    let table = try PriceCatalogue.builtIn.table()
    var agreeing = 0
    var uncached = 0
    var unconditioned = 0
    for item in try Self.oracle().costs {
      let label = Comment(rawValue: "\(item.provider)/\(item.name) at \(item.at) \(item.when) \(item.usage.json)")
      let usage = try UsageDocument(json: item.usage.json.utf8).usage
      let found = table.price(
        of: item.name, provider: item.provider, at: try PriceMoment(item.at), conditions: PriceConditions(item.when))
      if case .success(let price) = found { #expect(price.reference.model == item.model, label) }
      switch found.flatMap({ $0.cost(of: usage) }) {
      case .success(let cost):
        #expect(cost.total.decimalText == item.total, label)
        agreeing += 1
      case .failure(.noPrice(.cachedInput, _, _)):
        #expect(!item.priced.contains("cache_read_mtok"), label)
        uncached += 1
      case .failure(.noPrice(.cacheWrite, _, _)):
        #expect(!item.priced.contains("cache_write_mtok"), label)
        uncached += 1
      case .failure(.noPrice(.cacheWrite1h, _, _)):
        #expect(!item.priced.contains("cache_write_1h_mtok"), label)
        uncached += 1
      case .failure(.noPrice(let kind, _, _)):
        // What has no price at all with the calculator costs nothing there.
        let parent = kind == .input || kind == .inputAudio ? "input_mtok" : "output_mtok"
        #expect(!item.priced.contains(parent), label)
      case .failure(.noPriceFor):
        #expect(!item.conditionKnown, label)
        unconditioned += 1
      case .failure(let absence):
        Issue.record("\(absence): \(label)")
      }
    }
    print(
      "\(agreeing) costs agree; absent are \(uncached) for caches and \(unconditioned) for conditions without a price")
    #expect(agreeing >= 300)
    #expect(uncached > 0 && unconditioned > 0)
  }

  /// Every model by its own id, with every provider: the same model, or the same earlier one that answers to the name.
  @Test func namesMeanTheSameModels() throws {
    let table = try PriceCatalogue.builtIn.table()
    let exceptions = Dictionary(
      try Self.oracle().names.map { row in ([row[0] ?? "", row[1] ?? ""], row[2]) },
      uniquingKeysWith: { first, _ in first })
    var count = 0
    for provider in table.providerNames {
      for listing in try #require(table.listings(ofProvider: provider)) {
        let expected = exceptions[[provider, listing.model]] ?? listing.model
        let found = try? table.listing(of: listing.model, provider: provider).get().model
        #expect(found == expected, "\(provider)/\(listing.model)")
        count += 1
      }
    }
    #expect(count == 2330)
  }
}
