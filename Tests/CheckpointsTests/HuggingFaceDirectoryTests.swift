import Foundation
import Safetensors
import Testing

@testable import Checkpoints

struct HuggingFaceDirectoryTests {
  @Test func weightsOfAnotherFormatAreNamed() throws {
    let folder = try TemporaryFolder()
    try folder.write("", to: "pytorch_model.bin")
    let directory = HuggingFaceDirectory(folder.url)
    #expect(try directory.weights() == nil)
    #expect(directory.lacksWeights == .noWeights(path: folder.url.path, found: ["pytorch_model.bin"]))
    #expect(directory.lacksWeights.description.contains("save_pretrained"))
  }

  @Test func withoutAConfigurationItIsNoModel() throws {
    let folder = try TemporaryFolder()
    #expect(throws: CheckpointError.noConfiguration(path: folder.url.path)) {
      try HuggingFaceDirectory(folder.url).configuration()
    }
    try FileManager.default.createDirectory(at: folder("config.json"), withIntermediateDirectories: false)
    #expect(throws: CheckpointError.self) { try HuggingFaceDirectory(folder.url).configuration() }
  }
}

struct ChatTemplateSourcesTests {
  private func sources(_ folder: TemporaryFolder, _ configuration: [String: Any] = [:]) throws -> ChatTemplateSources {
    try ChatTemplateSources(HuggingFaceDirectory(folder.url), tokenizerConfiguration: configuration)
  }

  @Test func aStringOrAListOfNamedOnes() throws {
    let folder = try TemporaryFolder()
    #expect(try sources(folder).source(forTools: false) == nil)
    #expect(try sources(folder, ["chat_template": "one"]).source(forTools: true) == "one")
    let list: [[String: Any]] = [
      ["name": "default", "template": "plain"], ["name": "tool_use", "template": "tools"], ["name": "x"],
    ]
    let named = try sources(folder, ["chat_template": list])
    #expect(named.source(forTools: false) == "plain" && named.source(forTools: true) == "tools")
    #expect(try sources(folder, ["chat_template": 3]).byName.isEmpty)
  }

  @Test func aFileOfItsOwnComesFirst() throws {
    let folder = try TemporaryFolder()
    try folder.write(#"{"chat_template": "processor"}"#, to: "chat_template.json")
    #expect(try sources(folder).source(forTools: false) == "processor")
    #expect(try sources(folder, ["chat_template": "tokenizer"]).source(forTools: false) == "tokenizer")
    try folder.write("file", to: "chat_template.jinja")
    try folder.write("tools", to: "additional_chat_templates/tool_use.jinja")
    let all = try sources(folder, ["chat_template": "tokenizer"])
    #expect(all.source(forTools: false) == "file" && all.source(forTools: true) == "tools")
  }

  @Test func fromMetadata() {
    let values = ["tokenizer.chat_template": "plain", "tokenizer.chat_template.tool_use": "tools"]
    let sources = ChatTemplateSources(string: { values[$0] }, strings: { _ in ["tool_use", "gone"] })
    #expect(sources.byName == ["default": "plain", "tool_use": "tools"])
  }
}

struct SpecialTokensTests {
  @Test func endsAreOneNumberOrSeveral() {
    let one = SpecialTokens(configuration: ["eos_token_id": 7, "bos_token_id": 1], generation: [:], tokenizer: [:])
    #expect(one.ends == [7] && one.begin == 1)
    let several = SpecialTokens(
      configuration: ["eos_token_id": 7], generation: ["eos_token_id": [128_001, 128_009]], tokenizer: [:])
    #expect(several.ends == [128_001, 128_009] && several.begin == nil)
    let deeper = SpecialTokens(
      configuration: ["text_config": ["eos_token_id": [1, 106]]], generation: [:], tokenizer: [:])
    #expect(deeper.ends == [1, 106])
    let odd = SpecialTokens(
      configuration: ["eos_token_id": [-1, "x", 5_000_000_000, 3]], generation: [:], tokenizer: [:])
    #expect(odd.ends == [3])
  }

  @Test func theTokenizersOwnEndCountsToo() {
    let tokenizer: [String: Any] = [
      "eos_token": ["content": "<|im_end|>"], "bos_token": "<s>",
      "added_tokens_decoder": ["9": ["content": "<|im_end|>"], "4": ["content": "<s>"], "x": ["content": "y"], "5": 3],
    ]
    let found = SpecialTokens(configuration: ["eos_token_id": 2], generation: [:], tokenizer: tokenizer)
    #expect(found.ends == [2, 9] && found.begin == 4)
    #expect(found.beginText == "<s>" && found.endText == "<|im_end|>")
  }
}
