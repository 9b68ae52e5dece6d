// A table of trials: sorted by any column, filtered by words, a page at a time.
class Trials {
  constructor(table, store, page) {
    Object.assign(this, { page, columns: table.columns.map((column) => new Column(column, store)), size: 50, at: 0, by: 0, up: true, words: "" });
    this.order = Array.from({ length: table.rows }, (_, k) => k);
    this.rows = table.rows;
    this.body = element("tbody");
    this.heads = this.columns.map((column, j) => element("th", { scope: "col", class: column.number ? "num" : "" }, element("button", { type: "button", text: column.name, onclick: () => this.sort(j) })));
    this.told = element("span", { class: "soft", role: "status" });
    this.back = element("button", { type: "button", text: "← previous", onclick: () => this.move(-1) });
    this.next = element("button", { type: "button", text: "next →", onclick: () => this.move(1) });
    const filter = element("input", { type: "search", placeholder: "filter, e.g. pruned adam", "aria-label": "Filter trials by words", oninput: () => { this.words = filter.value.toLowerCase(); this.at = 0; this.arrange(); } });
    const table_ = element("table", {}, element("caption", { text: "All trials. Choose a heading to sort, a row to see the trial in every picture." }), element("thead", {}, element("tr", {}, ...this.heads)), this.body);
    this.box = element("div", {}, element("div", { class: "tools" }, filter, this.back, this.next, this.told), element("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Table of all trials" }, table_));
    this.arrange();
  }
  sort(j) { this.up = this.by === j ? !this.up : true; this.by = j; this.at = 0; this.arrange(); }
  move(step) { this.at = Math.min(Math.max(this.at + step * this.size, 0), Math.max(this.order.length - 1, 0)); this.fill(); }
  arrange() {
    const words = this.words.split(/\s+/).filter(Boolean), column = this.columns[this.by];
    this.order = [];
    for (let k = 0; k < this.rows; k++) if (!words.length || words.every((word) => this.columns.some((c) => c.text(k).toLowerCase().includes(word)))) this.order.push(k);
    const sign = this.up ? 1 : -1;
    this.order.sort((a, b) => {
      const [p, q] = [column.key(a), column.key(b)], none = [p, q].map((v) => v === null || v !== v);
      if (none[0] || none[1]) return none[0] - none[1] || a - b;  // what is missing comes last either way
      return (p < q ? -sign : p > q ? sign : 0) || a - b;
    });
    this.heads.forEach((head, j) => head.setAttribute("aria-sort", j === this.by ? (this.up ? "ascending" : "descending") : "none"));
    this.heads.forEach((head, j) => { head.firstChild.textContent = this.columns[j].name + (j === this.by ? (this.up ? " ▲" : " ▼") : ""); });
    this.fill();
  }
  fill() {
    const from = this.order.length ? Math.floor(this.at / this.size) * this.size : 0, part = this.order.slice(from, from + this.size);
    this.at = from;
    this.body.replaceChildren(...part.map((k) => this.row(k)));
    this.told.textContent = this.order.length ? `${(from + 1).toLocaleString("en")}–${(from + part.length).toLocaleString("en")} of ${this.order.length.toLocaleString("en")} trials` : "no trial has these words";
    this.back.disabled = from === 0; this.next.disabled = from + this.size >= this.order.length;
  }
  row(k) {
    const cells = this.columns.map((column) => element("td", { class: column.number ? "num" : column.long ? "long" : "", text: column.text(k) }));
    const go = () => this.page.choose(k);
    return element("tr", { tabindex: 0, class: k === this.page.chosen ? "selected" : "", onclick: go, onkeydown: (e) => { if (e.key === "Enter") go(); } }, ...cells);
  }
  details(k) { return this.columns.map((column) => [column.name, column.text(k)]).filter(([, text]) => text); }
}

class Column {
  constructor({ name, values, labels, number, long, told }, store) { Object.assign(this, { name, labels, number, long }); this.values = store.get(values); this.texts = told || null; }
  key(k) {
    if (this.texts) return this.texts[k] || null;
    const v = this.values[k];
    return this.labels && !this.number ? (v < 0 ? null : this.labels[v]) : v;
  }
  text(k) {
    if (this.texts) return this.texts[k] || "";
    const v = this.values[k];
    if (this.labels) return v >= 0 ? this.labels[v] : "";
    return v !== v ? "" : shown(v, 6);
  }
}
