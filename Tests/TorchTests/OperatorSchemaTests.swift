import TestSupport
import Testing

@testable import Torch

/// Holds every declared operator against the schema of the libtorch that is really loaded.
struct OperatorSchemaTests {
  init() throws { try TorchForTests.load() }

  @Test(arguments: Operator.all.indices)
  func declarationMatchesSchema(index: Int) throws {
    let op = Operator.all[index]
    let schema = try op.schema()
    #expect(schema.hasPrefix(op.qualifiedName + "("))
    let names = try argumentNames(of: schema)
    #expect(names.starts(with: op.arguments), "\(schema)")
  }

  @Test func optionalOperatorsMatchWhereTheyExist() throws {
    for op in Operator.optionalOperators where op.isAvailable {
      let names = try argumentNames(of: op.schema())
      #expect(names.starts(with: op.arguments))
    }
  }

  @Test func noOperatorIsDeclaredTwice() {
    let names = Operator.all.map(\.qualifiedName)
    #expect(Set(names).count == names.count)
  }

  @Test func unknownOperatorSaysSo() {
    let op = Operator("aten::no_such_operator")
    #expect(!op.isAvailable)
    #expect {
      try op.schema()
    } throws: { error in
      "\(error)".contains("aten::no_such_operator")
    }
  }

  /// `aten::add.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor` -> self, other, alpha
  private func argumentNames(of schema: String) throws -> [String] {
    let open = try #require(schema.firstIndex(of: "("))
    let arrow = try #require(schema.range(of: ") ->", options: .backwards))
    var names: [String] = []
    var depth = 0
    var current = ""
    for character in schema[schema.index(after: open)..<arrow.lowerBound] + "," {
      if "([".contains(character) { depth += 1 }
      if ")]".contains(character) { depth -= 1 }
      if character == ",", depth == 0 {
        let declaration = current.split(separator: "=")[0].split(separator: " ")
        if let name = declaration.last, name != "*" { names.append(String(name)) }
        current = ""
      } else {
        current.append(character)
      }
    }
    return names
  }
}
