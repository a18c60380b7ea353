// The view of a frontier for the measures that a reader has chosen. Pure: a description and a choice in, traces and a
// layout out. Labels come escaped for the charting library; what is said of them goes into the page as text.
function frontierView(explore, choice) {
  "use strict";
  const symbols = ["circle", "square", "diamond", "triangle-up", "cross", "star", "hexagon", "triangle-down"];
  const quality = explore.quality[choice.quality];
  const cost = explore.cost[choice.cost];
  const latency = explore.latency[choice.latency];
  const standings = explore.frontiers[choice.quality][choice.cost];
  const slowest = latency ? Math.max(0, ...latency.values.map((value) => value?.v ?? 0)) : 0;

  const points = explore.candidates.map((candidate, index) => {
    const q = quality.values[index], c = cost.values[index];
    if (!q || !c || !standings[index] || (choice.log && !(c.v > 0))) return null;
    const wait = latency?.values[index];
    return {
      candidate, index, q, c, standing: standings[index],
      // Areas are in proportion, but a marker has to be seen and its shape be told.
      size: wait && slowest > 0 ? 12 + 30 * Math.sqrt(wait.v / slowest) : 14,
    };
  });
  const shown = points.filter((point) => point !== null);
  const members = shown.filter((point) => point.standing.member).sort((a, b) => a.c.v - b.c.v);
  // Names of neighbours go above and below in turn, off the bars, and that of the dearest to the inside.
  const inOrder = [...shown].sort((a, b) => a.c.v - b.c.v);
  const places = new Map(inOrder.map((point, place) => [
    point.index, `${place % 2 === 0 ? "top" : "bottom"} ${place > 0 && place === inOrder.length - 1 ? "left" : "right"}`,
  ]));

  const data = [];
  if (members.length > 1) {
    data.push({
      type: "scatter", mode: "lines", hoverinfo: "skip", showlegend: false,
      x: members.map((point) => point.c.v), y: members.map((point) => point.q.v),
      line: { color: "faint", width: 1.5, dash: "dot", shape: "hv" },
    });
  }
  for (const point of shown) {
    const color = `series:${point.index}`;
    const standing = point.standing;
    const chance = standing.chance === null ? "" : ` (${standing.chance})`;
    const beaten = standing.by.map((one) =>
      explore.candidates[one.of].label + (one.chance === null ? "" : ` (${one.chance})`));
    const said = standing.member ? `on the frontier${chance}` : `dominated by ${beaten.join(", ")}`;
    const reach = point.c.v - point.c.lo;
    data.push({
      type: "scatter", mode: "markers+text", showlegend: false, cliponaxis: false, name: point.candidate.label,
      x: [point.c.v], y: [point.q.v], text: [point.candidate.label],
      textposition: places.get(point.index),
      textfont: { size: 13, color: "text" },
      marker: {
        color: standing.member ? `series:${point.index}:0.75` : color, size: point.size,
        symbol: symbols[point.index % symbols.length] + (standing.member ? "" : "-open"),
        line: { color, width: 2 },
      },
      error_x: {
        type: "data", symmetric: false, array: [Math.max(0, point.c.hi - point.c.v)],
        // A logarithmic axis has no place for an end at or below zero.
        arrayminus: [Math.max(0, choice.log ? Math.min(reach, 0.95 * point.c.v) : reach)],
        thickness: 1.5, width: 4, color: `series:${point.index}:0.6`,
      },
      error_y: {
        type: "data", symmetric: false, array: [Math.max(0, point.q.hi - point.q.v)],
        arrayminus: [Math.max(0, point.q.v - point.q.lo)], thickness: 1.5, width: 4,
        color: `series:${point.index}:0.6`,
      },
      hovertemplate: `<b>${point.candidate.label}</b><br>${said}<br>${point.candidate.figures.join("<br>")}<extra></extra>`,
    });
  }

  const range = (values, room) => {
    const lowest = Math.min(...values.map((value) => value.lo)), highest = Math.max(...values.map((value) => value.hi));
    const span = highest > lowest ? highest - lowest : Math.max(Math.abs(highest) * 0.1, 1e-9);
    return [lowest - room * span, highest + room * span];
  };
  const layout = {
    hovermode: "closest",
    xaxis: {
      title: { text: `${cost.title}<br>← less is better` }, type: choice.log ? "log" : "linear", exponentformat: "power",
      ...(choice.log || shown.length === 0 ? { autorange: true } : { range: range(shown.map((point) => point.c), 0.15) }),
    },
    yaxis: {
      title: { text: `${quality.title}<br>more is better →` },
      ...(shown.length === 0 ? {} : { range: range(shown.map((point) => point.q), 0.18) }),
    },
  };

  const name = (index) => explore.candidates[index].label
    .replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
  const sentences = shown.filter((point) => !point.standing.member).map((point) =>
    `${name(point.index)} is dominated by ${point.standing.by.map((one) => name(one.of)).join(", ")}.`);
  const left = points.flatMap((point, index) => (point === null ? [name(index)] : []));
  if (left.length > 0) {
    sentences.push(`Not shown, for want of a value${choice.log ? " above zero" : ""}: ${left.join(", ")}.`);
  }
  if (shown.every((point) => point.standing.member)) sentences.unshift("No candidate is dominated.");
  const untimed = latency ? shown.filter((point) => !latency.values[point.index]).map((point) => name(point.index)) : [];
  if (untimed.length > 0) {
    sentences.push(`Without a value of ${latency.name}, so that the size of the marker says nothing: ${untimed.join(", ")}.`);
  }
  return { data, layout, said: sentences.join(" ") };
}
