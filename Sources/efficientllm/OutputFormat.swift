import ArgumentParser

/// How a command prints: a table for people, JSON or CSV for programs. On standard output alone.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
  case table, json, csv
}
