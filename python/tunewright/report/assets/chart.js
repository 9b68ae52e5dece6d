// One panel on a canvas: axes, marks, what is under the pointer, keys, zoom.
class Chart {
  constructor(panel, picture, page) {
    Object.assign(this, { panel, picture, page, hidden: picture.hidden, zoom: null, focus: -1, drag: null });
    this.canvas = element("canvas", { tabindex: 0, role: "img", "aria-label": this.words() });
    this.tip = element("div", { class: "tip", hidden: true });
    this.box = element("div", { class: "panel" });
    if (panel.title && panel.title !== panel.x.title) this.box.append(element("h4", { text: panel.title }));
    this.box.append(this.canvas, this.tip);
    this.listen();
    new ResizeObserver(() => { if (this.canvas.clientWidth && this.canvas.clientWidth !== this.width) this.draw(); }).observe(this.box);
  }
  words() {
    const { panel, picture } = this, title = panel.title && panel.title !== picture.title ? `${picture.title}: ${panel.title}` : picture.title;
    return `${title}. ${picture.says} Arrow keys move from trial to trial, Enter chooses one, Escape shows all; the numbers are in the table below.`;
  }
  height() { return this.panel.marks.some((m) => m.kind === "spans") ? Math.min(120 + 22 * this.panel.y.labels.length, 620) : this.picture.panels.length > 1 ? 250 : 340; }
  marks() { return this.panel.marks.filter((mark) => !this.hidden.has(mark.label)); }
  draw() {
    const width = this.canvas.clientWidth, height = this.height(), ratio = window.devicePixelRatio || 1;
    if (!width) return;
    this.canvas.style.height = height + "px";
    this.canvas.width = Math.round(width * ratio); this.canvas.height = Math.round(height * ratio);
    const c = this.canvas.getContext("2d");
    c.setTransform(ratio, 0, 0, ratio, 0, 0);
    c.font = "12px system-ui, sans-serif";
    this.width = width; this.tall = height;
    this.paint(c);
  }
  paint(c) {
    this.lay(c);
    this.axes(c);
    c.save();
    c.beginPath(); c.rect(this.X.start - 5, this.top - 5, this.right - this.left + 10, this.bottom - this.top + 10); c.clip();
    for (const mark of this.marks()) MARKS[mark.kind](this, mark, c);
    c.restore();
    this.hits = null;
    this.choose(c);
    const cells = this.panel.marks.find((m) => m.kind === "cells");
    if (cells) colourBar(c, this.width - 66, this.top, this.bottom, cells.ends, cells.title);
    if (this.drag && this.drag.box) { c.strokeStyle = colour("ink"); c.setLineDash([3, 3]); c.strokeRect(...this.drag.box); c.setLineDash([]); }
  }
  lay(c) {
    const { x, y } = this.panel, cells = this.panel.marks.some((m) => m.kind === "cells");
    const columns = (name) => this.marks().flatMap((m) => extents(m, name));
    const xs = this.zoom ? this.zoom.x : this.exact(x, cells) || ends(x, columns("x")), ys = this.zoom ? this.zoom.y : this.exact(y, cells) || ends(y, columns("y"));
    this.tops = this.panel.marks.some((m) => m.kind === "edge" && m.side === "top") ? 16 : 0;
    this.lows = this.panel.marks.some((m) => m.kind === "edge" && m.side === "bottom") ? 16 : 0;
    this.top = 8; this.bottom = this.tall - 44; this.right = this.width - (cells ? 78 : 14);
    this.Y = new Scale(y, ys[0], ys[1], this.bottom - this.lows, this.top + this.tops);
    this.yticks = this.Y.ticks(Math.max(3, Math.min(y.labels.length ? 30 : 7, Math.floor((this.bottom - this.top) / (y.labels.length ? 15 : 40)))));
    const widest = Math.min(Math.max(...this.yticks.map(([, t]) => c.measureText(cut(t)).width), 10), this.width * 0.35);
    this.left = widest + (y.title ? 30 : 12);
    this.X = new Scale(x, xs[0], xs[1], this.left, this.right);
  }
  exact(axis, cells) { return cells && axis.low !== null && axis.high !== null ? [axis.low, axis.high] : null; }
  edge(side) { return side === "top" ? this.top + 8 : this.bottom - 8; }
  axes(c) {
    const { X, Y } = this, soft = colour("soft"), rim = colour("rim");
    c.lineWidth = 1; c.strokeStyle = rim; c.fillStyle = soft; c.textBaseline = "middle"; c.textAlign = "right";
    for (const [v, text] of this.yticks) { const y = Math.round(Y.at(v)) + 0.5; line(c, this.left, y, this.right, y, 0.5); c.fillText(cut(text), this.left - 6, y, this.width * 0.35); }
    c.textAlign = "center"; c.textBaseline = "top";
    const names = this.panel.x.labels.length, ticks = X.ticks(names ? 20 : Math.max(2, Math.floor((this.right - this.left) / 70)));
    const room = (this.right - this.left) / Math.max(ticks.length, 1);
    ticks.forEach(([v, text], k) => {
      const x = Math.round(X.at(v)) + 0.5;
      line(c, x, this.top, x, this.bottom, 0.5);
      if (names && room < 44 && k % 2) return;
      c.fillText(cut(text, Math.max(4, Math.floor(room / (names ? 6 : 4)))), x, this.bottom + 6);
    });
    c.fillText(this.panel.x.title, (this.left + this.right) / 2, this.bottom + 25, this.right - this.left + 20);
    c.strokeRect(this.left + 0.5, this.top + 0.5, this.right - this.left, this.bottom - this.top);
    if (!this.panel.y.title) return;
    c.save(); c.translate(4, (this.top + this.bottom) / 2); c.rotate(-Math.PI / 2); c.fillText(this.panel.y.title, 0, 0, this.bottom - this.top + 10); c.restore();
  }
  choose(c) {
    const chosen = this.page.chosen;
    if (chosen === null) return;
    c.strokeStyle = colour("ink"); c.lineWidth = 2;
    for (const hit of this.targets()) if (hit.trial === chosen) { c.beginPath(); c.arc(hit.x, hit.y, 8, 0, 6.3); c.stroke(); }
  }
  targets() {
    if (this.hits) return this.hits;
    const found = [], inside = (x, y) => x >= this.left - 2 && x <= this.right + 2 && y >= this.top - 2 && y <= this.bottom + 2;
    for (const mark of this.marks()) {
      if (!mark.trials) continue;
      const xs = mark.start || mark.x, at = (k) => mark.kind === "edge" ? this.edge(mark.side) : this.Y.at(mark.y[k]);
      for (let k = 0; k < xs.length; k++) {
        const x = this.X.at(mark.start ? (mark.start[k] + mark.stop[k]) / 2 : xs[k]), y = at(k);
        if (mark.trials[k] >= 0 && inside(x, y)) found.push({ x, y, trial: mark.trials[k], mark, k });
      }
    }
    found.sort((a, b) => a.x - b.x || a.y - b.y);
    return (this.hits = found);
  }
  say(hit) {
    const { mark, k } = hit, lines = [`Trial ${hit.trial}` + (mark.label ? ` · ${mark.label}` : "")];
    const value = (axis, v) => (axis.labels.length ? axis.labels[Math.round(v)] : shown(v));
    if (mark.kind === "spans") lines.push(`${shown(mark.start[k])} to ${shown(mark.stop[k])} ${this.panel.x.title.split(" ")[0]}`);
    else lines.push(`${this.panel.x.title}: ${value(this.panel.x, mark.x[k])}`);
    if (mark.kind === "points" || mark.kind === "line") lines.push(`${this.panel.y.title}: ${value(this.panel.y, mark.y[k])}` + (mark.error && mark.error[k] > 0 ? ` ± ${shown(mark.error[k], 3)}` : ""));
    return lines.join("\n");
  }
  show(hit) {
    this.tip.hidden = !hit;
    if (!hit) return;
    this.tip.textContent = this.say(hit);
    const right = hit.x > this.width / 2;
    this.tip.style.left = right ? "" : hit.x + 12 + "px"; this.tip.style.right = right ? this.width - hit.x + 12 + "px" : "";
    this.tip.style.top = this.canvas.offsetTop + Math.min(hit.y + 8, this.tall - 60) + "px";
  }
  near(x, y) {
    let best = null, least = 400;
    for (const hit of this.targets()) { const d = (hit.x - x) ** 2 + (hit.y - y) ** 2; if (d < least) { least = d; best = hit; } }
    return best;
  }
  listen() {
    const at = (e) => { const r = this.canvas.getBoundingClientRect(); return [e.clientX - r.left, e.clientY - r.top]; };
    this.canvas.addEventListener("pointerdown", (e) => { if (e.pointerType === "mouse") { this.drag = { from: at(e) }; } });
    this.canvas.addEventListener("pointermove", (e) => {
      const [x, y] = at(e);
      if (this.drag) { this.pull(x, y); return; }
      this.show(this.near(x, y));
    });
    this.canvas.addEventListener("pointerup", (e) => {
      const drag = this.drag, [x, y] = at(e); this.drag = null;
      if (drag && drag.box) { this.release(drag.box); return; }
      const hit = this.near(x, y); this.show(hit);
      if (hit) this.page.choose(hit.trial);
    });
    this.canvas.addEventListener("pointerleave", () => { this.show(null); if (this.drag) { this.drag = null; this.draw(); } });
    this.canvas.addEventListener("dblclick", () => this.reset());
    this.canvas.addEventListener("blur", () => { this.show(null); this.focus = -1; });
    this.canvas.addEventListener("keydown", (e) => this.key(e));
  }
  pull(x, y) {
    const [a, b] = this.drag.from;
    if (!this.drag.box && Math.hypot(x - a, y - b) < 6) return;
    this.drag.box = [Math.min(a, x), Math.min(b, y), Math.abs(x - a), Math.abs(y - b)];
    this.show(null); this.draw();
  }
  release([x, y, w, h]) {
    if (w > 8 && h > 8 && !this.panel.x.labels.length && !this.panel.y.labels.length) {
      const sorted = (a, b) => (a < b ? [a, b] : [b, a]);
      this.zoom = { x: sorted(this.X.back(Math.max(x, this.left)), this.X.back(Math.min(x + w, this.right))), y: sorted(this.Y.back(Math.min(y + h, this.bottom)), this.Y.back(Math.max(y, this.top))) };
    }
    this.draw();
  }
  reset() { this.zoom = null; this.show(null); this.draw(); }
  key(e) {
    const hits = this.targets(), step = { ArrowRight: 1, ArrowLeft: -1, PageDown: 10, PageUp: -10, Home: -1e9, End: 1e9 }[e.key];
    if (step && hits.length) {
      this.focus = Math.min(Math.max(this.focus < 0 ? (step > 0 ? 0 : hits.length - 1) : this.focus + step, 0), hits.length - 1);
      this.show(hits[this.focus]); this.page.announce(this.say(hits[this.focus]));
    } else if (e.key === "Enter" && hits[this.focus]) this.page.choose(hits[this.focus].trial);
    else if (e.key === "Escape") this.reset();
    else return;
    e.preventDefault();
  }
}

function extents(mark, name) {
  if (mark.kind === "rule") return mark.axis === name ? [[mark.at]] : [];
  if (mark.kind === "edge") return name === "x" ? [mark.x] : [];
  if (mark.kind === "bars") return name === "x" ? [mark.length, [0], mark.high || []] : [];
  if (mark.kind === "spans") return name === "x" ? [mark.start, mark.stop] : [mark.y];
  if (mark.kind === "band") return name === "x" ? [mark.x] : [mark.low, mark.high];
  const half = name === "x" ? mark.error_x : mark.error, column = mark[name];
  if (!half) return [column];
  return [column, Array.from(column, (v, k) => v + (half[k] || 0)), Array.from(column, (v, k) => v - (half[k] || 0))];
}
function cut(text, most = 22) { return text.length > most ? text.slice(0, most - 1) + "…" : text; }
function line(c, x0, y0, x1, y1, alpha) { c.globalAlpha = alpha; c.beginPath(); c.moveTo(x0, y0); c.lineTo(x1, y1); c.stroke(); c.globalAlpha = 1; }
function colourBar(c, x, top, bottom, [low, high], title, tint = gradient, log = false) {
  const steps = 40, each = (bottom - top) / steps;
  for (let k = 0; k < steps; k++) { c.fillStyle = tint(1 - k / (steps - 1)); c.fillRect(x, top + k * each, 12, each + 0.6); }
  c.fillStyle = colour("soft"); c.textAlign = "left"; c.textBaseline = "middle";
  for (const share of [0, 0.5, 1]) c.fillText(shown(log ? low * (high / low) ** share : low + share * (high - low), 3), x + 16, bottom - share * (bottom - top - 8) - 4);
  c.save(); c.translate(x + 58, (top + bottom) / 2); c.rotate(Math.PI / 2); c.textAlign = "center"; c.fillText(title, 0, 0, bottom - top); c.restore();
}
