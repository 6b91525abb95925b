/* National Early Warning Score 2 (Royal College of Physicians, 2017). Pure functions.
   Scale 1 for oxygen saturation; scale 2 only where a doctor has decided it. */

/* Each row: the highest value (inclusive) that gives these points, in rising order. */
const TABLE = {
  resp: [[8, 3], [11, 1], [20, 0], [24, 2], [Infinity, 3]],
  spo2: [[91, 3], [93, 2], [95, 1], [Infinity, 0]],
  systolic: [[90, 3], [100, 2], [110, 1], [219, 0], [Infinity, 3]],
  pulse: [[40, 3], [50, 1], [90, 0], [110, 1], [130, 2], [Infinity, 3]],
  temp: [[35.0, 3], [36.0, 1], [38.0, 0], [39.0, 1], [Infinity, 2]],
};
const SPO2_SCALE_2_LOW = [[83, 3], [85, 2], [87, 1]];
const SPO2_SCALE_2_ON_OXYGEN = [[92, 0], [94, 1], [96, 2], [Infinity, 3]];

/** The values without points, lowest and highest: the grey band of the charts. */
export const NORMAL = {
  temp: [36.1, 38.0],
  pulse: [51, 90],
  resp: [12, 20],
  spo2: [96, 100],
  systolic: [111, 219],
};

export const NORMAL_SPO2_SCALE_2 = [88, 92];

/** What a whole score is made of. */
export const PARTS = ["resp", "spo2", "oxygen", "systolic", "pulse", "consciousness", "temp"];

const asMeasured = (name, value) => (name === "temp" ? Math.round(value * 10) / 10 : Math.round(value));
const look = (rows, value) => rows.find(([highest]) => value <= highest)[1];

/**
 * Points of one part, or null when it is not measured.
 * `oxygen` is true when the patient gets oxygen; `consciousness` is one of A, C, V, P, U.
 */
export function points(name, value, { scale = 1, oxygen = false } = {}) {
  if (value === null || value === undefined || Number.isNaN(value)) return null;
  if (name === "oxygen") return value ? 2 : 0;
  if (name === "consciousness") return "CVPU".includes(value) ? 3 : value === "A" ? 0 : null;
  const number = asMeasured(name, value);
  if (name === "spo2" && scale === 2) {
    if (number <= 87) return look(SPO2_SCALE_2_LOW, number);
    return oxygen ? look(SPO2_SCALE_2_ON_OXYGEN, number) : 0;
  }
  return look(TABLE[name], number);
}

/**
 * The score of one set of measurements taken together; a set without oxygen was taken on air.
 * Returns { total, parts: {name: points|null}, missing: [names], complete, level, scale }.
 * With parts missing, `total` is only the least it can be.
 */
export function score(set, scale = 1) {
  const oxygen = Boolean(set.oxygen);
  const parts = {};
  for (const name of PARTS) parts[name] = points(name, name === "oxygen" ? oxygen : set[name], { scale, oxygen });
  const known = Object.values(parts).filter((value) => value !== null);
  const missing = PARTS.filter((name) => parts[name] === null);
  const total = known.reduce((sum, value) => sum + value, 0);
  return { total, parts, missing, complete: missing.length === 0, level: level(total, known.includes(3)), scale };
}

/** An aim of 88 to 92 per cent, in whatever dash and spacing it was written. */
const AIM_88_92 = /\b88\s*(?:[-–—−]|til|to)\s*92\b/i;

/**
 * Which SpO2 scale the record decides for this patient: {scale, flag}. Scale 2 only where an active Flag says it; `flag`
 * is its text. It is never guessed from earlier totals. `flags` null: they could not be read; scale 1, `flag` null.
 */
export function scaleOf(flags) {
  if (!flags) return { scale: 1, flag: null };
  const text = flags.filter(({ status }) => status === "active").map(wordsOf).find((words) => AIM_88_92.test(words));
  return text ? { scale: 2, flag: text } : { scale: 1, flag: "" };
}

const wordsOf = ({ code }) => (code && (code.text || (code.coding || []).map(({ display }) => display).find(Boolean))) || "";

/**
 * The score to show for `sets` (oldest first), or null: that of the newest set. When the newest is only a part, such as a
 * single temperature, an earlier complete score of the last `hours` stays in sight unless the part alone reaches it;
 * `newer` then is the newest set.
 */
export function currentScore(sets, scale = 1, hours = 24) {
  const newest = sets.at(-1);
  if (!newest) return null;
  const latest = { set: newest, newer: null, ...score(newest, scale) };
  if (latest.complete) return latest;
  const whole = sets.filter((set) => newest.at - set.at <= hours * 3600000 && score(set, scale).complete).at(-1);
  if (!whole) return latest;
  const earlier = { set: whole, newer: newest, ...score(whole, scale) };
  return latest.total >= earlier.total ? latest : earlier;
}

/** low 0-4, single: one part of 3 points, medium 5-6, high 7 and more. */
export function level(total, anyThree) {
  if (total >= 7) return "high";
  if (total >= 5) return "medium";
  return anyThree ? "single" : "low";
}

/** Hours until the next measurement at the latest, or null where the place's own plan decides. */
export function hoursToNext(level) {
  return { high: 0, medium: 1, single: 1, low: null }[level];
}
