/* The page of Målinger, drawn from what was read. */
import { axis, chart } from "./chart.js";
import { clock, moment, sameDay, span } from "./moments.js";
import { NORMAL, NORMAL_SPO2_SCALE_2, PARTS, currentScore, hoursToNext, points, scaleOf, score } from "./news2.js";
import { setsOf, weightChange, written } from "./observations.js";
import { button, h, language, say, tag } from "./page.js";
import { timeWindow } from "./scale.js";

export const ADULT_YEARS = 16;
const FRESH_HOURS = 24;
const HOUR = 3600000;

export const MEASURES = [
  { name: "temp", word: ["Temp", "Temp"], unit: "°C", decimals: 1, normal: ["36,1–38,0 °C", "36.1–38.0 °C"] },
  { name: "pulse", word: ["Puls", "Pulse"], unit: "/min", decimals: 0, normal: ["51–90 /min", "51–90 /min"] },
  { name: "resp", word: ["Resp.", "Resp."], unit: "/min", decimals: 0, normal: ["12–20 /min", "12–20 /min"] },
  { name: "spo2", word: ["SpO₂", "SpO₂"], unit: "%", decimals: 0, normal: ["96–100 %", "96–100 %"] },
  { name: "systolic", word: ["Syst. BT", "Syst. BP"], unit: "mmHg", decimals: 0, normal: ["111–219", "111–219"] },
  { name: "weight", word: ["Vekt", "Weight"], unit: "kg", decimals: 1, normal: ["", ""] },
];
const PART_WORDS = {
  resp: ["respirasjon", "respiration"],
  spo2: ["SpO₂", "SpO₂"],
  oxygen: ["luft eller oksygen", "air or oxygen"],
  systolic: ["blodtrykk", "blood pressure"],
  pulse: ["puls", "pulse"],
  consciousness: ["bevissthet", "consciousness"],
  temp: ["temperatur", "temperature"],
};
const CONSCIOUS_WORDS = {
  A: ["Våken", "Alert"],
  C: ["Ny forvirring", "New confusion"],
  V: ["Svarer på tale", "Responds to voice"],
  P: ["Svarer på smerte", "Responds to pain"],
  U: ["Ikke kontakt", "Unresponsive"],
};
const LEVELS = {
  low: ["lav risiko", "low risk"],
  single: ["én verdi gir 3 poeng", "one value scores 3"],
  medium: ["økt risiko", "medium risk"],
  high: ["høy risiko", "high risk"],
};
export const RANGES = [
  ["24h", ["24 t", "24 h"]],
  ["7d", ["7 døgn", "7 days"]],
  ["90d", ["90 døgn", "90 days"]],
];

const pointsWord = (count) => `${count} ${count === 1 ? say("poeng", "point") : say("poeng", "points")}`;
const at = (date, now) => (sameDay(date, now) ? say(`Kl. ${clock(date)}`, `At ${clock(date)}`) : moment(date, now));
const isAdult = (model) => (model.age ?? 99) >= ADULT_YEARS;

/** The score to show, or null: none for children, none without a vital sign. */
export function latestScore(model) {
  return isAdult(model) ? currentScore(setsOf(model.series)) : null;
}

function due(news, now) {
  const hours = hoursToNext(news.level);
  if (hours === null || now - news.set.at > FRESH_HOURS * HOUR) return {};
  if (hours === 0) return { text: say("Overvåk hele tiden, og varsle lege", "Watch continuously and call a doctor") };
  const limit = new Date(news.set.at.getTime() + hours * HOUR);
  const text = say(`Mål på nytt innen ${clock(limit)}`, `Measure again by ${clock(limit)}`);
  return now > limit ? { text, late: say(`Forfalt ${span(now - limit)}`, `Overdue ${span(now - limit, "en")}`) } : { text };
}

function scoreHead(model, news) {
  const { now } = model;
  const { text, late } = due(news, now);
  const missing = news.missing.map((name) => say(...PART_WORDS[name])).join(", ");
  const least = news.complete ? "" : say("minst ", "at least ");
  const title = `NEWS2: ${least}${news.complete ? "" : `${news.total}, `}${say(...LEVELS[news.level])}`;
  const when = [at(news.set.at, now), text, missing && say(`Mangler: ${missing}`, `Missing: ${missing}`), news.newer && say(`Nyere enkeltmåling ${at(news.newer.at, now).toLowerCase()}`, `Newer single measurement ${at(news.newer.at, now).toLowerCase()}`)].filter(Boolean).join(". ");
  const more = button(say("Vis poeng", "Show points"), {
    class: "plain",
    "aria-expanded": model.explained ? "true" : "false",
    "aria-controls": "explained",
    onclick: model.on.explain,
  });
  const tone = { low: "", single: "warn", medium: "danger", high: "danger" }[news.level];
  return h(
    "header",
    { class: "score" },
    h("span", { class: `total ${tone}`, "data-total": news.total, "aria-hidden": "true" }, news.complete ? String(news.total) : `${news.total}+`),
    h("div", { class: "words" }, h("h1", {}, title, h("span", { class: "visually-hidden" }, news.complete ? `, ${pointsWord(news.total)}` : "")), h("p", {}, when)),
    late ? tag("danger", "overdue", late) : null,
    more,
  );
}

function partValue(name, set) {
  const value = set[name];
  if (name === "oxygen" && value === undefined) return say("luft", "air");
  if (value === undefined) return say("ikke målt", "not measured");
  if (name === "consciousness") return say(...CONSCIOUS_WORDS[value]);
  if (name === "oxygen") return value ? `${written(value, value % 1 ? 1 : 0, language)} l/min` : say("luft", "air");
  const measure = MEASURES.find((row) => row.name === name);
  return `${written(value, measure.decimals, language)} ${measure.unit}`;
}

function notes(news) {
  const recorded = news.set.news2;
  return [
    news.scale === 2
      ? say("SpO₂ er regnet etter skala 2 (mål 88–92 %), som i journalen.", "SpO₂ by scale 2 (aim 88–92 %), as in the record.")
      : say("SpO₂ er regnet etter skala 1.", "SpO₂ by scale 1."),
    recorded !== undefined && news.complete && recorded !== news.total
      ? say(`I journalen står NEWS2 ${recorded}.`, `The record says NEWS2 ${recorded}.`)
      : "",
    say("Poengene erstatter ikke din egen vurdering.", "The points do not replace your own judgement."),
  ].filter(Boolean).join(" ");
}

function explanation(news) {
  const cell = (name) => {
    const count = news.parts[name];
    return h(
      "li",
      {},
      h("span", { class: "what" }, say(...PART_WORDS[name])),
      h("span", {}, partValue(name, news.set)),
      h("strong", { class: count > 1 ? "bad" : count ? "off" : "" }, count === null ? "–" : pointsWord(count)),
    );
  };
  return h(
    "section",
    { id: "explained", class: "explained", "aria-label": say("Slik er poengene regnet ut", "How the points add up") },
    h("ul", {}, PARTS.map(cell)),
    h("p", {}, notes(news)),
  );
}

function plainHead(model) {
  const child = !isAdult(model);
  const note = child ? say("NEWS2 gjelder ikke barn under 16 år.", "NEWS2 is not for children under 16.") : "";
  return h("header", { class: "score" }, h("div", { class: "words" }, h("h1", {}, say("Siste målinger", "Latest measurements")), note ? h("p", {}, note) : null));
}

function bar(model, drawn) {
  const choice = RANGES.map(([key, word]) =>
    h("label", {}, h("input", { type: "radio", name: "range", value: key, checked: key === model.range, onchange: () => model.on.range(key) }), h("span", {}, say(...word))),
  );
  const table = h("button", { type: "button", class: "plain", "aria-pressed": model.table ? "true" : "false", onclick: model.on.table }, say("Tabell", "Table"));
  const caption = drawn && isAdult(model) ? h("p", { class: "caption" }, say("Grått felt: 0 poeng", "Grey: 0 points")) : null;
  return h("div", { class: "toolbar" }, h("fieldset", { class: "ranges" }, h("legend", { class: "visually-hidden" }, say("Tidsrom", "Time span")), choice), caption, table);
}

function lastValue(measure, entry, common, now) {
  if (!entry) return h("div", { class: "last" }, h("span", { class: "faint" }, say("Ikke målt", "Not measured")));
  const elsewhere = common && Math.abs(entry.at - common) > HOUR ? h("span", { class: "faint" }, at(entry.at, now)) : null;
  const mark = entry.points === undefined || entry.points === null ? null : entry.points
    ? h("span", { class: entry.points > 1 ? "bad" : "off" }, "▲ ", pointsWord(entry.points))
    : h("span", { class: "faint" }, pointsWord(0));
  return h("div", { class: "last" }, h("span", { class: "value" }, written(entry.value, measure.decimals, language)), mark, elsewhere);
}

/** The entries of a measure with their points, and the band without points. */
function scored(model, measure, news, sets) {
  const entries = model.series[measure.name] || [];
  if (!isAdult(model) || !NORMAL[measure.name]) return { entries, name: measure.name, normal: null };
  const scale = news ? news.scale : 1;
  const special = measure.name === "spo2" && scale === 2;
  const withOxygen = (at) => Boolean((sets.find((set) => at <= set.at && set.at - at <= HOUR) || {}).oxygen);
  return {
    entries: entries.map((entry) => ({ ...entry, points: points(measure.name, entry.value, { scale, oxygen: special && withOxygen(entry.at) }) })),
    name: special ? "spo2Scale2" : measure.name,
    normal: special ? NORMAL_SPO2_SCALE_2 : NORMAL[measure.name],
    words: special ? "88–92 %" : say(...measure.normal),
  };
}

function charts(model, news, size) {
  const { now, range } = model;
  const time = timeWindow(range, now, language);
  const common = news ? news.set.at : null;
  const sets = setsOf(model.series);
  const shown = MEASURES.filter(({ name }) => (name === "weight" ? range === "90d" : true) && (model.series[name] || []).length);
  const rows = shown.map((measure) => {
    const { entries, name: kind, normal, words } = scored(model, measure, news, sets);
    const name = say(...measure.word);
    const label = say(`${name}, ${entries.length} målinger`, `${name}, ${entries.length} measurements`);
    return h(
      "div",
      { class: "measure", "data-measure": measure.name },
      h("div", { class: "name" }, h("h2", {}, name), h("span", { class: "faint" }, words || measure.unit)),
      h("div", { class: "plot" }, chart({ name: kind, entries, normal, time, width: size.plot, height: size.row(shown.length), label })),
      lastValue(measure, entries.at(-1), common, now),
    );
  });
  return [
    h("div", { class: size.compact ? "measures compact" : "measures" }, rows),
    h("div", { class: "axis-row" }, h("span"), axis(time, size.plot), h("span")),
  ];
}

function list(model, news) {
  const rows = [];
  const sets = setsOf(model.series);
  for (const measure of [...MEASURES, { name: "height", word: ["Høyde", "Height"], unit: "cm", decimals: 0 }]) {
    const entry = scored(model, measure, news, sets).entries.at(-1);
    if (!entry) continue;
    const mark = entry.points ? h("span", { class: entry.points > 1 ? "bad" : "off" }, "▲ ", pointsWord(entry.points)) : null;
    const pressure = measure.name === "systolic" && (model.series.diastolic || []).find(({ id }) => id === entry.id);
    const value = pressure ? `${written(entry.value, 0)}/${written(pressure.value, 0)}` : written(entry.value, measure.decimals, language);
    const word = measure.name === "systolic" ? say("Blodtrykk", "Blood pressure") : say(...measure.word);
    rows.push(h("li", { "data-measure": measure.name }, h("span", { class: "what" }, word), h("span", {}, h("span", { class: "value" }, value), " ", h("span", { class: "faint" }, measure.unit), mark ? [" ", mark] : null), h("span", { class: "faint when" }, moment(entry.at, model.now))));
  }
  return h("ul", { class: "latest" }, rows);
}

function table(model) {
  const time = timeWindow(model.range, model.now, language);
  const columns = MEASURES.filter(({ name }) => name !== "weight" && model.series[name]);
  const all = setsOf(model.series);
  const scale = scaleOf(all);
  const sets = all.filter((set) => set.at >= time.from).reverse();
  const head = h("tr", {}, h("th", { scope: "col" }, say("Tid", "Time")), columns.map((measure) => h("th", { scope: "col" }, say(...measure.word))), h("th", { scope: "col" }, "NEWS2"));
  const rows = sets.map((set) => {
    const sum = score(set, scale);
    const cells = columns.map((measure) => {
      const count = sum.parts[measure.name];
      return h("td", { class: count > 1 ? "bad" : count ? "off" : "" }, set[measure.name] === undefined ? "–" : written(set[measure.name], measure.decimals, language));
    });
    return h("tr", {}, h("th", { scope: "row" }, moment(set.at, model.now)), cells, h("td", {}, isAdult(model) ? `${sum.total}${sum.complete ? "" : "+"}` : "–"));
  });
  return h("div", { class: "table", tabindex: "0", role: "region", "aria-label": say("Alle målinger i tidsrommet", "All measurements of the time span") }, h("table", {}, h("thead", {}, head), h("tbody", {}, rows)));
}

function weightFoot(model) {
  const weights = model.series.weight || [];
  const last = weights.at(-1);
  if (!last) return null;
  const change = weightChange(weights, model.now);
  const decimals = 1;
  const sign = change && change.kilos > 0 ? "+" : "";
  const span90 = change ? say(`${sign}${written(change.kilos, decimals, language)} kg på 90 døgn`, `${sign}${written(change.kilos, decimals, language)} kg in 90 days`) : "";
  const lost = change && change.percent <= -5 ? tag("warn", "warn", say(`Vekttap ${written(-change.percent, 0, language)} %`, `Weight loss ${written(-change.percent, 0, language)}%`)) : null;
  return h(
    "footer",
    { class: "weight", "data-measure": "weight" },
    h("h2", {}, say("Vekt", "Weight")),
    h("strong", {}, `${written(last.value, decimals, language)} kg`),
    h("span", { class: "faint" }, [moment(last.at, model.now), span90].filter(Boolean).join(" · ")),
    lost,
  );
}

/** Whether enough lies within the range to draw lines rather than a list. */
function enough(model) {
  const { from } = timeWindow(model.range, model.now, language);
  return MEASURES.some(({ name }) => (model.series[name] || []).filter((entry) => entry.at >= from).length >= 3);
}

/** Everything below the strips, for the size of the window. */
export function content(model, size) {
  const news = latestScore(model);
  const drawn = !model.table && enough(model);
  const vital = MEASURES.some(({ name }) => name !== "weight" && model.series[name]);
  return [
    news ? scoreHead(model, news) : plainHead(model),
    news && model.explained ? explanation(news) : null,
    vital || drawn ? bar(model, drawn) : null,
    model.table ? table(model) : drawn ? charts(model, news, size) : list(model, news),
    drawn && model.range !== "90d" ? weightFoot(model) : null,
  ].flat();
}


