/* From FHIR Observations to the series that the page draws. Pure functions. */

const LOINC = "http://loinc.org";
const SNOMED = "http://snomed.info/sct";
const NEWS2_CODE = "1104051000000101";

/* What is read, by LOINC code. */
const CODES = {
  "8310-5": "temp",
  "8867-4": "pulse",
  "9279-1": "resp",
  "59408-5": "spo2",
  "2708-6": "spo2",
  "8480-6": "systolic",
  "8462-4": "diastolic",
  "80288-4": "consciousness",
  "67775-7": "consciousness",
  "3151-8": "oxygen",
  "3150-6": "oxygen",
  "29463-7": "weight",
  "8302-2": "height",
  "9843-4": "head",
  "8287-5": "head",
  "14743-9": "glucose",
  "15074-8": "glucose",
  "72514-3": "pain",
  "38208-5": "pain",
};
const PANELS = ["85354-9", "85353-1"];

/** The codes to search for what is measured at the bedside; the body's size is asked for over a longer time. */
export const VITAL_CODES = [
  "8310-5", "8867-4", "9279-1", "59408-5", "2708-6", "85354-9", "8480-6", "80288-4", "67775-7", "3151-8", "3150-6",
  "14743-9", "15074-8", "72514-3", "38208-5",
].map((code) => `${LOINC}|${code}`).concat(`${SNOMED}|${NEWS2_CODE}`).join(",");
export const BODY_CODES = ["29463-7", "8302-2", "9843-4", "8287-5"].map((code) => `${LOINC}|${code}`).join(",");

/** Measurements taken within this time of each other make one set. */
export const SET_MINUTES = 60;
const OXYGEN_MINUTES = 15;
const MINUTE = 60000;
const MG_PER_MMOL = 18.016;
const VOID = new Set(["entered-in-error", "cancelled", "unknown", "registered"]);

const CONSCIOUSNESS = {
  "LA9340-6": "A", "248234008": "A",
  "LA6560-2": "C", "130987000": "C", "40917007": "C",
  "LA17108-4": "V", "LA9341-4": "V", "300202002": "V",
  "LA17107-6": "P", "LA9342-2": "P", "450847001": "P",
  "LA9343-0": "U", "422768004": "U",
};
const FIRST_WORDS = [
  [/^(våken|alert|a\b)/i, "A"],
  [/^(ny forvirring|nyoppstått|forvir|confus|new confus|c\b)/i, "C"],
  [/^(tale|reagerer på (tale|tiltale)|svarer på tale|voice|verbal|responds to voice|v\b)/i, "V"],
  [/^(smerte|reagerer på smerte|svarer på smerte|pain|responds to pain|p\b)/i, "P"],
  [/^(ikke kontakt|reagerer ikke|bevisstløs|unresponsive|u\b)/i, "U"],
];

/** A, C, V, P or U of a coded or worded answer, else null. */
export function consciousnessOf(concept) {
  const codings = (concept && concept.coding) || [];
  for (const { code } of codings) {
    if (CONSCIOUSNESS[code]) return CONSCIOUSNESS[code];
    if (/^[ACVPU]$/.test(code || "")) return code;
  }
  const words = [concept && concept.text, ...codings.map((coding) => coding.display)].filter(Boolean);
  for (const word of words) {
    const hit = FIRST_WORDS.find(([pattern]) => pattern.test(word.trim()));
    if (hit) return hit[1];
  }
  return null;
}

const nameOf = (concept) =>
  ((concept && concept.coding) || [])
    .map(({ system, code }) => (system === LOINC ? CODES[code] : system === SNOMED && code === NEWS2_CODE ? "news2" : null))
    .find(Boolean);

const isPanel = (concept) => ((concept && concept.coding) || []).some((coding) => PANELS.includes(coding.code));

function valueOf(name, part) {
  if (name === "consciousness") {
    return consciousnessOf(part.valueCodeableConcept || (part.valueString ? { text: part.valueString } : null));
  }
  const quantity = part.valueQuantity;
  if (quantity && typeof quantity.value === "number") {
    if (quantity.comparator) return null;
    if (name === "weight" && quantity.code === "g") return quantity.value / 1000;
    if (["height", "head"].includes(name) && quantity.code === "m") return quantity.value * 100;
    if (name === "glucose" && quantity.code === "mg/dL") return Math.round(quantity.value / MG_PER_MMOL * 10) / 10;
    return quantity.value;
  }
  if (["oxygen", "news2", "pain"].includes(name) && typeof part.valueInteger === "number") return part.valueInteger;
  return null;
}

/** The measurements in one Observation: [{id, name, value, at}]; none for a cancelled or mistaken one. */
export function measurementsOf(observation) {
  if (!observation || observation.resourceType !== "Observation" || VOID.has(observation.status)) return [];
  const start = observation.effectiveDateTime || (observation.effectivePeriod || {}).start || observation.effectiveInstant;
  const at = new Date(start);
  if (!start || Number.isNaN(at.getTime())) return [];
  const parts = [observation, ...(isPanel(observation.code) || observation.component ? observation.component || [] : [])];
  return parts
    .map((part) => ({ id: observation.id, name: nameOf(part.code), at, part }))
    .filter(({ name }) => name)
    .map(({ id, name, part }) => ({ id, name, at, value: valueOf(name, part) }))
    .filter(({ value }) => value !== null);
}

/** Series by name, each in order of time: {temp: [{at, value, id}], ...}. A later answer replaces the same id. */
export function seriesOf(observations) {
  const latest = new Map();
  for (const observation of observations) latest.set(observation.id, observation);
  const series = {};
  for (const observation of latest.values()) {
    for (const { name, at, value, id } of measurementsOf(observation)) (series[name] ||= []).push({ at, value, id });
  }
  for (const list of Object.values(series)) list.sort((one, other) => one.at - other.at);
  return series;
}

export const NEWS_NAMES = ["temp", "pulse", "resp", "spo2", "systolic", "consciousness", "oxygen", "news2"];

/**
 * Sets of measurements that belong together, oldest first: [{at, temp?, pulse?, ...}]; `at` is that of the newest part.
 * Oxygen belongs to its SpO2: a litre recorded well before it says nothing about it.
 */
export function setsOf(series, minutes = SET_MINUTES, names = NEWS_NAMES) {
  const all = names.flatMap((name) => (series[name] || []).map((entry) => ({ name, ...entry })));
  all.sort((one, other) => other.at - one.at);
  const sets = [];
  let spo2At = null;
  for (const { name, at, value } of all) {
    if (!sets.length || sets.at(-1).at - at > minutes * MINUTE) {
      sets.push({ at });
      spo2At = null;
    }
    const current = sets.at(-1);
    if (current[name] !== undefined) continue;
    if (name === "oxygen" && spo2At && spo2At - at > OXYGEN_MINUTES * MINUTE) continue;
    if (name === "spo2") spo2At = at;
    current[name] = value;
  }
  return sets.reverse();
}

/** The latest `lastUpdated` of the resources as written by the server, or null. */
export function lastUpdated(resources) {
  const stamps = resources.map((resource) => (resource.meta || {}).lastUpdated).filter(Boolean);
  return stamps.length ? stamps.reduce((one, other) => (new Date(one) >= new Date(other) ? one : other)) : null;
}

/** The change of weight over the last `days`: {from, to, kilos, percent}, or null with fewer than two values. */
export function weightChange(weights, now, days = 90) {
  const recent = (weights || []).filter(({ at }) => now - at <= days * 86400000);
  if (recent.length < 2) return null;
  const [first, last] = [recent[0], recent.at(-1)];
  const kilos = last.value - first.value;
  return { from: first, to: last, kilos, percent: (kilos / first.value) * 100 };
}

/** A number as Norwegians or the English write it. */
export function written(value, decimals, language = "nb") {
  const text = value.toFixed(decimals);
  return language === "en" ? text : text.replace(".", ",").replace("-", "−");
}
