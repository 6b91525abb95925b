/* Laboratory answers as series, and the glucose diary. Pure functions. */

const LOINC = "http://loinc.org";
const VOID = new Set(["entered-in-error", "cancelled", "unknown", "registered"]);

/* In this order on the page; all others follow by name. LOINC code: English name. */
const KNOWN = {
  "59261-8": "HbA1c",
  "14647-2": "Cholesterol",
  "22748-8": "LDL cholesterol",
  "14646-4": "HDL cholesterol",
  "14927-8": "Triglycerides",
  "30522-7": "hs-CRP",
  "14682-9": "Creatinine",
  "62238-1": "eGFR",
  "6301-6": "INR",
  "718-7": "Haemoglobin",
  "2823-3": "Potassium",
  "2951-2": "Sodium",
};
const ORDER = Object.keys(KNOWN);
/* Measured at the bedside; shown with the vital signs and in a diary of its own. */
const ELSEWHERE = new Set(["14743-9", "15074-8"]);

const loincOf = (concept) => ((concept && concept.coding) || []).find(({ system }) => system === LOINC)?.code;
const nameOf = (concept) => (concept && (concept.text || (concept.coding || []).map(({ display }) => display).find(Boolean))) || "";

const isLaboratory = ({ category }) =>
  (category || []).some(({ coding }) => (coding || []).some(({ code }) => code === "laboratory"));

const decimalsOf = (value) => (String(value).split(".")[1] || "").length;

/** [low, high] of the first reference range that has a limit; a missing limit is null. */
function rangeOf({ referenceRange }) {
  const first = (referenceRange || []).find(({ low, high }) => low || high);
  return first ? [first.low?.value ?? null, first.high?.value ?? null] : null;
}

/** H or L as the laboratory marked it, else by the range; "" within. */
function flagOf(answer, value, range) {
  const marked = (answer.interpretation || []).flatMap(({ coding }) => coding || []).map(({ code }) => code);
  if (marked.some((code) => /^HH?$|^HU$/.test(code))) return "H";
  if (marked.some((code) => /^LL?$|^LU$/.test(code))) return "L";
  if (marked.includes("N") || !range) return "";
  if (range[0] !== null && value < range[0]) return "L";
  return range[1] !== null && value > range[1] ? "H" : "";
}

/**
 * The series of a patient: [{key, name, english, unit, decimals, range, entries: [{at, value, sign, flag, id}]}], known
 * analyses first. `sign` is < or > where only a limit is known. Answers in words or in another unit stay series of their own.
 */
export function laboratoryOf(observations) {
  const found = new Map();
  for (const answer of observations) {
    const code = loincOf(answer.code);
    const at = new Date(answer.effectiveDateTime || answer.effectiveInstant || (answer.effectivePeriod || {}).start);
    const quantity = answer.valueQuantity;
    if (answer.resourceType !== "Observation" || VOID.has(answer.status) || !isLaboratory(answer) || ELSEWHERE.has(code)) continue;
    if (Number.isNaN(at.getTime()) || !quantity || typeof quantity.value !== "number") continue;
    const unit = quantity.unit || quantity.code || "";
    const key = `${code || nameOf(answer.code)} ${unit}`;
    const series = found.get(key) || { key, code, name: nameOf(answer.code), english: KNOWN[code] || nameOf(answer.code), unit, decimals: 0, entries: [] };
    found.set(key, series);
    const range = rangeOf(answer);
    series.decimals = Math.max(series.decimals, decimalsOf(quantity.value));
    series.entries.push({ at, value: quantity.value, sign: (quantity.comparator || "").slice(0, 1), range, flag: flagOf(answer, quantity.value, range), id: answer.id });
  }
  const place = ({ code }) => (ORDER.includes(code) ? ORDER.indexOf(code) : ORDER.length);
  const all = [...found.values()];
  for (const series of all) {
    series.entries.sort((one, other) => one.at - other.at);
    series.range = series.entries.at(-1).range;
  }
  return all.sort((one, other) => place(one) - place(other) || one.name.localeCompare(other.name, "nb"));
}

/** Parts of the day as a glucose diary has them: from which hour on, Norwegian and English. */
export const DAY_PARTS = [
  [0, ["Natt", "Night"]],
  [5, ["Morgen", "Morning"]],
  [10, ["Formiddag", "Midday"]],
  [14, ["Ettermiddag", "Afternoon"]],
  [18, ["Kveld", "Evening"]],
];

/** Days with their values by part of the day, the newest day first: [{day, parts: [[entry, ...], ...]}]. */
export function diaryOf(entries) {
  const days = new Map();
  for (const entry of entries) {
    const key = entry.at.toDateString();
    if (!days.has(key)) days.set(key, { day: entry.at, parts: DAY_PARTS.map(() => []) });
    const part = DAY_PARTS.findLastIndex(([from]) => entry.at.getHours() >= from);
    days.get(key).parts[part].push(entry);
  }
  return [...days.values()].sort((one, other) => other.day - one.day);
}

/** Body mass index from kilos and centimetres measured on the same day, else null. */
export function bmiOf(kilos, centimetres) {
  return kilos && centimetres ? kilos / (centimetres / 100) ** 2 : null;
}
