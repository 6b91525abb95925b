/* What can be measured here, how a number is read, and what is out of the ordinary. Pure functions. */

const LOINC = "http://loinc.org";

/**
 * One row for each field. `hard`: outside is not a measurement. `soft`: outside is asked about once more.
 * `decimals`: how many are kept.
 */
export const FIELDS = [
  { name: "temp", word: ["Temp", "Temp"], unit: "°C", ucum: "Cel", code: "8310-5", display: "Body temperature", decimals: 1, hard: [25, 45], soft: [34.5, 40.5] },
  { name: "pulse", word: ["Puls", "Pulse"], unit: "/min", ucum: "/min", code: "8867-4", display: "Heart rate", decimals: 0, hard: [10, 300], soft: [40, 150] },
  { name: "resp", word: ["Resp.", "Resp."], unit: "/min", ucum: "/min", code: "9279-1", display: "Respiratory rate", decimals: 0, hard: [1, 90], soft: [8, 36] },
  { name: "spo2", word: ["SpO₂", "SpO₂"], unit: "%", ucum: "%", code: "59408-5", display: "Oxygen saturation in Arterial blood by Pulse oximetry", decimals: 0, hard: [40, 100], soft: [80, 100] },
  { name: "systolic", word: ["BT over", "BP syst."], unit: "mmHg", ucum: "mm[Hg]", code: "8480-6", display: "Systolic blood pressure", decimals: 0, hard: [40, 300], soft: [80, 220] },
  { name: "diastolic", word: ["BT under", "BP diast."], unit: "mmHg", ucum: "mm[Hg]", code: "8462-4", display: "Diastolic blood pressure", decimals: 0, hard: [20, 200], soft: [40, 120] },
  { name: "oxygen", word: ["Oksygen", "Oxygen"], unit: "l/min", ucum: "L/min", code: "3151-8", display: "Inhaled oxygen flow rate", decimals: 1, hard: [0, 60], soft: [0, 10] },
];

/** ACVPU; SNOMED CT as the record uses it. */
export const CONSCIOUSNESS = [
  { letter: "A", code: "248234008", word: ["Våken", "Alert"] },
  { letter: "C", code: "130987000", word: ["Nyoppstått forvirring", "New confusion"] },
  { letter: "V", code: "300202002", word: ["Reagerer på tiltale", "Responds to voice"] },
  { letter: "P", code: "450847001", word: ["Reagerer på smerte", "Responds to pain"] },
  { letter: "U", code: "422768004", word: ["Ikke kontakt", "Unresponsive"] },
];

/** Read a number as Norwegians write it: `38,3`, `38.3`, ` 96 `. Returns the number, null when empty, NaN when it is none. */
export function readNumber(text) {
  const bare = String(text ?? "").replace(/[\s\u00a0]/g, "");
  if (bare === "") return null;
  return /^\d{1,4}([.,]\d{1,2})?$/.test(bare) ? Number(bare.replace(",", ".")) : NaN;
}

/** A number with as many decimals as it was measured with. */
export function written(value, language = "nb") {
  const text = String(value);
  return language === "en" ? text : text.replace(".", ",");
}

const round = (value, decimals) => Math.round(value * 10 ** decimals) / 10 ** decimals;

/** The likely meaning of a number that lost its comma: 383 as temperature is 38,3. */
export function likely(field, value) {
  const tenth = value / 10;
  return field.decimals > 0 && tenth >= field.soft[0] && tenth <= field.soft[1] ? tenth : null;
}

/**
 * Judge what stands in the fields, `texts` by name.
 * Returns {values, errors: [{name, kind, ...}], unusual: [{name, value}]}; kinds: number, range, order, both.
 */
export function judge(texts) {
  const values = {};
  const errors = [];
  const unusual = [];
  for (const field of FIELDS) {
    const value = readNumber(texts[field.name]);
    if (value === null) continue;
    if (Number.isNaN(value)) errors.push({ name: field.name, kind: "number" });
    else if (value < field.hard[0] || value > field.hard[1]) errors.push({ name: field.name, kind: "range", likely: likely(field, value), hard: field.hard });
    else {
      values[field.name] = round(value, field.decimals);
      if (value < field.soft[0] || value > field.soft[1]) unusual.push({ name: field.name, value: values[field.name] });
    }
  }
  const { systolic, diastolic } = values;
  const bad = new Set(errors.map(({ name }) => name));
  if (systolic !== undefined && diastolic !== undefined && diastolic >= systolic) errors.push({ name: "diastolic", kind: "order" });
  else if (systolic !== undefined && diastolic === undefined && !bad.has("diastolic")) errors.push({ name: "diastolic", kind: "both" });
  else if (diastolic !== undefined && systolic === undefined && !bad.has("systolic")) errors.push({ name: "systolic", kind: "both" });
  if (texts.consciousness) values.consciousness = texts.consciousness;
  return { values, errors, unusual };
}

/** The moment of `HH:MM` today, or yesterday when that is still to come; null when it is no time. */
export function measuredAt(text, now) {
  const match = /^([01]?\d|2[0-3])[:.]?([0-5]\d)$/.exec(String(text || "").trim());
  if (!match) return null;
  const at = new Date(now.getFullYear(), now.getMonth(), now.getDate(), Number(match[1]), Number(match[2]));
  return at - now > 60000 ? new Date(at.getFullYear(), at.getMonth(), at.getDate() - 1, at.getHours(), at.getMinutes()) : at;
}

/** Local time with offset, as FHIR writes an instant: `2026-11-23T03:04:00+01:00`. */
export function fhirTime(date) {
  const two = (number) => String(number).padStart(2, "0");
  const offset = -date.getTimezoneOffset();
  const sign = offset < 0 ? "-" : "+";
  const zone = `${sign}${two(Math.floor(Math.abs(offset) / 60))}:${two(Math.abs(offset) % 60)}`;
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}${zone}`;
}

const quantity = (value, field) => ({ value, unit: field.unit, system: "http://unitsofmeasure.org", code: field.ucum });
const codeOf = (code, display, text) => ({ coding: [{ system: LOINC, code, display }], text });

/**
 * The Observations for the judged `values`. `idOf(name)` gives the id that a resource keeps through every retry.
 * `about`: {patient, encounter, author: {reference, display}, at}.
 */
export function observationsFor(values, about, idOf) {
  const base = (name) => ({
    resourceType: "Observation",
    id: idOf(name),
    status: "final",
    category: [{ coding: [{ system: "http://terminology.hl7.org/CodeSystem/observation-category", code: "vital-signs", display: "Vital Signs" }] }],
    subject: { reference: `Patient/${about.patient}` },
    ...(about.encounter ? { encounter: { reference: `Encounter/${about.encounter}` } } : {}),
    effectiveDateTime: fhirTime(about.at),
    performer: [about.author],
  });
  const made = [];
  for (const field of FIELDS) {
    if (["systolic", "diastolic"].includes(field.name) || values[field.name] === undefined) continue;
    made.push({ ...base(field.name), code: codeOf(field.code, field.display, field.word[0]), valueQuantity: quantity(values[field.name], field) });
  }
  if (values.systolic !== undefined) {
    const component = FIELDS.filter(({ name }) => ["systolic", "diastolic"].includes(name)).map((field) => ({
      code: codeOf(field.code, field.display, field.word[0]),
      valueQuantity: quantity(values[field.name], field),
    }));
    made.push({ ...base("pressure"), code: codeOf("85354-9", "Blood pressure panel with all children optional", "BT"), component });
  }
  const state = CONSCIOUSNESS.find(({ letter }) => letter === values.consciousness);
  if (state) {
    made.push({
      ...base("consciousness"),
      code: codeOf("80288-4", "Level of consciousness AVPU score", "Bevissthet"),
      valueCodeableConcept: { coding: [{ system: "http://snomed.info/sct", code: state.code }], text: state.word[0] },
    });
  }
  return made;
}

/** Base64 of a text in UTF-8, and back. */
export function encode(text) {
  return btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(""));
}
export function decode(data) {
  return new TextDecoder().decode(Uint8Array.from(atob(data), (sign) => sign.charCodeAt(0)));
}

/** The note as a DocumentReference. */
export function noteFor(text, about, id, kind) {
  return {
    resourceType: "DocumentReference",
    id,
    status: "current",
    docStatus: "final",
    type: { coding: [{ system: "urn:oid:2.16.578.1.12.4.1.1.9602", code: kind.code, display: kind.display }], text: kind.display },
    subject: { reference: `Patient/${about.patient}` },
    date: fhirTime(about.at),
    author: [about.author],
    content: [{ attachment: { contentType: "text/plain; charset=utf-8", language: "nb-NO", data: encode(text), title: kind.display, creation: fhirTime(about.at) } }],
    context: { ...(about.encounter ? { encounter: [{ reference: `Encounter/${about.encounter}` }] } : {}), period: { start: fhirTime(about.at) } },
  };
}

/** The text of a note, or null where it lies elsewhere or is no text. */
export function textOf(note) {
  for (const { attachment } of note.content || []) {
    if (attachment && attachment.data && /^text\/plain/.test(attachment.contentType || "")) {
      try {
        return decode(attachment.data);
      } catch {
        return null;
      }
    }
  }
  return null;
}
