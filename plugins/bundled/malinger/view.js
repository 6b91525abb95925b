/* The page of Målinger, drawn from what was read. */
import { clock, moment, span } from "./moments.js";
import { glucoseView, growthView, laboratoryView } from "./more_views.js";
import { NORMAL, NORMAL_SPO2_SCALE_2, PARTS, currentScore, hoursToNext, points, score } from "./news2.js";
import { NEWS_NAMES, setsOf, weightChange, written } from "./observations.js";
import { button, h, language, say, tag } from "./page.js";
import { at, charted, choice, dataTable, measureRow, spoken, toolbar } from "./rows.js";
import { timeWindow } from "./scale.js";

export const ADULT_YEARS = 16;
const GROWN_YEARS = 18;
const FRESH_HOURS = 24;
const HOUR = 3600000;
const YEARS_GAP = 5 * 366;

export const MEASURES = [
  { name: "temp", word: ["Temp", "Temp"], unit: "°C", decimals: 1, normal: ["36,1–38,0 °C", "36.1–38.0 °C"] },
  { name: "pulse", word: ["Puls", "Pulse"], unit: "/min", decimals: 0, normal: ["51–90 /min", "51–90 /min"] },
  { name: "resp", word: ["Resp.", "Resp."], unit: "/min", decimals: 0, normal: ["12–20 /min", "12–20 /min"] },
  { name: "spo2", word: ["SpO₂", "SpO₂"], unit: "%", decimals: 0, normal: ["96–100 %", "96–100 %"] },
  { name: "systolic", word: ["Syst. BT", "Syst. BP"], unit: "mmHg", decimals: 0, normal: ["111–219", "111–219"] },
  { name: "glucose", word: ["Blodsukker", "Glucose"], unit: "mmol/l", decimals: 1, normal: ["", ""] },
  { name: "pain", word: ["Smerte", "Pain"], unit: "0–10", decimals: 0, normal: ["", ""] },
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
const VITAL_RANGES = ["24h", "7d", "90d", "5y"];
const LONG = new Set(["90d", "5y"]);
const VIEWS = {
  vital: ["Målinger", "Measurements"],
  glucose: ["Blodsukker", "Glucose"],
  lab: ["Prøvesvar", "Laboratory"],
  growth: ["Vekst", "Growth"],
};

const pointsWord = (count) => `${count} ${count === 1 ? say("poeng", "point") : say("poeng", "points")}`;
const isAdult = (model) => (model.age ?? 99) >= ADULT_YEARS;

/** The score to show, or null: none for children, none of parts that were measured long ago, as a doctor's office has them. */
export function latestScore(model) {
  const news = isAdult(model) ? currentScore(setsOf(model.series), model.scale.scale) : null;
  return news && (news.complete || model.now - news.set.at <= FRESH_HOURS * HOUR) ? news : null;
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
  const scale = news.parts.spo2 === null ? "" : say(`SpO₂ etter skala ${news.scale}`, `SpO₂ by scale ${news.scale}`);
  const when = [at(news.set.at, now), text, scale, missing && say(`Mangler: ${missing}`, `Missing: ${missing}`), news.newer && say(`Nyere enkeltmåling ${at(news.newer.at, now).toLowerCase()}`, `Newer single measurement ${at(news.newer.at, now).toLowerCase()}`)].filter(Boolean).join(". ");
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

function scaleWords({ scale, flag }) {
  if (scale === 2) return say(`SpO₂ er regnet etter skala 2 (mål 88–92 %): journalen har markeringen «${flag}».`, `SpO₂ by scale 2 (aim 88–92 %): the record is flagged “${flag}”.`);
  if (flag === null) return say("SpO₂ er regnet etter skala 1: markeringene i journalen kunne ikke leses.", "SpO₂ by scale 1: the flags of the record could not be read.");
  return say("SpO₂ er regnet etter skala 1: journalen har ingen markering om 88–92 %.", "SpO₂ by scale 1: the record has no flag for 88–92 %.");
}

function notes(model, news) {
  const recorded = news.set.news2;
  return [
    scaleWords(model.scale),
    recorded !== undefined && news.complete && recorded !== news.total
      ? say(`I journalen står NEWS2 ${recorded}.`, `The record says NEWS2 ${recorded}.`)
      : "",
    say("Poengene erstatter ikke din egen vurdering.", "The points do not replace your own judgement."),
  ].filter(Boolean).join(" ");
}

function explanation(model, news) {
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
    h("p", {}, notes(model, news)),
  );
}

function plainHead(model) {
  const child = !isAdult(model);
  const note = child ? say("NEWS2 gjelder ikke barn under 16 år.", "NEWS2 is not for children under 16.") : "";
  return h("header", { class: "score" }, h("div", { class: "words" }, h("h1", {}, say("Siste målinger", "Latest measurements")), note ? h("p", {}, note) : null));
}

function bar(model, drawn) {
  const caption = drawn && isAdult(model) ? h("p", { class: "caption" }, say("Grått felt: 0 poeng", "Grey: 0 points")) : null;
  return toolbar(model, VITAL_RANGES, caption);
}

function lastValue(measure, entry, common, now) {
  if (!entry) return h("div", { class: "last" }, h("span", { class: "faint" }, say("Ikke målt", "Not measured")));
  const elsewhere = !common || Math.abs(entry.at - common) > HOUR ? h("span", { class: "faint" }, at(entry.at, now)) : null;
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
  const shown = MEASURES.filter(({ name }) => (name === "weight" ? LONG.has(range) : true) && (model.series[name] || []).length);
  const rows = shown.map((measure) => {
    const { entries, name: kind, normal, words } = scored(model, measure, news, sets);
    const name = say(...measure.word);
    const picture = { name: kind, entries, normal, time, width: size.plot, height: size.row(shown.length), label: spoken(name, entries, measure.unit, measure.decimals, now), gap: range === "5y" ? YEARS_GAP : undefined };
    return measureRow({ key: measure.name, name, words: words || measure.unit, picture, last: lastValue(measure, entries.at(-1), common, now) });
  });
  return charted(rows, time, size);
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
  const columns = MEASURES.filter(({ name }) => (name !== "weight" || LONG.has(model.range)) && model.series[name]);
  const all = setsOf(model.series, undefined, [...new Set([...NEWS_NAMES, ...columns.map(({ name }) => name)])]);
  const rows = all.filter((set) => set.at >= time.from).reverse().map((set) => {
    const sum = score(set, model.scale.scale);
    const cells = columns.map(({ name, decimals }) => {
      const count = sum.parts[name];
      return { text: set[name] === undefined ? "–" : written(set[name], decimals, language), kind: count > 1 ? "bad" : count ? "off" : "" };
    });
    const scored = isAdult(model) && NEWS_NAMES.some((name) => name !== "news2" && set[name] !== undefined);
    return [moment(set.at, model.now), ...cells, scored ? `${sum.total}${sum.complete ? "" : "+"}` : "–"];
  });
  return dataTable(say("Alle målinger i tidsrommet", "All measurements of the time span"), [say("Tid", "Time"), ...columns.map((measure) => say(...measure.word)), "NEWS2"], rows);
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
function enough(model, range = model.range) {
  const { from } = timeWindow(range, model.now, language);
  return MEASURES.some(({ name }) => (model.series[name] || []).filter((entry) => entry.at >= from).length >= 3);
}

/** Which views there are for this patient. */
function viewsOf(model) {
  const child = model.birthDate && (model.age ?? 99) < GROWN_YEARS && ["height", "weight"].some((name) => (model.series[name] || []).length > 1);
  return ["vital", model.series.glucose ? "glucose" : null, "lab", child ? "growth" : null].filter(Boolean);
}

/** Where a patient's page begins: {view, range}. A child's growth; what was measured lately; else what the years hold. */
export function beginning(model) {
  const view = viewsOf(model).includes("growth") ? "growth" : "vital";
  return { view, range: !enough(model, "7d") && enough(model, "5y") && !enough(model, "90d") ? "5y" : "7d" };
}

/** Everything below the strips, for the size of the window. */
export function content(model, size) {
  const views = viewsOf(model);
  const view = views.includes(model.view) ? model.view : "vital";
  const others = { glucose: glucoseView, lab: laboratoryView, growth: growthView };
  const tabs = choice("view", say("Visning", "View"), VIEWS, views, view, model.on.view);
  return [tabs, (others[view] || vitalView)({ ...model, range: model.ranges[view] }, size)].flat();
}

function vitalView(model, size) {
  const news = latestScore(model);
  const drawn = !model.table && enough(model);
  const vital = MEASURES.some(({ name }) => name !== "weight" && model.series[name]);
  return [
    news ? scoreHead(model, news) : plainHead(model),
    news && model.explained ? explanation(model, news) : null,
    vital || drawn ? bar(model, drawn) : null,
    model.table ? table(model) : drawn ? charts(model, news, size) : list(model, news),
    drawn && !LONG.has(model.range) ? weightFoot(model) : null,
  ].flat();
}
