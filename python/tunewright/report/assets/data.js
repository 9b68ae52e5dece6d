"use strict";
// Arrays of the document, and numbers for people.
const KINDS = { f: Float32Array, d: Float64Array, i: Int32Array };

class Store {
  constructor(packed) { this.packed = packed; this.open = new Map(); }
  get(key) {
    if (key === null || key === undefined) return null;
    if (!this.open.has(key)) {
      const { k, b } = this.packed[key], text = atob(b), bytes = new Uint8Array(text.length);
      for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
      this.open.set(key, new KINDS[k](bytes.buffer));
    }
    return this.open.get(key);
  }
}

function shown(value, digits = 5) {
  if (value === null || value === undefined) return "";
  if (typeof value !== "number") return String(value);
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (value === 0) return "0";
  const size = Math.abs(value);
  const text = size >= 1e6 || size < 1e-4 ? value.toExponential(Math.max(digits - 2, 1)) : String(Number(value.toPrecision(digits)));
  return text.replace(/\.?0+e/, "e").replace("e+", "e");
}

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "text") made.textContent = value;
    else if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}

function colour(name) { return getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim() || "#888"; }

function darkly() {
  const asked = document.documentElement.dataset.theme;
  return asked ? asked === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

function gradient(share) {
  const stops = CIVIDIS, at = Math.min(Math.max(share, 0), 1) * (stops.length - 1), k = Math.min(Math.floor(at), stops.length - 2), t = at - k;
  const part = (text, i) => parseInt(text.slice(1 + 2 * i, 3 + 2 * i), 16);
  const mixed = [0, 1, 2].map((i) => Math.round(part(stops[k], i) * (1 - t) + part(stops[k + 1], i) * t));
  return `rgb(${mixed.join(",")})`;
}
