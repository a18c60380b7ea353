import Measures
import Ranking
import Records

/// Everything that the report on an evaluation shows, computed.
struct EvaluationModel: Sendable {
  let content: EvaluationReport.Content
  let summary: CandidateSummary
  let explorer: FrontierExplorer?
  /// Every other candidate against ``reference``.
  let differences: [CandidateDifference]
  let reference: String
  let manifest: [ManifestSection]

  init(_ content: EvaluationReport.Content) throws(DecisionError) {
    self.content = content
    summary = content.table.summary(of: content.measures, options: content.options)
    explorer = FrontierExplorer(content.table, options: content.options)
    var reference = content.table.candidates[0].name
    if case .recommended(let choice) = content.recommendation?.recommendation.outcome { reference = choice.candidate }
    self.reference = reference
    let compared = content.measures.filter { measure in
      switch measure {
      case .score, .passRate, .costPerRequest, .costPerPassingRequest, .latency(CandidateTable.endToEnd, _): true
      default: false
      }
    }
    differences = try content.table.differences(of: compared, from: reference, options: content.options)
    manifest = Self.manifest(content)
  }

  /// The evaluation's own, and the candidates': what all of them say is said once.
  private static func manifest(_ content: EvaluationReport.Content) -> [ManifestSection] {
    let own = content.evaluation.manifest.sections.sorted { $0.key < $1.key }.map { name, entries in
      ManifestSection(
        name: name,
        entries: entries.sorted { $0.key < $1.key }.map {
          ManifestSection.Entry(name: $0.key, values: [ManifestSection.Value(text: $0.value, holds: [])])
        })
    }
    let candidates = content.candidates.map(\.record)
    var fields: [(section: String, key: String, value: String, candidate: String)] = []
    for candidate in candidates {
      func add(_ section: String, _ entries: [String: String]) {
        for (key, value) in entries.sorted(by: { $0.key < $1.key }) where !value.isEmpty {
          fields.append((section, key, value, candidate.name))
        }
      }
      add("candidates", ["model": candidate.model, "endpoint": candidate.endpoint])
      add("candidates: settings", candidate.settings)
      for (name, entries) in candidate.manifest.sections.sorted(by: { $0.key < $1.key }) {
        add("candidates: \(name)", entries)
      }
    }
    let sections = fields.map(\.section).uniqued().map { section in
      let inside = fields.filter { $0.section == section }
      return ManifestSection(
        name: section,
        entries: inside.map(\.key).uniqued().sorted().map { key in
          let same = inside.filter { $0.key == key }
          return ManifestSection.Entry(
            name: key,
            values: same.map(\.value).uniqued().map { value in
              let holders = same.filter { $0.value == value }.map(\.candidate)
              return ManifestSection.Value(text: value, holds: holders.count == candidates.count ? [] : holders)
            })
        })
    }
    return own + sections
  }
}
