import Foundation
import OpenAIWire
import Pricing

/// What `efficientllm load --output` writes: one request a line with every attempt's stamps.
///
/// The stamps are of a monotonic clock, so that the time of day of a request is not known, only when it came after the
/// first.
struct LoadReader {
  static func read(_ files: [ImportFile], _ options: ImportOptions) throws(ImportError) -> ImportedRun {
    var run = ImportedRun(form: .load, source: "efficientllm load")
    var warmups = 0
    var cut = 0
    for file in files {
      var line = 0
      let notes = try JSONDocuments(file, options.limits).forEach { document throws(ImportError) in
        line += 1
        do throws(WireError) {
          guard document.value.object?["attempts"] != nil, document.value.object?["scheduled_ns"] != nil else {
            throw document.outside("an observation of efficientllm load")
          }
          if try document.member("warmup")?.boolean() == true {
            warmups += 1
            return
          }
          run.observations.append(try observation(document, options.limits))
          if document.value.object?["succeeded"]?.boolean == nil { cut += 1 }
        } catch {
          if line == 1, document.value.object?["attempts"] == nil {
            throw .notOfForm(
              file: file.name, form: .load, expected: "JSON lines as efficientllm load --output writes them")
          }
          throw .wrongValue(file: file.name, place: "line \(line)", reason: error.description)
        }
      }
      run.notes += notes
    }
    if warmups > 0 { run.notes.append("\(warmups) requests of the warm-up were left out.") }
    run.notes.append(
      "The stamps are of a monotonic clock: when the requests were made is not known, and so no price is.")
    return run
  }

  private static let mostTime = 1 << 62

  private static func seconds(_ field: JSONField?) throws(WireError) -> Double? {
    guard let field else { return nil }
    return Double(try field.integer(in: 0...mostTime)) / 1e9
  }

  private static func observation(_ line: JSONField, _ limits: ImportLimits) throws(WireError) -> ImportedObservation {
    let index = try line.required("index").integer(in: 0...mostTime)
    let name = try line.member("id")?.string()
    var observation = ImportedObservation(candidate: "load", identifier: name ?? "\(index)")
    let attempts = try line.required("attempts").elements()
    let last = attempts.last
    observation.latencies.endToEnd = try seconds(try line.member("latency_ns"))
    observation.latencies.timeToFirstToken = try seconds(try line.member("ttft_ns"))
    if let field = try line.member("tpot_ns") {
      observation.latencies.timePerOutputToken = try field.number(in: 0...1e18) / 1e9
    }
    if let last, let sent = try last.member("sent_ns")?.integer(in: 0...mostTime) {
      if let end = try last.member("end_ns")?.integer(in: 0...mostTime), end >= sent {
        observation.latencies.serviceEndToEnd = Double(end - sent) / 1e9
      }
      if let first = try last.member("token_ns")?.elements().first?.integer(in: 0...mostTime), first >= sent {
        observation.latencies.serviceTimeToFirstToken = Double(first - sent) / 1e9
      }
    }
    observation.retries = max(0, attempts.count - 1)
    observation.timeline = .array(attempts.map(\.value))
    observation.promptTokens = try line.member("prompt_tokens")?.integer(in: 0...Usage.most)
    observation.completionTokens = try line.member("completion_tokens")?.integer(in: 0...Usage.most)
    observation.tokenSource = try line.member("token_source")?.string()
    observation.finishReason = try line.member("finish_reason")?.string()
    observation.output = try line.member("text")?.string().cut(toBytes: limits.textBytes)
    observation.toolCalls = try line.member("tool_calls")?.value
    if try line.member("succeeded")?.boolean() != true {
      observation.failure = ImportedObservation.Failure(
        kind: try last?.member("error")?.string().cut(toBytes: 200) ?? "unknown",
        message: try last?.member("error_message")?.string().cut(toBytes: 2_000) ?? "")
    }
    observation.calls = [try call(line)]
    return observation
  }

  private static func call(_ line: JSONField) throws(WireError) -> ModelCall {
    var call = ModelCall()
    call.modelAnswered = try line.member("answered_by")?.string()
    call.serviceTier = try line.member("service_tier")?.string()
    if let usage = try line.member("usage") {
      do throws(UsageError) { call.usage = try UsageDocument(json: usage.value.bytes).usage } catch {
        call.usageProblem = error.description
      }
    }
    return call
  }
}
