import Layers
import TestSupport
import Testing

@testable import Models

/// Configurations with one field spoilt: refused with a typed error, or a model that can be counted. Nothing overflows.
struct HostileConfigurationTests {
  init() throws { try TorchForTests.load() }

  static let spoilt: [FieldValue] = [
    .null, .bool(true), .integer(0), .integer(-1), .integer(1), .integer(3), .integer(1 << 20), .integer(1 << 26),
    .integer(1 << 31), .integer(.max), .integer(.min), .number(0.5), .number(-0.0), .number(1e-320), .number(1e308),
    .number(.infinity), .number(.nan), .string(""), .string("default"), .list([]), .list([.integer(0)]),
    .list([.null, .string("x")]), .object([:]), .object(["type": .string("yarn"), "factor": .number(1e300)]),
    .object(["rope_type": .string("longrope"), "short_factor": .list([]), "long_factor": .list([])]),
  ]

  private func count(_ configuration: DecoderConfiguration) {
    let cost = DecoderCost(configuration)
    #expect(cost.parameters > 0)
    #expect(cost.activeParameters > 0)
    #expect(cost.cacheElements(positions: 1 << 20) > 0)
    #expect(cost.forwardFLOPsPerToken(sequenceLength: 1 << 20).isFinite)
    #expect(cost.trainingBytes(tokensPerStep: 1 << 20, bytesPerElement: 4, masterWeights: true).isFinite)
    #expect(configuration.effectiveAttentionScale?.isFinite ?? true)
  }

  private func expectTyped(_ error: any Error) {
    #expect(error is FamilyError || error is ConfigurationError, "\(error)")
    #expect(!"\(error)".isEmpty)
  }

  @Test(arguments: FamilyOracleTests.decoders)
  func spoiltFieldsAreRefusedOrCounted(name: String) throws {
    let values = try FamilyOracle(name).fields.values
    for field in values.keys.sorted() {
      for spoilt in Self.spoilt {
        var changed = values
        changed[field] = spoilt
        do {
          count(try ModelFamily.read(ConfigurationFields(changed)).1)
        } catch {
          expectTyped(error)
        }
      }
    }
  }

  @Test(arguments: ["llama3-scaling", "mixtral", "phi3-long", "gemma3", "gpt-neox", "deepseek-v2-groups"])
  func spoiltMetadataIsRefusedOrCounted(name: String) throws {
    let all = try ConfigurationFields(json: FamilyOracle.file("converted.json"))
    let entry = try #require(try all.object(name))
    let metadata = try #require(try entry.object("metadata")).values
    let architecture = try #require(try entry.string("architecture"))
    for field in metadata.keys.sorted() {
      for spoilt in Self.spoilt {
        var changed = metadata
        changed[field] = spoilt
        let description = GGUFDescription(
          architecture: architecture, metadata: changed, tensorShape: { $0 == "token_embd.weight" ? [61, 32] : nil },
          tensorValues: { _ in [] })
        do {
          count(try ModelFamily.read(gguf: description).1)
        } catch {
          expectTyped(error)
        }
      }
    }
  }

  @Test func spoiltEncodersAreRefusedOrCounted() throws {
    let values = try FamilyOracle("bert").fields.values
    for field in values.keys.sorted() {
      for spoilt in Self.spoilt {
        var changed = values
        changed[field] = spoilt
        do {
          let configuration = try EncoderFamily.bert.configuration(ConfigurationFields(changed))
          try configuration.validate()
          #expect(configuration.parameters > 0)
          #expect(configuration.forwardFLOPsPerToken(length: 1 << 20).isFinite)
        } catch {
          expectTyped(error)
        }
      }
    }
  }
}
