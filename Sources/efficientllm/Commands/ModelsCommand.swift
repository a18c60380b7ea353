import ArgumentParser
import Checkpoints
import Foundation

struct ModelsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "models", abstract: "Lists, fetches and describes models.",
    discussion: """
      A model is a name of the list, a GGUF file, or a Hugging Face directory (config.json, safetensors with or without an \
      index, tokenizer.json).
      """,
    subcommands: [ModelsListCommand.self, ModelsGetCommand.self, ModelsShowCommand.self],
    defaultSubcommand: ModelsListCommand.self)
}
