import Foundation
import Testing

@testable import Tokenization

/// A file that `scripts/oracles/tokenizers_oracle.py` wrote.
enum Fixture {
  static func data(_ name: String) throws -> Data {
    let url = try #require(Bundle.module.url(forResource: "Fixtures/\(name)", withExtension: nil))
    return try Data(contentsOf: url)
  }

  static func decode<Value: Decodable>(_ name: String, as type: Value.Type = Value.self) throws -> Value {
    try JSONDecoder().decode(type, from: data(name))
  }

  static func json(_ name: String) throws -> JSONValue { try JSONReader.value(of: data(name)) }
}

extension BytePairTokenizer {
  /// A small tokenizer for tests that need any.
  static func small() throws -> BytePairTokenizer {
    try BytePairTrainer(vocabularySize: 300).train(["the cat sat on the mat, the rat that sat sat there"])
  }
}
