import Foundation

extension PriceCatalogue {
  /// The versions that the program brings. They are compiled into it (`Resources/BuiltInPrices+Table.swift`), so that it can be copied
  /// alone.
  public static let builtIn: PriceCatalogue = {
    struct Document: Decodable {
      var format: Int
      var versions: [PriceVersion]
    }
    do {
      let data = builtInPrices.withUTF8Buffer { Data($0) }
      let document = try PriceFile.decode(Document.self, from: data, path: "the program")
      return try PriceCatalogue(versions: document.versions)
    } catch {
      preconditionFailure("the built-in prices cannot be read: \(error)")
    }
  }()
}
