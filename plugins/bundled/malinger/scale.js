/* Where things lie on the charts. Pure functions. */
import { clock, day, startOfDay, weekday } from "./moments.js";

const HOUR = 3600000;
const DAY = 24 * HOUR;

/** The values that a chart shows at least; widened by the data. */
const LEAST = { temp: [35.4, 38.9], pulse: [38, 108], resp: [7, 25], spo2: [90.5, 101], spo2Scale2: [84, 97], systolic: [92, 226] };

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

/** The lowest and highest value to show for a series, with a little air. */
export function valueWindow(name, values, least = LEAST[name]) {
  const numbers = values.filter((value) => Number.isFinite(value));
  const low = Math.min(...numbers, ...(least ? [least[0]] : []));
  const high = Math.max(...numbers, ...(least ? [least[1]] : []));
  if (!Number.isFinite(low)) return [0, 1];
  const air = least ? 0 : Math.max((high - low) * 0.15, 1);
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
