extension PriceTable {
  /// The provider and model that names mean, or why there is none.
  func find(
    model name: String, provider: String?
  ) -> Result<(provider: Provider, model: Model), PriceAbsence> {
    let wanted = ModelPattern.normalised(name)
    guard let provider else { return claimed(name, wanted) }
    guard let seller = self.provider(named: provider) else { return .failure(.unknownProvider(provider)) }
    guard let model = model(wanted, of: seller) else { return .failure(.unknownModel(name, provider: seller.id)) }
    return .success((seller, model))
  }

  /// Where no provider is named: the first whose models have such names, else the one before the name's first slash.
  private func claimed(
    _ name: String, _ wanted: [UInt8]
  ) -> Result<(provider: Provider, model: Model), PriceAbsence> {
    let claimant = providers.first { $0.modelsMatch?.matches(wanted) ?? false }
    if let claimant, let model = model(wanted, of: claimant) { return .success((claimant, model)) }
    if let slash = name.firstIndex(of: "/") {
      let prefix = name[..<slash].lowercased()
      let rest = ModelPattern.normalised(String(name[name.index(after: slash)...]))
      if let seller = providers.first(where: { $0.id == prefix }), let model = model(rest, of: seller) {
        return .success((seller, model))
      }
    }
    return .failure(claimant.map { .unknownModel(name, provider: $0.id) } ?? .unclaimedModel(name))
  }

  /// By its id, else by the first pattern that it answers to.
  private func provider(named name: String) -> Provider? {
    let wanted = ModelPattern.normalised(String(name.drop(while: \.isWhitespace)))
    return providers.first { wanted.elementsEqual($0.id.lowercased().utf8) }
      ?? providers.first { $0.match?.matches(wanted) ?? false }
  }

  private func model(_ wanted: [UInt8], of provider: Provider) -> Model? {
    if let found = match(wanted, of: provider) { return found }
    let dashed = Self.withDashedDates(wanted)
    return dashed == wanted ? nil : match(dashed, of: provider)
  }

  private func match(_ wanted: [UInt8], of provider: Provider) -> Model? {
    if let own = provider.models.first(where: { $0.match.matches(wanted) }) { return own }
    for other in provider.fallback {
      let models = providers.first { $0.id == other }?.models
      if let found = models?.first(where: { $0.match.matches(wanted) }) { return found }
    }
    return nil
  }

  /// Routers write `gpt-5.2-20251211` where the provider writes `gpt-5.2-2025-12-11`.
  private static func withDashedDates(_ name: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    var position = 0
    while position < name.count {
      result.append(name[position])
      position += 1
      guard name[position - 1] == UInt8(ascii: "-"), name.count - position >= 8 else { continue }
      let end = position + 8
      guard end == name.count || name[end] == UInt8(ascii: "-") || name[end] == UInt8(ascii: ":") else { continue }
      let digits = name[position..<end]
      guard digits.allSatisfy({ (0x30...0x39).contains($0) }) else { continue }
      let text = String(decoding: digits, as: UTF8.self)
      let dashed = "\(text.prefix(4))-\(text.dropFirst(4).prefix(2))-\(text.suffix(2))"
      guard text.hasPrefix("20"), (try? CivilDate(dashed)) != nil else { continue }
      result += dashed.utf8
      position = end
    }
    return result
  }
}
