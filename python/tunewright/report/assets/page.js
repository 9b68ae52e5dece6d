// The page: pictures where they come into view, the table, the chosen trial, the theme, and what is new in a live study.
class Page {
  constructor() {
    this.chosen = null; this.charts = [];
    this.voice = document.getElementById("voice"); this.panel = document.getElementById("chosen");
    this.seen = new IntersectionObserver((entries) => entries.forEach((entry) => { if (entry.isIntersecting) { this.seen.unobserve(entry.target); entry.target.build(); } }), { rootMargin: "300px" });
    document.getElementById("theme").addEventListener("click", () => this.theme());
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.redraw());
    let wait = 0;
    addEventListener("resize", () => { clearTimeout(wait); wait = setTimeout(() => this.redraw(), 120); });
    addEventListener("keydown", (e) => { if (e.key === "Escape" && this.chosen !== null) this.choose(null); });
    addEventListener("beforeprint", () => document.querySelectorAll("figure").forEach((f) => f.build && f.build()));
  }
  theme() {
    document.documentElement.dataset.theme = darkly() ? "light" : "dark";
    this.redraw();
  }
  redraw() { this.charts.forEach((chart) => chart.draw()); }
  announce(text) { this.voice.textContent = text; }
  fill(content) {
    this.store = new Store(content.arrays); this.charts = [];
    const home = document.getElementById("pictures");
    home.replaceChildren(...content.pictures.map((picture) => this.figure(picture)));
    this.trials = new Trials(content.trials, this.store, this);
    document.getElementById("trials-table").replaceChildren(this.trials.box);
    if (this.chosen !== null) this.choose(this.chosen < content.trials.rows ? this.chosen : null);
    document.documentElement.dataset.ready = "yes";
  }
  figure(picture) {
    picture.hidden = new Set();
    const wide = picture.wide || picture.panels.length > 1 || picture.panels.some((panel) => panel.marks.some((m) => m.kind === "threads" || m.kind === "spans"));
    const panels = element("div", { class: picture.panels.length > 1 ? "panels" : "panels one" }), legend = element("div", { class: "legend", role: "group", "aria-label": "Show or hide" });
    const notes = picture.notes.map((note) => element("p", { class: "soft", text: note }));
    const box = element("figure", { class: wide ? "wide" : "", id: picture.id }, element("h3", { text: picture.title }), element("p", { class: "soft", text: picture.says }), ...notes, legend, panels);
    if (picture.panels.length) box.append(this.numbers(picture));
    panels.style.minHeight = picture.panels.length ? "250px" : "";
    box.build = () => {
      box.build = () => {};
      picture.panels.forEach((panel) => this.open(panel));
      const charts = picture.panels.map((panel) => new (panel.z ? SpaceChart : panel.marks.some((m) => m.kind === "threads") ? ThreadsChart : Chart)(panel, picture, this));
      panels.replaceChildren(...charts.map((chart) => chart.box));
      panels.style.minHeight = "";
      this.legend(legend, picture, charts);
      this.charts.push(...charts);
      charts.forEach((chart) => chart.draw());
    };
    this.seen.observe(box);
    return box;
  }
  open(panel) {
    if (panel.ready) return;
    panel.ready = true;
    for (const mark of panel.marks) {
      for (const key of ["x", "y", "z", "error", "error_x", "low", "high", "length", "start", "stop", "values", "heights", "shade", "trials"]) if (key in mark) mark[key] = this.store.get(mark[key]);
      const range = mark.kind === "cells" ? mark.values : mark.shade;
      if (range) { let low = Infinity, high = -Infinity; for (const v of range) { if (v < low) low = v; if (v > high) high = v; } mark.ends = [low, high]; }
    }
  }
  legend(home, picture, charts) {
    const labels = new Map();
    for (const panel of picture.panels) for (const mark of panel.marks) if (mark.label && !labels.has(mark.label)) labels.set(mark.label, mark.colour || "grey");
    if (labels.size < 2) return;
    home.replaceChildren(...[...labels].map(([label, name]) => {
      const swatch = element("i"), button = element("button", { type: "button", "aria-pressed": "true" }, swatch, label);
      swatch.style.background = `var(--${name})`;
      button.addEventListener("click", () => {
        const on = button.getAttribute("aria-pressed") === "false";
        button.setAttribute("aria-pressed", String(on));
        if (on) picture.hidden.delete(label); else picture.hidden.add(label);
        charts.forEach((chart) => chart.draw());
      });
      return button;
    }));
  }
  numbers(picture) {
    const details = element("details", {}, element("summary", { text: "Numbers of this picture as a table" }));
    details.addEventListener("toggle", () => { if (details.open && details.children.length === 1) details.append(...picture.panels.map((panel) => { this.open(panel); return table(panel); })); });
    return details;
  }
  choose(trial) {
    this.chosen = trial; this.panel.hidden = trial === null;
    if (trial !== null) {
      const list = element("dl", {}, ...this.trials.details(trial).flatMap(([name, text]) => [element("dt", { text: name }), element("dd", { text })]));
      this.panel.replaceChildren(element("header", {}, element("strong", { text: `Trial ${trial}` }), element("button", { type: "button", text: "close", onclick: () => this.choose(null) })), list);
      this.announce(`Trial ${trial} is chosen.`);
    }
    this.redraw(); this.trials.fill();
  }
}

function table(panel) {
  const rows = [], most = 400;
  let left = 0;
  const place = (axis, v) => (axis.labels.length ? axis.labels[Math.round(v)] ?? shown(v) : shown(v));
  for (const mark of panel.marks) {
    const xs = mark.kind === "threads" ? mark.shade : mark.start || mark.x || mark.length || [];
    if (mark.kind === "cells") continue;
    for (let k = 0; k < xs.length; k++) {
      if (rows.length >= most) { left++; continue; }
      const trial = mark.trials && mark.trials[k] >= 0 ? String(mark.trials[k]) : "";
      const pair = mark.kind === "threads" ? ["", shown(xs[k])] : mark.kind === "bars" ? [panel.y.labels[k], shown(xs[k])] : mark.kind === "spans" ? [shown(mark.start[k]), shown(mark.stop[k])] : [place(panel.x, xs[k]), mark.y ? place(panel.y, mark.y[k]) : ""];
      if (xs[k] === xs[k]) rows.push([trial, mark.label || "", ...pair, ...(mark.z ? [shown(mark.z[k])] : [])]);
    }
  }
  const heads = ["trial", "what", panel.x.title || "x", panel.y.title || "y", ...(panel.z ? [panel.z.title] : [])];
  const body = rows.map((row) => element("tr", {}, ...row.map((text) => element("td", { text }))));
  const made = element("table", {}, element("caption", { text: (panel.title || "Numbers") + (left ? `, the first ${most} of ${most + left}` : "") }), element("thead", {}, element("tr", {}, ...heads.map((text) => element("th", { scope: "col", text })))), element("tbody", {}, ...body));
  const box = element("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Numbers" }, made);
  box.style.maxHeight = "320px"; box.style.overflow = "auto";
  return box;
}

const page = new Page();
page.fill(JSON.parse(document.getElementById("content").textContent));

if (document.documentElement.dataset.live) {
  const state = document.getElementById("live");
  let revision = document.documentElement.dataset.revision;
  const follow = async () => {
    try {
      const told = await (await fetch("revision" + location.search)).json();
      if (String(told.revision) !== revision) {
        const content = await (await fetch("content" + location.search)).json();
        for (const part of ["found", "about"]) document.getElementById(part).innerHTML = content[part];  // escaped by the server
        page.fill(content);
        revision = String(content.revision);
      }
      state.textContent = `Live. Looked at ${new Date().toLocaleTimeString()}.`;
    } catch (error) { state.textContent = "The dashboard has stopped; this is what it showed last."; }
    setTimeout(follow, 2000);
  };
  setTimeout(follow, 2000);
}
