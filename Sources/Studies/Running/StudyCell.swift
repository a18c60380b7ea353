public import Records

/// A cell with what its workload says of it.
public struct StudyCell: Sendable {
  public var planned: PlannedCell
  public var description: CellDescription
  /// As it is stored and shown.
  public var record: CellRecord
  let workload: any Workload

  /// The cells of a plan. Cells that a workload calls alike are told apart by the values that differ between them.
  /// - Throws: ``PlanError``, ``StudyError/sameName(method:model:)`` and what the workload says of settings it refuses.
  public static func cells(of plan: StudyPlan, registry: WorkloadRegistry) throws -> [StudyCell] {
    let own = try registry.workload(of: plan)
    var cells = try plan.plannedCells.map { planned in
      let workload: any Workload
      var description: CellDescription
      if let peer = planned.peer {
        workload = CommandWorkload(command: peer.command, python: registry.python, method: peer.method)
        description = try workload.describe(planned.settings, work: plan.work, precision: planned.precision)
        // A peer does the same as a cell of the study's own workload would, which can count it.
        if let counted = try? own.describe(planned.settings, work: plan.work, precision: planned.precision) {
          description.model = counted.model
          description.account = counted.account
          description.totalFLOPs = counted.totalFLOPs
        } else if let same = try? own.describe(planned.settings, work: plan.work, precision: plan.precision) {
          // In a precision that is the peer's alone, only the name is the same.
          description.model = same.model
        }
      } else {
        workload = own
        description = try own.describe(planned.settings, work: plan.work, precision: planned.precision)
      }
      var shown = planned.settings.mapValues(\.text)
      if planned.precision != plan.precision || planned.varied.contains(where: { $0.key == StudyPlan.precisionKey }) {
        shown[StudyPlan.precisionKey] = planned.precision
      }
      return StudyCell(
        planned: planned, description: description,
        record: CellRecord(
          key: planned.key, method: description.method, model: description.model,
          settings: shown), workload: workload)
    }
    try tellApart(&cells)
    return cells
  }

  private struct Name: Hashable {
    var method: String
    var model: String
  }

  private static func tellApart(_ cells: inout [StudyCell]) throws {
    let groups = Dictionary(grouping: cells.indices) {
      Name(method: cells[$0].record.method, model: cells[$0].record.model)
    }
    for (_, group) in groups where group.count > 1 {
      for index in group {
        let different = cells[index].planned.varied.filter { varied in
          group.contains { cells[$0].planned.value(of: varied.key)?.text != varied.value.text }
        }
        let suffix = different.map { "\($0.key)=\($0.value.text)" }.joined(separator: " ")
        if !suffix.isEmpty { cells[index].record.method += " " + suffix }
      }
    }
    var seen: Set<Name> = []
    for cell in cells {
      let name = Name(method: cell.record.method, model: cell.record.model)
      guard seen.insert(name).inserted else { throw StudyError.sameName(method: name.method, model: name.model) }
    }
  }
}
