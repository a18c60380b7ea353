/// The bytes each token stands for, by its id.
struct DecodedTokens: Sendable {
  private var arena: [UInt8] = []
  private var starts: [Int] = [0]

  init(model: BytePairModel, addedTokens: AddedTokens) {
    for id in 0..<UInt32(max(model.size, addedTokens.size)) {
      if let token = addedTokens.token(of: id) ?? model.token(of: id) {
        // As the package decodes: a token with a character that stands for no byte stands for itself.
        arena.append(contentsOf: ByteAlphabet.bytes(of: token) ?? Array(token.utf8))
      }
      starts.append(arena.count)
    }
  }

  subscript(id: UInt32) -> ArraySlice<UInt8> {
    Int(id) + 1 < starts.count ? arena[starts[Int(id)]..<starts[Int(id) + 1]] : []
  }
}
