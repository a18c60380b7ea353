import Foundation
import TestSupport
import Testing

@testable import GGUF

/// Files made to do harm: refused with a reason, whatever they claim.
struct HostileFileTests {
  /// What the message of a refused file must say, by the file's name, where that is worth holding.
  static let words: [String: String] = [
    "magic": "\"GGML\"", "big-endian-version": "big-endian", "version-1": "version 1", "version-4": "version 4",
    "tensor-count": "18446744073709551615 tensors", "key-not-utf8": "no UTF-8", "key-twice": "'a' is there twice",
    "value-type": "unknown type 13", "boolean-of-two": "boolean of 2", "array-nested-deep": "deeper than 8",
    "alignment-24": "power of two", "dimensions": "5 dimensions", "shape-overflow": "too large",
    "shape-wraps-to-small": "too large", "shape-negative": "too large", "row-of-half-a-block": "rows of 16",
    "type-unknown": "number 77", "type-not-read": "IQ2_XXS", "tensor-beyond-end": "'t'",
    "offset-misaligned": "multiple",
    "tensors-overlap": "overlaps", "tensor-twice": "'t' is there twice", "gap-between": "belong to no tensor",
    "bytes-behind": "belong to no tensor", "no-data": "before the tensors' data",
  ]

  @Test func everyRefusedFileIsRefusedForItsReason() throws {
    let refused = try GGUFFixtures.corpus("refused-")
    #expect(refused.count >= 48)
    for (name, bytes) in refused {
      let guarded = GuardedBytes(bytes)
      let error = #expect(throws: GGUFError.self, "\(name)") { _ = try GGUFContents(guarded.bytes, path: "bad.gguf") }
      let message = error.map { "\($0)" } ?? ""
      #expect(message.contains("bad.gguf"), "\(name)")
      let subject = name.dropFirst("refused-".count).dropLast(".gguf".count)
      if let word = Self.words[String(subject)] { #expect(message.contains(word), "\(name): \(message)") }
    }
  }

  @Test func everyTruncationIsRefused() throws {
    for name in ["valid-types.gguf", "valid-alignment-64.gguf", "valid-bad-utf8-token.gguf"] {
      let whole = try #require(try GGUFFixtures.corpus(name).first).bytes
      let contents = try GGUFFixtures.contents(whole)
      // What only aligns the next tensor, which is not there, may be missing.
      let end = contents.tensors.map(\.range.upperBound).max() ?? 0
      let needed = end > 0 ? end : whole.count
      for length in 0..<needed {
        let guarded = GuardedBytes(Array(whole[..<length]))
        #expect(throws: GGUFError.self, "\(name) cut to \(length)") { _ = try GGUFContents(guarded.bytes, path: "cut") }
      }
    }
  }

  @Test func messagesSayTheMend() {
    let errors: [GGUFError] = [
      .notGGUF(path: "p", found: "x"), .unsupportedVersion(path: "p", version: 1), .bigEndian(path: "p"),
      .unsupportedType(path: "p", tensor: "t", type: "IQ1_S"), .damaged(path: "p", reason: "r"), .changed(path: "p"),
      .unwritable(path: "p", reason: "r"),
    ]
    for error in errors {
      #expect("\(error)".contains("p "))
      #expect("\(error)".contains(". "), "\(error)")
    }
  }

  /// Thousands of damaged files, each in memory that ends with it: read without touching what lies behind, and either
  /// refused or consistent.
  @Test(arguments: [UInt64(1), 2])
  func fuzz(seed: UInt64) throws {
    // Mostly valid ones: what is bad already seldom gets far.
    let valid = try GGUFFixtures.corpus("valid-").map(\.bytes)
    let corpus = try Array(repeatElement(valid, count: 12).joined()) + GGUFFixtures.corpus().map(\.bytes)
    var mutator = ByteMutator(seed: seed, corpus: corpus, words: ["general.alignment", "GGUF", "t", "a"])
    var taken = 0
    for round in 0..<4000 {
      let bytes = mutator.next()
      guard Self.survives(bytes) else { continue }
      taken += 1
      if taken % 32 == 0 { Self.unpack(bytes, round: round) }
    }
    // Damage that everything refuses would test little.
    #expect(taken > 100)
  }

  /// Whether a file is taken; checks what is taken.
  private static func survives(_ bytes: [UInt8]) -> Bool {
    let guarded = GuardedBytes(bytes)
    let contents: GGUFContents
    do {
      contents = try GGUFContents(guarded.bytes, path: "fuzz")
    } catch {
      return false
    }
    var end = 0
    for tensor in contents.tensors.sorted(by: {
      ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
    }) {
      #expect(tensor.range.lowerBound >= end)
      #expect(tensor.range.count == tensor.rows * tensor.rowBytes)
      end = tensor.range.upperBound
    }
    #expect(end <= bytes.count)
    return true
  }

  private static func unpack(_ bytes: [UInt8], round: Int) {
    let guarded = GuardedBytes(bytes)
    guard let contents = try? GGUFContents(guarded.bytes, path: "fuzz") else { return }
    for tensor in contents.tensors where tensor.elements > 0 {
      var output = [Float](repeating: 0, count: tensor.elements)
      let source = guarded.bytes.baseAddress! + tensor.range.lowerBound
      tensor.type.expand(source, blocks: tensor.elements / tensor.type.blockElements, into: &output)
    }
  }
}
