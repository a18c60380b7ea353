import Foundation
import Pricing
import Testing

@Suite struct CatalogueTests {
  /// A folder of its own, removed at the end.
  private func withShelf(_ body: (PriceShelf, URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("prices-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(PriceShelf(folder: folder.appendingPathComponent("prices")), folder)
  }

  private func version(_ json: String, in folder: URL) throws -> PriceVersion {
    let file = folder.appendingPathComponent("\(UUID().uuidString).json")
    try Data(json.utf8).write(to: file)
    return try PriceFile.version(at: file)
  }

  private func input(_ table: PriceTable, _ model: String, _ date: String, provider: String = "openai") throws
    -> String?
  {
    let price = table.price(of: model, provider: provider, at: PriceMoment(date: try CivilDate(date)))
    return try price.get().rates[.input]?.text
  }

  private static let cheaper = """
    {"id":"cheaper","date":"2026-12-01","source":{"name":"a letter of the provider"},"providers":[{"id":"openai","models":[
      {"id":"gpt-5","entries":[{"from":"2026-12-01","prices":{"input":"1","cached_input":"0.1","output":"8"}}]},
      {"id":"gpt-mine","match":"gpt-mine*","entries":[{"prices":{"input":"2"}}]}]}]}
    """

  @Test func theBuiltInCatalogueReads() throws {
    let catalogue = PriceCatalogue.builtIn
    #expect(catalogue.latest.id == "genai-prices-0.2.3")
    #expect(catalogue.latest.source.licence == "MIT")
    #expect(catalogue.latest.source.notice?.contains("Pydantic") == true)
    #expect(try catalogue.table().modelCount == 2330)
  }

  @Test func aNewVersionAddsAndTheOldOnePricesAsBefore() throws {
    try withShelf { shelf, folder in
      let kept = try shelf.add(version(Self.cheaper, in: folder))
      #expect(kept.extends == "genai-prices-0.2.3")
      let catalogue = try shelf.catalogue()
      #expect(catalogue.latest.id == "cheaper")
      let now = try catalogue.table()
      #expect(try input(now, "gpt-5", "2026-11-30") == "1.25")
      #expect(try input(now, "gpt-5", "2026-12-01") == "1")
      #expect(try input(now, "gpt-mine-2", "2026-12-01") == "2")
      #expect(try input(now, "gpt-5-mini", "2026-12-01") == "0.25")
      let before = try now.price(of: "gpt-5", at: PriceMoment("2026-11-30")).get().reference
      #expect(before.version == "genai-prices-0.2.3")
      #expect(try before.until == CivilDate("2026-12-01"))
      let after = try now.price(of: "gpt-5", at: PriceMoment("2026-12-01")).get().reference
      #expect(after.version == "cheaper")
      #expect(try after.from == CivilDate("2026-12-01"))
      #expect(after.source == "a letter of the provider")
      #expect(try input(catalogue.table(version: "genai-prices-0.2.3"), "gpt-5", "2026-12-01") == "1.25")
      // The batch price was a discount off the old one.
      let batch = now.price(of: "gpt-5", at: try PriceMoment("2026-12-02"), conditions: .batch)
      #expect(throws: PriceAbsence.self) { try batch.get() }
    }
  }

  @Test func versionsNeverChange() throws {
    try withShelf { shelf, folder in
      _ = try shelf.add(version(Self.cheaper, in: folder))
      let file = shelf.folder.appendingPathComponent("versions/0001-cheaper.json")
      let written = try Data(contentsOf: file)
      #expect(throws: PricingError.versionExists("cheaper")) { try shelf.add(version(Self.cheaper, in: folder)) }
      #expect(throws: PricingError.versionExists("genai-prices-0.2.3")) {
        try shelf.add(version(Self.cheaper.replacing("cheaper", with: "genai-prices-0.2.3"), in: folder))
      }
      _ = try shelf.add(version(Self.cheaper.replacing("cheaper", with: "cheapest"), in: folder))
      #expect(try Data(contentsOf: file) == written)
      #expect(try shelf.catalogue().versions.map(\.id) == ["genai-prices-0.2.3", "cheaper", "cheapest"])
    }
  }

  @Test func whatChangedBetweenVersionsIsListed() throws {
    try withShelf { shelf, folder in
      _ = try shelf.add(version(Self.cheaper, in: folder))
      let catalogue = try shelf.catalogue()
      let changes = try catalogue.table(version: "genai-prices-0.2.3").changes(to: catalogue.table(version: "cheaper"))
      #expect(
        changes.map { "\($0.model) \($0.change) \($0.kind ?? "-") \($0.after ?? "-")" } == [
          "gpt-5 added input 1", "gpt-5 added cached_input 0.1", "gpt-5 added output 8", "gpt-mine added - -",
        ])
      let back = try catalogue.table(version: "cheaper").changes(to: catalogue.table(version: "genai-prices-0.2.3"))
      #expect(back.map(\.change) == [.removed, .removed, .removed, .removed])
    }
  }

  @Test func theUsersOwnPricesWin() throws {
    try withShelf { shelf, _ in
      try FileManager.default.createDirectory(at: shelf.folder, withIntermediateDirectories: true)
      let own = """
        {"providers":[{"id":"openai","models":[{"id":"gpt-5","currency":"EUR","entries":[
          {"source":"our contract","prices":{"input":"0.9","output":"7"}}]}]}],
         "hardware":[{"id":"rack","per_hour":"3.6","per_kilowatt_hour":"0.36"}]}
        """
      try Data(own.utf8).write(to: shelf.overridesFile)
      let catalogue = try shelf.catalogue()
      let price = try catalogue.table().price(of: "gpt-5", at: PriceMoment("2025-11-25")).get()
      #expect(price.reference.version.hasPrefix("overrides-"))
      #expect(price.reference.source == "our contract")
      #expect(price.reference.versionDate == nil)
      let cost = try price.cost(of: Usage(input: 1_000_000)).get()
      #expect(cost.total == (try Money("0.9", currency: Currency("EUR"))))
      #expect(throws: PriceAbsence.noPrice(.cachedInput, model: "gpt-5", provider: "openai")) {
        try price.cost(of: Usage(cachedInput: 1)).get()
      }
      #expect(try input(catalogue.table(version: "genai-prices-0.2.3"), "gpt-5", "2025-11-25") == "1.25")
      // An hour is 3.6 of the unit, so a second 0.001; a kilowatt-hour is 3.6 MJ, so a kilojoule 0.0001.
      let rack = try catalogue.table().hardwarePrice(of: "rack", on: CivilDate("2025-11-25")).get().price
      #expect(try rack.cost(seconds: 12.5, joules: 3000).get() == Money("0.0128"))
      #expect(throws: PriceAbsence.energyNotMeasured("rack")) { try rack.cost(seconds: 1, joules: nil).get() }
      #expect(throws: PriceAbsence.beyondRange) { try rack.cost(seconds: 1e12, joules: 0).get() }
      #expect(throws: PriceAbsence.beyondRange) { try rack.cost(seconds: .nan, joules: 0).get() }
    }
  }

  @Test(arguments: [
    (#"{"prices":{"outptu":"1"}}"#, PricingError.unknownPriceKind("outptu")),
    (#"{"prices":{"output":1}}"#, .badPrice(kind: "output", text: "something else")),
    (#"{"prices":{"output":"-1"}}"#, .badPrice(kind: "output", text: "-1")),
    (#"{"prices":{"output":"1e3"}}"#, .badPrice(kind: "output", text: "1e3")),
    (#"{"prices":{"output":"1000000001"}}"#, .badPrice(kind: "output", text: "1000000001")),
    (
      #"{"prices":{"output":{"base":"1","tiers":[{"above":9,"price":"2"},{"above":9,"price":"3"}]}}}"#,
      .badTiers(kind: "output")
    ),
    (#"{"prices":{},"form":"2025-01-01"}"#, .unknownMember("form", of: "an entry")),
    (#"{"prices":{},"from":"2025-13-01"}"#, .badDate("2025-13-01")),
    (#"{"prices":{},"hours":["10:00"]}"#, .badHours(["10:00"])),
  ])
  func wrongFilesAreRefused(entry: String, error: PricingError) throws {
    try withShelf { _, folder in
      let json =
        #"{"id":"v","date":"2026-12-01","source":{"name":"s"},"providers":[{"id":"p","models":[{"id":"m","entries":[\#(entry)]}]}]}"#
      #expect(throws: error) { try version(json, in: folder) }
    }
  }

  @Test func hardwareIsPricedByTheSecondAndTheJouleToo() throws {
    let bySecond = try HardwarePrice(id: "rack", perSecond: "0.001", perJoule: "0.0000001")
    #expect(try bySecond == HardwarePrice(id: "rack", perHour: "3.6", perKilowattHour: "0.36"))
    let ofEnergy = try HardwarePrice(id: "board", perKilowattHour: "0.36")
    #expect(try ofEnergy.cost(seconds: 100, joules: 1).get() == Money("0.0000001"))
    #expect(throws: PricingError.hardwarePrices("x")) { try HardwarePrice(id: "x") }
    #expect(throws: PricingError.hardwarePrices("x")) { try HardwarePrice(id: "x", perHour: "1", perSecond: "1") }
    #expect(throws: PricingError.badPrice(kind: "per_joule", text: "1000")) {
      try HardwarePrice(id: "x", perJoule: "1000")
    }
  }

  @Test func namesBasesAndFilesAreChecked() throws {
    try withShelf { shelf, folder in
      var draft = try version(Self.cheaper, in: folder)
      for name in ["", "../x", "a b", "overrides", ".hidden", String(repeating: "x", count: 65)] {
        draft.id = name
        #expect(throws: PricingError.badVersionName(name)) { try shelf.add(draft) }
      }
      draft.id = "good"
      draft.extends = "nothing"
      #expect(throws: PricingError.noBase("nothing", of: "good")) { try shelf.add(draft) }
      #expect(throws: PricingError.noSuchVersion("v9", known: ["genai-prices-0.2.3"])) {
        try shelf.catalogue().table(version: "v9")
      }
      #expect(throws: PricingError.self) { try PriceFile.version(at: folder.appendingPathComponent("none.json")) }
      #expect(throws: PricingError.self) { try version("{", in: folder) }
      #expect(throws: PricingError.self) { try version(String(repeating: "[", count: 100_000), in: folder) }
    }
  }
}
