/* Where things lie on the charts. Pure functions. */
import { clock, day, startOfDay, weekday } from "./moments.js";

const HOUR = 3600000;
const DAY = 24 * HOUR;

/** The values that a chart shows at least; widened by the data. */
const LEAST = { temp: [35.4, 38.9], pulse: [38, 108], resp: [7, 25], spo2: [90.5, 101], spo2Scale2: [84, 97], systolic: [92, 226], glucose: [3, 12], pain: [-0.5, 10.5] };

const YEARS = { "1y": 1, "5y": 5 };

/** What part of time is shown: {from, to, ticks: [{at, label, centre}]}. `centre`: the label stands amid its column. */
export function timeWindow(range, now, language = "nb") {
  if (range === "24h") {
    const to = new Date(Math.ceil((now.getTime() + 1) / HOUR) * HOUR);
    const from = new Date(to - DAY);
    const ticks = [];
    for (let at = new Date(from); at < to; at = new Date(at.getTime() + HOUR)) {
      if (at.getHours() % 4 === 0) ticks.push({ at, label: clock(at), centre: false });
    }
    return { from, to, ticks };
  }
  if (YEARS[range]) return yearsWindow(startOfDay(now, 1), YEARS[range], language);
  const days = range === "90d" ? 90 : 7;
  const from = startOfDay(now, 1 - days);
  const to = startOfDay(now, 1);
  const ticks = [];
  for (let step = 0; step < days; step += 1) {
    const at = startOfDay(now, 1 - days + step);
    if (days === 7) ticks.push({ at, label: weekday(at, language), centre: true });
    else if (at.getDay() === 1 && Math.round((to - at) / DAY) % 14 < 7) ticks.push({ at, label: day(at), centre: false });
  }
  return { from, to, ticks };
}

const MONTHS = {
  nb: ["jan", "feb", "mar", "apr", "mai", "jun", "jul", "aug", "sep", "okt", "nov", "des"],
  en: ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
};

/** Whole years back from `to`: a line at each new year, within one year at each quarter. */
function yearsWindow(to, years, language) {
  const from = new Date(to.getFullYear() - years, to.getMonth(), to.getDate());
  const ticks = [];
  const step = years > 1 ? 12 : 3;
  for (let at = new Date(from.getFullYear(), 0, 1); at < to; at = new Date(at.getFullYear(), at.getMonth() + step, 1)) {
    if (at >= from) ticks.push({ at, label: at.getMonth() ? MONTHS[language][at.getMonth()] : String(at.getFullYear()), centre: false });
  }
  return { from, to, ticks };
}

/** A whole childhood: from birth until now, a line at each birthday; in the first two years at each third month. */
export function ageWindow(birthDate, now, language = "nb") {
  const [year, month, day] = birthDate.split("-").map(Number);
  const from = new Date(year, month - 1, day);
  const to = startOfDay(now, 1);
  const young = (to - from) / DAY < 2 * 366;
  const [yearWord, monthWord] = language === "en" ? ["y", "mo"] : ["år", "mnd"];
  const ticks = [];
  for (let count = 0; ; count += young ? 3 : 12) {
    const at = new Date(year, month - 1 + count, day);
    if (at > to) break;
    ticks.push({ at, label: count % 12 ? `${count} ${monthWord}` : `${count / 12} ${yearWord}`, centre: false });
  }
  return { from, to, ticks };
}

/** The lowest and highest value to show for a series, with a little air; `fine` series differ by less than 1. */
export function valueWindow(name, values, least = LEAST[name], fine = false) {
  const numbers = values.filter((value) => Number.isFinite(value));
  const low = Math.min(...numbers, ...(least ? [least[0]] : []));
  const high = Math.max(...numbers, ...(least ? [least[1]] : []));
  if (!Number.isFinite(low)) return [0, 1];
  const air = least ? 0 : Math.max((high - low) * 0.15, fine ? Math.abs(high) * 0.08 || 0.1 : 1);
  return [low - air, high + air];
}

/** A linear map from [from, to] to [start, end]. */
export function map(from, to, start, end) {
  const span = to - from || 1;
  return (value) => start + ((value - from) / span) * (end - start);
}

/** Split where the measurements are further apart than `gap`, so that no line is drawn over days without any. */
export function stretches(entries, gap) {
  const parts = [];
  for (const entry of entries) {
    const last = parts.at(-1);
    if (last && entry.at - last.at(-1).at <= gap) last.push(entry);
    else parts.push([entry]);
  }
  return parts;
}
