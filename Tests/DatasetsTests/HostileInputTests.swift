import TestSupport
import Testing

@testable import Datasets

/// Damaged files end in rows or in a typed error, and mean the same in whatever pieces they come.
@Suite struct HostileInputTests {
  private static let jsonl = [
    #"{"id":"q1","input":"a","expected":["b"],"metadata":{"n":1e3,"t":"x","f":false}}"# + "\n"
      + #"{"messages":[{"role":"user","content":[{"type":"text","text":"é😀"}]}],"trajectory":[{"a":[{}]}]}"#,
    "\u{feff}{\"question\":\"q\",\"labels\":{\"R\":[true,0.5]},\"judged\":\"x\"}\r\n\r\n{\"prompt\":\"\\ud83d\\ude00\"}\n",
  ].map { Array($0.utf8) }
  private static let csv = [
    "id,question,answer,metadata.n\r\n1,\"a \"\"b\"\"\nc\",\"[\"\"x\"\"]\",1.5\r\n2,d,,true\r\n",
    "prompt,trajectory,labels.R\nq,\"[{\"\"a\"\":1}]\",good\n",
  ].map { Array($0.utf8) }

  private func outcome(_ bytes: [UInt8], _ form: DatasetForm, chunk: Int) -> String {
    let limits = DatasetLimits(rowBytes: 4_096, rows: 50, columns: 16, elements: 8)
    do {
      let imported = try read(bytes: bytes, form, mapping: .automatic, limits, chunk: chunk)
      for row in imported.rows {
        let again = try read(bytes: row.canonicalJSON, .jsonl)
        #expect(again.rows == [row])
      }
      return imported.rows.map(\.hash.description).joined(separator: " ")
    } catch {
      return error.description
    }
  }

  @Test(arguments: [UInt64(1), 2, 3]) func damagedFilesAreReadOrRefused(_ seed: UInt64) {
    for (form, corpus) in [(DatasetForm.jsonl, Self.jsonl), (.csv, Self.csv), (.tsv, Self.csv)] {
      var mutator = ByteMutator(
        seed: seed, corpus: corpus,
        words: ["\"", "\"\"", "\r\n", "\r", ",", "null", "[", "{", "}", "1e999", "\\ud800", "\u{feff}", "input", "id"])
      for _ in 0..<700 {
        let bytes = mutator.next()
        #expect(outcome(bytes, form, chunk: 1) == outcome(bytes, form, chunk: 4_096))
      }
    }
  }

  @Test func damagedFiltersAreReadOrRefused() throws {
    let corpus = [
      #"country == "DE" && tokens < 500"#, #"!(a in ["x", "y"]) || exists b && (c != 1.5e-3 || `d e` >= -2)"#, "paid",
    ].map { Array($0.utf8) }
    var mutator = ByteMutator(
      seed: 5, corpus: corpus,
      words: ["(", "!", "&&", "||", "in [", "]", "exists", "\"", "`", "==", "1e400", "0x1", "-"])
    let row = try read(#"{"input":"a","metadata":{"country":"DE","tokens":1,"paid":true,"c":"x"}}"#).rows[0]
    var good = 0
    for _ in 0..<3_000 {
      guard let cohort = try? Cohort(String(decoding: mutator.next(), as: UTF8.self)) else { continue }
      good += 1
      _ = try? cohort.contains(row)
      _ = try? cohort.select([row])
    }
    #expect(good > 50)
  }
}
