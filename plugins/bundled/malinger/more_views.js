/* The views beside the vital signs: glucose with its diary, laboratory answers, growth of a child. */
import { clock, dayOf, weekday } from "./moments.js";
import { DAY_PARTS, bmiOf, diaryOf } from "./laboratory.js";
import { h, language, notice, say, troubleNotice, waiting } from "./page.js";
import { at, charted, dataTable, measureRow, number, spoken, toolbar } from "./rows.js";
import { ageWindow, timeWindow } from "./scale.js";

const YEARS_GAP = 5 * 366;
const WEEK = 7 * 86400000;
/* Pixels more that the names of analyses have; as in app.css. */
const WIDER = 40;
const GLUCOSE_PICTURE = 190;
const GLUCOSE_PICTURE_COMPACT = 96;

const hidden = (words) => h("h1", { class: "visually-hidden" }, words);

/** The chart of the time span and every value by day and part of the day. */
export function glucoseView(model, size) {
  const { now, range } = model;
  const time = timeWindow(range, now, language);
  const entries = (model.series.glucose || []).filter((entry) => entry.at >= time.from);
  const last = (model.series.glucose || []).at(-1);
  const name = say("Blodsukker", "Glucose");
  const picture = { name: "glucose", entries, normal: null, time, width: size.plot, height: size.compact ? GLUCOSE_PICTURE_COMPACT : GLUCOSE_PICTURE, label: spoken(name, entries, "mmol/l", 1, now) };
  const row = measureRow({
    key: "glucose",
    name,
    words: "mmol/l",
    picture,
    last: h("div", { class: "last" }, h("span", { class: "value" }, number(last.value, 1)), h("span", { class: "faint" }, at(last.at, now))),
  });
  const days = diaryOf(entries);
  const used = DAY_PARTS.map((_, index) => index).filter((index) => days.some(({ parts }) => parts[index].length));
  const cells = ({ parts }) => used.map((index) => parts[index]).map((part) => (part.length ? h("span", {}, part.map((entry, index) => [index ? h("br") : null, h("span", { class: "faint" }, clock(entry.at)), " ", h("strong", {}, number(entry.value, 1))]).flat()) : "–"));
  const diary = dataTable(
    say("Blodsukker etter tid på døgnet", "Glucose by time of day"),
    [say("Dag", "Day"), ...used.map((index) => say(...DAY_PARTS[index][1]))],
    days.map((day) => [`${weekday(day.day, language)}${day.day.getMonth() + 1}.`, ...cells(day)]),
    "diary",
  );
  return [hidden(name), toolbarOf(model, ["7d", "90d"]), charted([row], time, size), diary].flat();
}

const toolbarOf = (model, keys) => {
  const made = toolbar(model, keys, h("p", { class: "faint" }, say("Tabellen under har alle verdier", "The table below has every value")));
  made.lastChild.remove();
  return made;
};

const FLAGS = { H: ["▲ Høy", "▲ High"], L: ["▼ Lav", "▼ Low"] };
const SHORT = { H: "▲", L: "▼" };

const within = (range, decimals) => {
  if (!range) return "";
  const [low, high] = range.map((limit) => (limit === null ? null : number(limit, Math.min(decimals, 2))));
  if (low === null) return `< ${high}`;
  return high === null ? `> ${low}` : `${low}–${high}`;
};

/** Each analysis over years, with the laboratory's own limits. */
export function laboratoryView(model, size) {
  const { now, range, lab } = model;
  const title = hidden(say("Prøvesvar", "Laboratory answers"));
  if (model.labTrouble) return [title, troubleNotice(model.labTrouble, model.on.lab)];
  if (!lab) return [title, waiting()];
  if (!lab.length) return [title, notice("info", say("Ingen prøvesvar", "No laboratory answers"), say("Svar fra laboratoriet kommer fram her.", "Answers of the laboratory appear here."))];
  const time = timeWindow(range, now, language);
  if (model.table) return [title, toolbar(model, ["1y", "5y"]), laboratoryTable(lab, time, now)];
  const caption = h("p", { class: "caption" }, say("Grått felt: referanseområde", "Grey: reference range"));
  const rows = lab.map((series) => {
    const name = language === "en" ? series.english : series.name;
    const entries = series.entries.map((entry) => ({ ...entry, points: entry.flag ? 1 : 0 }));
    const newest = series.entries.at(-1);
    const normal = series.range && [series.range[0] ?? -Infinity, series.range[1] ?? 1e9];
    const flag = newest.flag ? h("span", { class: "off" }, say(...FLAGS[newest.flag])) : null;
    return measureRow({
      key: series.key.split(" ")[0],
      name,
      words: [within(series.range, series.decimals), series.unit === name ? "" : series.unit].filter(Boolean).join(" "),
      picture: { name: "lab", entries, normal, time, width: size.plot - WIDER, height: size.row(lab.length), label: spoken(name, entries, series.unit, series.decimals, now), gap: YEARS_GAP, fine: true },
      last: h("div", { class: "last" }, h("span", { class: "line" }, h("span", { class: "value" }, `${newest.sign}${number(newest.value, series.decimals)}`), flag), h("span", { class: "faint" }, dayOf(newest.at, now))),
    });
  });
  const drawn = charted(rows, time, { ...size, plot: size.plot - WIDER });
  for (const part of drawn) part.classList.add("wide");
  return [title, toolbar(model, ["1y", "5y"], caption), ...drawn];
}

/** As laboratories print them: an analysis to a line, the newest day first. */
function laboratoryTable(lab, time, now) {
  const days = new Map();
  for (const { entries } of lab) for (const { at: date } of entries) if (date >= time.from) days.set(date.toDateString(), date);
  const columns = [...days.values()].sort((one, other) => other - one);
  const cellOf = (series, day) => {
    const found = series.entries.findLast((entry) => entry.at.toDateString() === day.toDateString());
    if (!found) return "–";
    const text = `${found.sign}${number(found.value, series.decimals)}`;
    return found.flag ? { text: h("span", {}, text, " ", h("span", { "aria-hidden": "true" }, SHORT[found.flag]), h("span", { class: "visually-hidden" }, say(...FLAGS[found.flag]).slice(2))), kind: "off" } : text;
  };
  return dataTable(
    say("Alle prøvesvar i tidsrommet", "All laboratory answers of the time span"),
    [say("Analyse", "Analysis"), say("Område", "Range"), ...columns.map((day) => dayOf(day, now))],
    lab.map((series) => [`${language === "en" ? series.english : series.name}, ${series.unit}`, within(series.range, series.decimals), ...columns.map((day) => cellOf(series, day))]),
  );
}

const SIZES = [
  { name: "height", word: ["Høyde", "Height"], unit: "cm", decimals: 1 },
  { name: "weight", word: ["Vekt", "Weight"], unit: "kg", decimals: 1 },
  { name: "head", word: ["Hode", "Head"], unit: "cm", decimals: 1 },
];

/** `6 uker`, `14 mnd`, `4 år 2 mnd` at a day. */
export function ageAt(birthDate, date) {
  const [year, month, day] = birthDate.split("-").map(Number);
  const months = (date.getFullYear() - year) * 12 + date.getMonth() + 1 - month - (date.getDate() < day ? 1 : 0);
  const [yearWord, monthWord] = language === "en" ? ["y", "mo"] : ["år", "mnd"];
  const weeks = Math.floor((date - new Date(year, month - 1, day)) / WEEK);
  if (months < 3) return weeks === 1 ? say("1 uke", "1 week") : `${weeks} ${say("uker", "weeks")}`;
  if (months < 24) return `${months} ${monthWord}`;
  return months % 12 ? `${Math.floor(months / 12)} ${yearWord} ${months % 12} ${monthWord}` : `${months / 12} ${yearWord}`;
}

/** Height, weight and head of a child from birth on. */
export function growthView(model, size) {
  const { now, birthDate, series } = model;
  const title = hidden(say("Vekst", "Growth"));
  if (model.table) return [title, toolbar(model, []), growthTable(series, birthDate)];
  const time = ageWindow(birthDate, now, language);
  const shown = SIZES.filter(({ name }) => (series[name] || []).length);
  const rows = shown.map((one) => {
    const entries = series[one.name];
    const last = entries.at(-1);
    const name = say(...one.word);
    return measureRow({
      key: one.name,
      name,
      words: one.unit,
      picture: { name: one.name, entries, normal: null, time, width: size.plot, height: size.row(shown.length), label: spoken(name, entries, one.unit, one.decimals, now), gap: YEARS_GAP },
      last: h("div", { class: "last" }, h("span", { class: "value" }, number(last.value, one.decimals)), h("span", { class: "faint" }, say(`Ved ${ageAt(birthDate, last.at)}`, `At ${ageAt(birthDate, last.at)}`)), h("span", { class: "faint" }, dayOf(last.at, now))),
    });
  });
  const caption = h("p", { class: "faint" }, say("Alder. Uten percentiler.", "Age. Without percentiles."));
  return [title, toolbar(model, [], caption), charted(rows, time, size)].flat();
}

function growthTable(series, birthDate) {
  const days = new Map();
  for (const { name } of SIZES) {
    for (const { at: date, value } of series[name] || []) {
      const day = days.get(date.toDateString()) || { date };
      day[name] = value;
      days.set(date.toDateString(), day);
    }
  }
  const rows = [...days.values()].sort((one, other) => other.date - one.date).map((day) => {
    const index = bmiOf(day.weight, day.height);
    const sizes = SIZES.map(({ name, decimals }) => (day[name] === undefined ? "–" : number(day[name], day[name] % 1 ? Math.max(decimals, name === "weight" && day[name] < 15 ? 2 : 1) : decimals)));
    return [`${String(day.date.getDate()).padStart(2, "0")}.${String(day.date.getMonth() + 1).padStart(2, "0")}.${day.date.getFullYear()}`, ageAt(birthDate, day.date), ...sizes, index ? number(index, 1) : "–"];
  });
  const heads = [say("Dato", "Date"), say("Alder", "Age"), ...SIZES.map(({ word, unit }) => `${say(...word)}, ${unit}`), say("KMI", "BMI")];
  return dataTable(say("Alle mål fra fødselen", "All measurements from birth"), heads, rows);
}

