// Panels that are no plane: parallel axes, and a space of three objectives.
class ThreadsChart extends Chart {
  constructor(panel, picture, page) { super(panel, picture, page); this.threads = panel.marks[0]; this.brush = new Map(); }
  words() { return `${this.picture.title}. ${this.picture.says} Drag along an axis to keep the trials that cross it there; Escape shows all.`; }
  height() { return 380; }
  paint(c) {
    const t = this.threads, a = t.names.length, low = Math.min(...t.heights.filter(Number.isFinite), 0);
    this.left = 40; this.right = this.width - 132; this.top = 44; this.bottom = this.tall - 16;
    this.at = (j) => this.left + (a > 1 ? (j / (a - 1)) * (this.right - this.left) : 0);
    this.up = (h) => this.bottom - ((h - low) / (1 - low)) * (this.bottom - this.top);
    this.down = (y) => low + ((this.bottom - y) / (this.bottom - this.top)) * (1 - low);
    const [dim, bright] = [[], []];
    for (let k = 0; k < t.trials.length; k++) (this.kept(k) ? bright : dim).push(k);
    c.lineWidth = 1; c.globalAlpha = 0.12; c.strokeStyle = colour("grey");
    for (const k of dim) this.thread(c, k);
    c.globalAlpha = Math.max(0.3, Math.min(0.9, 120 / Math.max(bright.length, 1)));
    for (const k of bright) { c.strokeStyle = this.tint(this.share(k)); this.thread(c, k); }
    c.globalAlpha = 1;
    const chosen = t.trials.indexOf(this.page.chosen ?? -1);
    if (chosen >= 0) { c.strokeStyle = colour("vermillion"); c.lineWidth = 3; this.thread(c, chosen); }
    this.rails(c);
    colourBar(c, this.width - 66, this.top, this.bottom, this.threads.ends, this.threads.shade_title, (s) => this.tint(s), this.threads.ends[0] > 0 && this.threads.ends[1] / this.threads.ends[0] > 50);
    this.hits = null;
  }
  tint(share) {  // the best stand out from the page, be it light or dark
    const worse = this.threads.larger_better ? 1 - share : share;
    return darkly() ? gradient(1 - 0.8 * worse) : gradient(0.85 * worse);
  }
  share(k) {
    const [low, high] = this.threads.ends, v = this.threads.shade[k];
    if (low > 0 && high / low > 50) return Math.log(v / low) / Math.log(high / low);
    return (v - low) / (high - low || 1);
  }
  kept(k) { for (const [j, [low, high]] of this.brush) { const h = this.threads.heights[k * this.threads.names.length + j]; if (!(h >= low && h <= high)) return false; } return true; }
  thread(c, k) {
    const { heights, names } = this.threads, a = names.length;
    c.beginPath();
    for (let j = 0; j < a; j++) { const y = this.up(heights[k * a + j]); if (j) c.lineTo(this.at(j), y); else c.moveTo(this.at(j), y); }
    c.stroke();
  }
  rails(c) {
    const t = this.threads, room = (this.right - this.left) / Math.max(t.names.length - 1, 1);
    c.textBaseline = "middle";
    t.names.forEach((name, j) => {
      const x = this.at(j);
      c.strokeStyle = colour("ink"); c.lineWidth = 1.2; c.globalAlpha = 1;
      c.beginPath(); c.moveTo(x, this.up(0)); c.lineTo(x, this.up(1)); c.stroke();
      const held = this.brush.get(j);
      if (held) { c.fillStyle = colour("link"); c.globalAlpha = 0.45; c.fillRect(x - 6, this.up(held[1]), 12, this.up(held[0]) - this.up(held[1])); c.globalAlpha = 1; }
      c.fillStyle = colour("text"); c.textAlign = "center"; c.font = "600 12px system-ui, sans-serif";
      c.fillText(cut(name, Math.max(5, Math.floor(room / 6.5))), x, j % 2 && room < 80 ? this.top - 30 : this.top - 14);
      c.font = "11px system-ui, sans-serif"; c.textAlign = "left"; c.fillStyle = colour("soft");
      t.ticks[j].forEach(([h, text]) => {
        const label = cut(text, Math.max(4, Math.floor(room / 7)));
        c.fillStyle = colour("card"); c.globalAlpha = 0.75; c.fillRect(x + 3, this.up(h) - 7, c.measureText(label).width + 4, 14); c.globalAlpha = 1;
        c.fillStyle = colour("soft"); c.fillText(label, x + 5, this.up(h));
      });
    });
    c.font = "12px system-ui, sans-serif";
  }
  axis(x) { const a = this.threads.names.length; return Math.min(Math.max(Math.round(((x - this.left) / (this.right - this.left || 1)) * (a - 1)), 0), a - 1); }
  targets() {
    if (this.hits) return this.hits;
    const t = this.threads, a = t.names.length, found = [];
    for (let k = t.trials.length - 1; k >= 0; k--) if (this.kept(k)) for (let j = 0; j < a; j++) found.push({ x: this.at(j), y: this.up(t.heights[k * a + j]), trial: t.trials[k], k });
    return (this.hits = found);
  }
  choose() {}
  say(hit) { return `Trial ${hit.trial}\n${this.threads.shade_title}: ${shown(this.threads.shade[hit.k])}`; }
  pull(x, y) {
    const [a, b] = this.drag.from;
    if (!this.drag.box && Math.abs(y - b) < 6) return;
    this.drag.box = [a, b, 0, 0];
    const j = this.axis(a), span = [this.down(b), this.down(y)].sort((p, q) => p - q);
    this.brush.set(j, span); this.draw();
  }
  release() { const kept = this.threads.trials.filter((_, k) => this.kept(k)).length; this.page.announce(`${kept} trials are within.`); this.draw(); }
  reset() { this.brush.clear(); this.show(null); this.draw(); }
}

class SpaceChart extends Chart {
  constructor(panel, picture, page) { super(panel, picture, page); this.turn = 0.7; this.tilt = 0.45; }
  words() { return `${this.picture.title}. ${this.picture.says} Drag, or use the arrow keys, to turn it; the numbers are in the table below.`; }
  height() { return 420; }
  paint(c) {
    const axes = [this.panel.x, this.panel.y, this.panel.z], points = this.marks();
    this.scales = axes.map((axis, k) => new Scale(axis, ...ends(axis, points.map((m) => m["xyz"[k]])), -1, 1));
    this.left = 0; this.right = this.width; this.top = 0; this.bottom = this.tall;
    const flat = (p) => this.flat(p), soft = colour("soft");
    c.strokeStyle = colour("rim"); c.lineWidth = 1;
    for (let k = 0; k < 3; k++) for (const [u, v] of [[-1, -1], [-1, 1], [1, -1], [1, 1]]) {
      const from = [u, u, u], to = [u, u, u], others = [0, 1, 2].filter((o) => o !== k);
      [from, to].forEach((p, i) => { p[k] = i ? 1 : -1; p[others[0]] = u; p[others[1]] = v; });
      const a = flat(from), b = flat(to); line(c, a[0], a[1], b[0], b[1], 0.8);
    }
    c.fillStyle = soft; c.textAlign = "center"; c.textBaseline = "middle";
    axes.forEach((axis, k) => {
      const at = (t) => { const p = [-1.12, -1.12, -1.12]; if (k === 2) { p[0] = 1.12; p[2] = 0; } if (k === 0) p[1] = -1.12; if (k === 1) p[0] = -1.12; p[k] = t; return flat(p); };
      for (const [v, text] of this.scales[k].ticks(4)) { const [x, y] = at(this.scales[k].at(v)); c.fillText(text, x, y); }
      const p = [-1.35, -1.35, -1.35]; if (k === 2) p[0] = 1.35; p[k] = 0; const [x, y] = flat(p);
      const half = c.measureText(axis.title).width / 2;
      c.fillText(axis.title, Math.min(Math.max(x, half + 4), this.width - half - 4), Math.min(y, this.tall - 8));
    });
    const all = this.targets().slice().sort((a, b) => a.depth - b.depth);
    for (const hit of all) { c.fillStyle = colour(hit.mark.colour); c.globalAlpha = hit.mark.opacity; symbol(c, hit.mark.symbol, hit.x, hit.y, hit.mark.size / 1.5); }
    c.globalAlpha = 1;
    this.choose(c);
  }
  flat([x, y, z]) {
    const s = Math.sin(this.turn), k = Math.cos(this.turn), u = x * k - y * s, v = x * s + y * k, w = z * Math.cos(this.tilt) - v * Math.sin(this.tilt), size = Math.min(this.width, this.tall) * 0.27;
    return [this.width / 2 + u * size, this.tall / 2 - w * size, z * Math.sin(this.tilt) - v * Math.cos(this.tilt)];
  }
  targets() {
    return this.marks().flatMap((mark) => Array.from(mark.x, (_, k) => {
      const [x, y, depth] = this.flat([this.scales[0].at(mark.x[k]), this.scales[1].at(mark.y[k]), this.scales[2].at(mark.z[k])]);
      return { x, y, depth, trial: mark.trials[k], mark, k };
    }));
  }
  say({ trial, mark, k }) { return [`Trial ${trial} · ${mark.label}`, ...[this.panel.x, this.panel.y, this.panel.z].map((axis, i) => `${axis.title}: ${shown(mark["xyz"[i]][k])}`)].join("\n"); }
  pull(x, y) {
    const [a, b] = this.drag.from;
    if (Math.hypot(x - a, y - b) < 2) return;
    this.turn += (x - a) / 150; this.tilt = Math.min(Math.max(this.tilt + (y - b) / 150, -1.4), 1.4);
    this.drag = { from: [x, y], box: [0, 0, 0, 0] }; this.show(null); this.draw();
  }
  release() { this.draw(); }
  key(e) {
    const step = { ArrowLeft: [-0.15, 0], ArrowRight: [0.15, 0], ArrowUp: [0, -0.12], ArrowDown: [0, 0.12] }[e.key];
    if (!step) return;
    this.turn += step[0]; this.tilt = Math.min(Math.max(this.tilt + step[1], -1.4), 1.4); this.draw(); e.preventDefault();
  }
}
