// How each kind of mark is drawn on a chart: a function of the chart, the mark and the canvas.
const MARKS = {
  points(chart, mark, c) {
    const { x, y, error, error_x: across } = mark, X = chart.X, Y = chart.Y, size = mark.size / 1.5, ink = colour(mark.colour);
    c.globalAlpha = mark.opacity * 0.5; c.strokeStyle = ink; c.lineWidth = 1;
    c.beginPath();
    for (let k = 0; k < x.length; k++) {
      if (error && error[k] > 0) { c.moveTo(X.at(x[k]), Y.at(y[k] - error[k]) || 0); c.lineTo(X.at(x[k]), Y.at(y[k] + error[k])); }
      if (across && across[k] > 0) { c.moveTo(X.at(x[k] - across[k]), Y.at(y[k])); c.lineTo(X.at(x[k] + across[k]), Y.at(y[k])); }
    }
    c.stroke();
    c.globalAlpha = mark.opacity; c.fillStyle = ink;
    for (let k = 0; k < x.length; k++) symbol(c, mark.symbol, X.at(x[k]), Y.at(y[k]), size);
    c.globalAlpha = 1;
  },
  line(chart, mark, c) {
    c.globalAlpha = mark.opacity; c.strokeStyle = colour(mark.colour); c.lineWidth = mark.width; c.setLineDash(mark.dashed ? [6, 4] : []);
    c.beginPath();
    trace(c, mark.x, mark.y, chart.X, chart.Y, mark.step);
    c.stroke(); c.setLineDash([]); c.globalAlpha = 1;
  },
  band(chart, mark, c) {
    const { X, Y } = chart, { x, low, high, step } = mark;
    c.globalAlpha = 0.2; c.fillStyle = colour(mark.colour);
    c.beginPath();
    for (let k = 0; k + 1 < x.length; k++) {
      if (![low[k], high[k], low[k + 1], high[k + 1]].every(Number.isFinite)) continue;
      const j = step ? k : k + 1;
      c.moveTo(X.at(x[k]), Y.at(low[k])); c.lineTo(X.at(x[k + 1]), Y.at(low[j])); c.lineTo(X.at(x[k + 1]), Y.at(high[j])); c.lineTo(X.at(x[k]), Y.at(high[k])); c.closePath();
    }
    c.fill(); c.globalAlpha = 1;
  },
  bars(chart, mark, c) {
    const { X, Y } = chart, half = Math.abs(Y.at(0.31) - Y.at(0)), zero = X.at(0);
    c.fillStyle = colour(mark.colour);
    for (let k = 0; k < mark.length.length; k++) c.fillRect(Math.min(zero, X.at(mark.length[k])), Y.at(k) - half, Math.abs(X.at(mark.length[k]) - zero), 2 * half);
    if (!mark.low || !mark.high) return;
    c.strokeStyle = colour("ink"); c.lineWidth = 1.4; c.beginPath();
    for (let k = 0; k < mark.length.length; k++) if (Number.isFinite(mark.low[k])) { c.moveTo(X.at(mark.low[k]), Y.at(k)); c.lineTo(X.at(mark.high[k]), Y.at(k)); }
    c.stroke();
  },
  spans(chart, mark, c) {
    const { X, Y } = chart, half = Math.abs(Y.at(0.4) - Y.at(0));
    c.fillStyle = colour(mark.colour);
    for (let k = 0; k < mark.start.length; k++) c.fillRect(X.at(mark.start[k]), Y.at(mark.y[k]) - half, Math.max(X.at(mark.stop[k]) - X.at(mark.start[k]) - 0.5, 0.8), 2 * half);
  },
  cells(chart, mark, c) {
    const { X, Y } = chart, p = mark.x.length, q = mark.y.length, [low, high] = mark.ends;
    const edges = (values, scale, from, to) => Array.from({ length: values.length + 1 }, (_, k) =>
      k === 0 ? from : k === values.length ? to : (scale.at(values[k - 1]) + scale.at(values[k])) / 2);
    const across = edges(mark.x, X, X.start, X.stop), up = edges(mark.y, Y, Y.start, Y.stop);
    for (let j = 0; j < q; j++) for (let i = 0; i < p; i++) {
      c.fillStyle = gradient((mark.values[j * p + i] - low) / (high - low || 1));
      c.fillRect(across[i] - 0.3, up[j + 1] - 0.3, across[i + 1] - across[i] + 0.6, up[j] - up[j + 1] + 0.6);
    }
  },
  edge(chart, mark, c) {
    const y = chart.edge(mark.side);
    c.fillStyle = c.strokeStyle = colour(mark.colour);
    for (const x of mark.x) symbol(c, mark.symbol, chart.X.at(x), y, 4.5);
  },
  rule(chart, mark, c) {
    const { X, Y } = chart;
    c.strokeStyle = colour("grey"); c.lineWidth = 1; c.setLineDash([2, 3]); c.beginPath();
    if (mark.axis === "x") { c.moveTo(X.at(mark.at), Y.start); c.lineTo(X.at(mark.at), Y.stop); }
    else { c.moveTo(X.start, Y.at(mark.at)); c.lineTo(X.stop, Y.at(mark.at)); }
    c.stroke(); c.setLineDash([]);
  },
};

function symbol(c, kind, x, y, r) {
  if (!Number.isFinite(x) || !Number.isFinite(y)) return;
  c.beginPath();
  if (kind === "cross") { c.strokeStyle = c.fillStyle; c.lineWidth = 1.6; c.moveTo(x - r, y - r); c.lineTo(x + r, y + r); c.moveTo(x - r, y + r); c.lineTo(x + r, y - r); c.stroke(); return; }
  if (kind === "ring") { c.strokeStyle = c.fillStyle; c.lineWidth = 1.2; c.arc(x, y, r, 0, 6.3); c.stroke(); return; }
  if (kind === "diamond") { c.moveTo(x, y - 1.3 * r); c.lineTo(x + 1.3 * r, y); c.lineTo(x, y + 1.3 * r); c.lineTo(x - 1.3 * r, y); }
  else if (kind === "up") { c.moveTo(x, y - 1.2 * r); c.lineTo(x + 1.2 * r, y + r); c.lineTo(x - 1.2 * r, y + r); }
  else if (kind === "star") { for (let k = 0; k < 10; k++) { const s = k % 2 ? 0.45 * r : 1.1 * r, t = (Math.PI * k) / 5; c.lineTo(x + s * Math.sin(t), y - s * Math.cos(t)); } }
  else c.arc(x, y, r, 0, 6.3);
  c.closePath(); c.fill();
}

function trace(c, x, y, X, Y, step) {
  let open = false;
  for (let k = 0; k < x.length; k++) {
    const px = X.at(x[k]), py = Y.at(y[k]);
    if (!Number.isFinite(px) || !Number.isFinite(py)) { open = false; continue; }
    if (!open) { c.moveTo(px, py); open = true; continue; }
    if (step) c.lineTo(px, Y.at(y[k - 1]));
    c.lineTo(px, py);
  }
}
