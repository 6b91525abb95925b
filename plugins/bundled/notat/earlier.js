/* Earlier notes and measurements as one list. Pure functions. */
import { textOf, written } from "./entries.js";

const WORDS = {
  "8310-5": ["Temp", "Temp"],
  "8867-4": ["puls", "pulse"],
  "9279-1": ["resp.", "resp."],
  "59408-5": ["SpO₂", "SpO₂"],
  "2708-6": ["SpO₂", "SpO₂"],
  "3151-8": ["oksygen", "oxygen"],
  "85354-9": ["BT", "BP"],
  "80288-4": ["bevissthet", "consciousness"],
  "29463-7": ["vekt", "weight"],
};
const ORDER = Object.keys(WORDS);
const TOGETHER = 10 * 60000;
const VOID = ["entered-in-error", "cancelled"];

const codeOf = (observation) => ((observation.code || {}).coding || []).map(({ code }) => code).find((code) => WORDS[code]);

function valueText(observation, language) {
  const quantity = observation.valueQuantity;
  if (quantity) return `${written(quantity.value, language)} ${quantity.unit || ""}`.trim();
  const parts = (observation.component || []).map(({ valueQuantity }) => valueQuantity && written(valueQuantity.value, language)).filter(Boolean);
  if (parts.length) return parts.join("/");
  return ((observation.valueCodeableConcept || {}).text || "").toLowerCase();
}

/** Notes first-hand: [{id, at, kind: "note", author: reference|null, who, text}]. */
export function notesOf(resources) {
  return resources
    .filter(({ resourceType, status }) => resourceType === "DocumentReference" && !VOID.includes(status) && status !== "superseded")
    .map((note) => ({
      id: note.id,
      at: new Date(note.date || ((note.context || {}).period || {}).start || 0),
      kind: "note",
      author: (note.author || [])[0] || null,
      title: note.description || (note.type || {}).text || "",
      text: textOf(note),
    }));
}

/** Measurements of the same ten minutes and author as one entry, in a fixed order of words. */
export function measurementsOf(resources, language = "nb") {
  const known = resources
    .filter((one) => one.resourceType === "Observation" && !VOID.includes(one.status) && codeOf(one))
    .map((one) => ({ code: codeOf(one), at: new Date(one.effectiveDateTime || 0), author: (one.performer || [])[0] || null, text: valueText(one, language), id: one.id }))
    .filter(({ text }) => text)
    .sort((one, other) => other.at - one.at);
  const entries = [];
  for (const one of known) {
    const last = entries.at(-1);
    const same = last && last.at - one.at <= TOGETHER && (last.author || {}).reference === (one.author || {}).reference;
    if (same && !last.parts.some(({ code }) => code === one.code)) last.parts.push(one);
    else entries.push({ id: one.id, at: one.at, kind: "measurement", author: one.author, parts: [one] });
  }
  for (const entry of entries) {
    entry.parts.sort((one, other) => ORDER.indexOf(one.code) - ORDER.indexOf(other.code));
    const text = entry.parts.map(({ code, text: value }) => `${WORDS[code][language === "en" ? 1 : 0]} ${value}`).join(" · ");
    entry.text = text[0].toUpperCase() + text.slice(1);
  }
  return entries;
}

/** Both, newest first. */
export function together(notes, measurements) {
  return [...notes, ...measurements].sort((one, other) => other.at - one.at);
}
