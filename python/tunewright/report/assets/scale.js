// From quantities to pixels, and the ticks of an axis.
class Scale {
  constructor(axis, low, high, start, stop) {
    this.axis = axis;
    this.log = axis.scale !== "linear" && low > 0;
    this.low = low; this.high = high;
    this.start = axis.reverse ? stop : start; this.stop = axis.reverse ? start : stop;
    this.a = this.log ? Math.log(low) : low;
    this.b = this.log ? Math.log(high) : high;
  }
  at(value) {
    const v = this.log ? Math.log(value) : value;
    return this.start + ((v - this.a) / (this.b - this.a)) * (this.stop - this.start);
  }
  back(pixel) {
    const v = this.a + ((pixel - this.start) / (this.stop - this.start)) * (this.b - this.a);
    return this.log ? Math.exp(v) : v;
  }
  ticks(most) {
    const { axis, low, high } = this;
    if (axis.labels.length) {
      const step = Math.max(1, Math.ceil(axis.labels.length / most));
      return axis.labels.map((text, k) => [k, text]).filter(([k]) => k % step === 0 && k >= low && k <= high);
    }
    const values = this.log ? this.logTicks(most) : this.evenTicks(most);
    return values.filter((v) => v >= low * (1 - 1e-12) - 1e-300 && v <= high * (1 + 1e-12)).map((v) => [v, shown(v, 4)]);
  }
  evenTicks(most) {
    const { low, high, axis } = this, raw = (high - low) / Math.max(most, 1), size = 10 ** Math.floor(Math.log10(raw));
    let step = [1, 2, 5, 10].map((m) => m * size).find((s) => s >= raw) || 10 * size;
    if (axis.whole) step = Math.max(1, Math.round(step));
    const found = [];
    for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9 && found.length < 60; k++) found.push(Number((k * step).toPrecision(12)));
    return found;
  }
  logTicks(most) {
    const base = this.axis.scale === "log2" ? 2 : 10, unit = Math.log(base), first = Math.floor(this.a / unit), last = Math.ceil(this.b / unit);
    const every = Math.max(1, Math.ceil((last - first) / most)), found = [];
    for (let k = first; k <= last; k += every) {
      found.push(base ** k);
      if (base === 10 && (this.b - this.a) / unit < 2.2) found.push(2 * base ** k, 5 * base ** k);
    }
    const inside = found.filter((v) => v >= this.low && v <= this.high);
    return inside.length > 1 ? found : this.evenTicks(most);
  }
}

function ends(axis, columns) {
  let low = Infinity, high = -Infinity;
  const positive = axis.scale !== "linear";
  for (const column of columns) for (const v of column) if (Number.isFinite(v) && (!positive || v > 0)) { if (v < low) low = v; if (v > high) high = v; }
  if (axis.labels.length) return [axis.low ?? -0.6, axis.high ?? axis.labels.length - 0.4];
  const exact = [axis.low, axis.high];
  low = exact[0] ?? low; high = exact[1] ?? high;
  if (!(low <= high)) [low, high] = positive ? [0.1, 10] : [0, 1];
  if (positive) {
    const spare = low === high ? 2 : (high / low) ** 0.04;
    return [low / spare, high * spare];
  }
  const spare = low === high ? Math.abs(low) * 0.1 || 1 : (high - low) * 0.04;
  return [low - (axis.low === 0 ? 0 : spare), high + spare];
}
