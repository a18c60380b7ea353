import ArgumentParser

struct DoctorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "doctor", abstract: "Says what this machine has and what is missing.")

  func run() async throws {
    throw CleanExit.helpRequest(self)
  }
}
