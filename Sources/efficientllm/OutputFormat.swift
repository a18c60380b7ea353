public import ArgumentParser
public import Datasets
public import EngineWorkloads
import Foundation

/// How a command prints: a table for people, JSON or CSV for programs. On standard output alone.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
  case table, json, csv
}

/// Prints a value as programs read it: keys in snake case and in order.
func printPrettyJSON(_ value: some Encodable) throws {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
  encoder.keyEncodingStrategy = .convertToSnakeCase
  print(String(decoding: try encoder.encode(value), as: UTF8.self))
}

extension InferencePrecision: ExpressibleByArgument {}
extension DeviceChoice: ExpressibleByArgument {}
extension DatasetForm: ExpressibleByArgument {}
