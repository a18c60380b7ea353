import Testing

@testable import ChatTemplates

/// Templates torn apart and put together again: each renders or gives an error, within its caps.
@Suite struct FuzzTests {
  /// SplitMix64.
  private struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
  }

  private static let limits: TemplateLimits = {
    var limits = TemplateLimits.standard
    limits.steps = 5_000
    limits.characters = 50_000
    limits.outputBytes = 50_000
    limits.elements = 5_000
    return limits
  }()

  /// Words, tags, strings, blanks, and single characters.
  private func pieces(of source: String) -> [String] {
    var pieces: [String] = []
    var word = ""
    for character in source {
      if character.isLetter || character.isNumber || character == "_" {
        word.append(character)
        continue
      }
      if !word.isEmpty { pieces.append(word) }
      word = ""
      let isTag = pieces.last.map { ["{", "%", "}"].contains($0) && "{%}#".contains(character) } ?? false
      if isTag { pieces[pieces.count - 1].append(character) } else { pieces.append(String(character)) }
    }
    return word.isEmpty ? pieces : pieces + [word]
  }

  private func mutated(_ source: [String], _ pool: [[String]], _ random: inout Generator) -> String {
    var pieces = source
    for _ in 0..<Int.random(in: 1...4, using: &random) where !pieces.isEmpty {
      let place = Int.random(in: 0..<pieces.count, using: &random)
      let other = pool.randomElement(using: &random)!
      let piece = other.randomElement(using: &random) ?? ""
      switch Int.random(in: 0..<6, using: &random) {
      case 0: pieces[place] = piece
      case 1: pieces.remove(at: place)
      case 2: pieces.insert(piece, at: place)
      case 3: pieces.swapAt(place, Int.random(in: 0..<pieces.count, using: &random))
      case 4: pieces = Array(pieces[..<place]) + other.suffix(Int.random(in: 0...other.count, using: &random))
      default:
        let end = min(pieces.count, place + Int.random(in: 1...8, using: &random))
        pieces.insert(contentsOf: pieces[place..<end], at: place)
      }
    }
    return pieces.joined()
  }

  @Test(arguments: [1, 2, 3] as [UInt64]) func mutations(seed: UInt64) throws {
    let fixture = try Fixture.json("constructs.json")
    let variables = Fixture.variables(try #require(fixture["variables"]))
    let pool = try #require(fixture["cases"]).elements.compactMap { $0["source"]?.string }.map(pieces)
    var random = Generator(state: seed)
    var (rendered, refused) = (0, 0)
    for _ in 0..<1500 {
      let source = mutated(pool.randomElement(using: &random)!, pool, &random)
      switch Fixture.render(source, variables, limits: FuzzTests.limits) {
      case .success(let text):
        #expect(text.utf8.count <= FuzzTests.limits.outputBytes)
        rendered += 1
      case .failure(let error):
        #expect(error.line >= 1 && !error.construct.isEmpty && !error.description.isEmpty)
        refused += 1
      }
    }
    #expect(rendered > 100 && refused > 100)
  }

  @Test func familiesMutated() throws {
    let fixture = try Fixture.json("families.json")
    let chats = try #require(fixture["chats"]).elements.compactMap { $0["variables"] }.map(Fixture.variables)
    let pool = try ["qwen3.jinja", "llama3.jinja", "mistral-nemo.jinja", "command-r.jinja"].map {
      pieces(of: try Fixture.template($0))
    }
    var random = Generator(state: 7)
    for _ in 0..<120 {
      let source = mutated(pool.randomElement(using: &random)!, pool, &random)
      _ = Fixture.render(source, chats.randomElement(using: &random)!, limits: FuzzTests.limits)
    }
  }

  @Test func arbitraryCharacters() {
    var random = Generator(state: 11)
    let alphabet = Array("{%}#-+ \n\t'\"\\[]()|.,:=~<>!*/abnif01é😀\u{301}\u{0}\u{2028}".unicodeScalars)
    for _ in 0..<1000 {
      var source = String.UnicodeScalarView()
      for _ in 0..<Int.random(in: 0..<60, using: &random) { source.append(alphabet.randomElement(using: &random)!) }
      _ = Fixture.render(String(source), limits: FuzzTests.limits)
    }
  }
}
