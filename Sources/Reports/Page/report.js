// Draws the charts of a report in the colours of the reader's scheme, at the width of their screen.
(() => {
  "use strict";
  const root = document.documentElement;
  const specs = JSON.parse(document.getElementById("chart-data").textContent);
  const darkScheme = matchMedia("(prefers-color-scheme: dark)");
  const narrowScreen = matchMedia("(max-width: 640px)");
  const touchScreen = matchMedia("(pointer: coarse)");
  const printWidth = 640;
  let printing = false;

  // Okabe and Ito's palette, told apart with every common colour blindness; darkened for white paper, lightened for
  // a dark screen. Methods differ by dash and symbol too.
  const palettes = {
    light: {
      series: ["#0072b2", "#d55e00", "#00825c", "#b0508a", "#8a6d00", "#3a94c8", "#555555", "#7b4fbf"],
      text: "#1b1f24", quiet: "#59636e", faint: "#8b95a1", grid: "#e4e8ec", card: "#ffffff",
    },
    dark: {
      series: ["#56b4e9", "#f08a3c", "#2fc596", "#e49bc8", "#f0e442", "#a0d4f5", "#c4c4c4", "#c0a3f5"],
      text: "#e6eaf0", quiet: "#a1abb8", faint: "#77828f", grid: "#2b323b", card: "#181c22",
    },
  };

  function paint(name, palette) {
    if (name.startsWith("series:")) {
      const [, slot, alpha] = name.split(":");
      const hex = palette.series[Number(slot) % palette.series.length];
      if (alpha === undefined) return hex;
      const channel = (at) => parseInt(hex.slice(at, at + 2), 16);
      return `rgba(${channel(1)},${channel(3)},${channel(5)},${alpha})`;
    }
    return palette[name] ?? name;
  }

  // A fresh copy of a chart's description with its colours filled in; the library writes into what it is given.
  function dressed(value, palette, key = "") {
    if (Array.isArray(value)) return value.map((item) => dressed(item, palette));
    if (value !== null && typeof value === "object") {
      return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, dressed(item, palette, name)]));
    }
    return typeof value === "string" && key.endsWith("color") ? paint(value, palette) : value;
  }

  function layoutOf(spec, view, palette, narrow) {
    const axis = {
      gridcolor: palette.grid, linecolor: palette.faint, zerolinecolor: palette.grid, automargin: true,
      title: { standoff: 10, font: { size: 13 } }, tickfont: { size: 12 },
    };
    const given = dressed(view.layout, palette);
    const merged = (own) => ({ ...axis, ...own, title: { ...axis.title, ...(own?.title ?? {}) } });
    return {
      paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
      font: { family: "system-ui, sans-serif", size: 13, color: palette.text },
      margin: narrow ? { l: 8, r: 12, t: 16, b: 8 } : { l: 12, r: 24, t: 16, b: 12 },
      // A chart must fit on a page.
      height: printing ? Math.min(spec.height, 860) : spec.height,
      modebar: { bgcolor: "rgba(0,0,0,0)", color: palette.faint, activecolor: palette.text },
      hoverlabel: {
        bgcolor: palette.card, bordercolor: palette.faint, font: { color: palette.text, size: 13 }, namelength: -1,
        align: "left",
      },
      legend: { orientation: "h", x: 0, xanchor: "left", y: 1.02, yanchor: "bottom", font: { size: 13 }, itemwidth: 42 },
      dragmode: touchScreen.matches ? false : "zoom",
      ...given,
      xaxis: merged(given.xaxis),
      yaxis: merged(given.yaxis),
      ...(printing ? { width: printWidth, autosize: false } : { autosize: true }),
    };
  }

  const config = {
    displaylogo: false, responsive: false, displayModeBar: touchScreen.matches ? false : "hover",
    modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d"],
  };

  function draw(spec) {
    const element = document.getElementById(spec.id);
    const palette = darkScheme.matches && !printing ? palettes.dark : palettes.light;
    const view = spec.explore ? explored(spec) : spec.views[Number(element.dataset.view ?? 0)];
    const narrow = narrowScreen.matches && !printing;
    const layout = layoutOf(spec, view, palette, narrow);
    element.style.height = `${layout.height}px`;
    return Plotly.react(
      element, dressed(view.data, palette), layout, { ...config, staticPlot: printing });
  }

  // What the reader has chosen to see of a frontier, and a sentence on it as text.
  function explored(spec) {
    const choice = {};
    for (const control of document.querySelectorAll(`[data-explore="${spec.id}"]`)) {
      choice[control.dataset.choice] = control.type === "checkbox" ? control.checked : Number(control.value);
    }
    const view = frontierView(spec.explore, choice);
    document.getElementById(`${spec.id}-said`).textContent = view.said;
    return view;
  }
  for (const control of document.querySelectorAll("[data-explore]")) {
    control.addEventListener("change", () => draw(specs.find((spec) => spec.id === control.dataset.explore)));
  }

  function drawAll() {
    const palette = darkScheme.matches && !printing ? palettes.dark : palettes.light;
    for (const key of document.querySelectorAll(".key")) {
      key.style.setProperty("--series", palette.series[Number(key.dataset.slot) % palette.series.length]);
    }
    return Promise.all(specs.map(draw));
  }

  for (const button of document.querySelectorAll(".views button")) {
    button.addEventListener("click", () => {
      const spec = specs.find((candidate) => candidate.id === button.dataset.chart);
      document.getElementById(spec.id).dataset.view = button.dataset.view;
      for (const other of button.parentElement.children) {
        other.setAttribute("aria-pressed", String(other === button));
      }
      draw(spec);
    });
  }

  let pending = 0;
  function redrawSoon() {
    cancelAnimationFrame(pending);
    pending = requestAnimationFrame(() => { if (!printing) drawAll(); });
  }
  darkScheme.addEventListener("change", redrawSoon);
  let lastWidth = window.innerWidth;
  window.addEventListener("resize", () => {
    if (window.innerWidth === lastWidth) return;
    lastWidth = window.innerWidth;
    redrawSoon();
  });

  // On paper nothing can be unfolded and nothing scrolls: everything is opened, and drawn light and as wide as a page.
  let unfolded = [];
  window.addEventListener("beforeprint", () => {
    printing = true;
    unfolded = [...document.querySelectorAll("details:not([open])")];
    for (const details of unfolded) details.open = true;
    drawAll();
  });
  window.addEventListener("afterprint", () => {
    printing = false;
    for (const details of unfolded) details.open = false;
    drawAll();
  });

  drawAll().then(() => { root.dataset.charts = "drawn"; });
})();
