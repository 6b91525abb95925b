/* The parts that all views of Målinger are made of: a row with its chart, choices, tables. */
import { axis, chart } from "./chart.js";
import { clock, moment, sameDay } from "./moments.js";
import { written } from "./observations.js";
import { h, language, say } from "./page.js";

export const RANGES = {
  "24h": ["24 t", "24 h"],
  "7d": ["7 døgn", "7 days"],
  "90d": ["90 døgn", "90 days"],
  "1y": ["1 år", "1 year"],
  "5y": ["5 år", "5 years"],
};

/** `Kl. 02:40` today, `22.11. 20:10` else. */
export const at = (date, now) => (sameDay(date, now) ? say(`Kl. ${clock(date)}`, `At ${clock(date)}`) : moment(date, now));

export const number = (value, decimals) => written(value, decimals, language);

/** Radio buttons as a row of words. `keys` are those of `words`. */
export function choice(name, legend, words, keys, chosen, change) {
  const one = (key) =>
    h("label", {}, h("input", { type: "radio", name, value: key, checked: key === chosen, onchange: () => change(key) }), h("span", {}, say(...words[key])));
  return h("fieldset", { class: name === "view" ? "ranges views" : "ranges" }, h("legend", { class: "visually-hidden" }, legend), keys.map(one));
}

/** The row of choices above the charts; `middle` stands between time span and the button for the table. */
export function toolbar(model, keys, middle = null) {
  const table = h("button", { type: "button", class: "plain", "aria-pressed": model.table ? "true" : "false", onclick: model.on.table }, say("Tabell", "Table"));
  const span = keys.length ? choice("range", say("Tidsrom", "Time span"), RANGES, keys, model.range, model.on.range) : h("span");
  return h("div", { class: "toolbar" }, span, middle, table);
}

/** What a chart says to those who do not see it; the table has every value. */
export function spoken(name, entries, unit, decimals, now) {
  const last = entries.at(-1);
  if (!last) return say(`${name}, ikke målt`, `${name}, not measured`);
  const value = `${last.sign || ""}${number(last.value, decimals)} ${unit}`.trim();
  return say(
    `${name}, ${entries.length} målinger, siste ${value}, ${at(last.at, now).toLowerCase()}`,
    `${name}, ${entries.length} measurements, latest ${value}, ${at(last.at, now).toLowerCase()}`,
  );
}

/** One measure: name and words at the left, the chart, what was last at the right. */
export function measureRow({ key, name, words, picture, last }) {
  return h(
    "div",
    { class: "measure", "data-measure": key },
    h("div", { class: "name" }, h("h2", {}, name), h("span", { class: "faint" }, words)),
    h("div", { class: "plot" }, chart(picture)),
    last,
  );
}

/** Rows and the labels of time below them. */
export function charted(rows, time, size) {
  return [
    h("div", { class: size.compact ? "measures compact" : "measures" }, rows),
    h("div", { class: "axis-row" }, h("span"), axis(time, size.plot), h("span")),
  ];
}

/** A table that scrolls by itself. `rows`: lists of cells, the first of each the row's head; a cell is text or {text, kind}. */
export function dataTable(label, heads, rows, kind = "") {
  const cell = (one) => (one && one.text !== undefined ? h("td", { class: one.kind }, one.text) : h("td", {}, one));
  const line = ([first, ...cells]) => h("tr", {}, h("th", { scope: "row" }, first), cells.map(cell));
  const head = h("tr", {}, heads.map((word) => h("th", { scope: "col" }, word)));
  return h("div", { class: `table ${kind}`.trim(), tabindex: "0", role: "region", "aria-label": label }, h("table", {}, h("thead", {}, head), h("tbody", {}, rows.map(line))));
}
