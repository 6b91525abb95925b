/* From medication requests and administrations to what is to be given when. Pure functions; local time. */
import { clock, span, startOfDay } from "./moments.js";

const MINUTE = 60000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WEEKDAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/** How long before and after its time a dose counts as now. */
export const NOW_MINUTES = 30;
/** An administration belongs to the planned time nearest to it, if that is within this time. */
const MATCH_HOURS = 3;
const BACK_HOURS = 8;

const SHIFTS = [
  { starts: 7 * 60 + 30, nb: "Dagvakt", en: "Day shift" },
  { starts: 15 * 60, nb: "Kveldsvakt", en: "Evening shift" },
  { starts: 22 * 60 + 30, nb: "Nattevakt", en: "Night shift" },
];

/** The shift a moment lies in: {name, from, to}. */
export function shiftOf(date, language = "nb") {
  const minutes = date.getHours() * 60 + date.getMinutes();
  const index = SHIFTS.findLastIndex(({ starts }) => minutes >= starts);
  const shift = SHIFTS[index < 0 ? 2 : index];
  const next = SHIFTS[index < 0 ? 0 : (index + 1) % 3];
  const at = (offset, value) => {
    const midnight = startOfDay(date, offset);
    return new Date(midnight.getFullYear(), midnight.getMonth(), midnight.getDate(), Math.floor(value / 60), value % 60);
  };
  return {
    name: shift[language],
    from: at(index < 0 ? -1 : 0, shift.starts),
    to: at(index === 2 ? 1 : 0, next.starts),
  };
}

const conceptText = (concept) => (concept && (concept.text || ((concept.coding || [])[0] || {}).display)) || "";

/** The name in bold and the rest of a medicine: {name, rest, atc}. */
export function medicineOf(resource) {
  const concept = resource.medicationCodeableConcept;
  const codings = (concept && concept.coding) || [];
  const atc = codings.find(({ system }) => /atc|whocc/i.test(system || "")) || codings[0] || {};
  const text = conceptText(concept) || (resource.medicationReference || {}).display || "?";
  const known = atc.display && text.toLowerCase().startsWith(atc.display.toLowerCase()) ? text.slice(0, atc.display.length) : null;
  const name = known || (/^([^\d]+?)(?=\s+[\d.,]+|$)/.exec(text) || [text])[0].trim();
  return { name, rest: text.slice(name.length).trim(), atc: atc.code || "" };
}

const PLURAL = { tablett: "tabletter", kapsel: "kapsler", dråpe: "dråper", pose: "poser", sprøyte: "sprøyter", inhalasjon: "inhalasjoner", dose: "doser" };

/** `2 tabletter`, `½ tablett`, `12 E`; empty when the dose is one of what the name already says. */
export function doseText(dosage, rest = "") {
  const quantity = ((dosage.doseAndRate || [])[0] || {}).doseQuantity;
  if (!quantity || typeof quantity.value !== "number") return "";
  const unit = quantity.unit || "";
  if (quantity.value === 1 && rest.toLowerCase().includes(unit.toLowerCase())) return "";
  const number = quantity.value === 0.5 ? "½" : String(quantity.value).replace(".", ",");
  return `${number} ${quantity.value > 1 ? PLURAL[unit] || unit : unit}`.trim();
}

export function isAsNeeded(request) {
  return (request.dosageInstruction || []).some((dosage) => dosage.asNeededBoolean || dosage.asNeededCodeableConcept);
}

function bounds(request, dosage) {
  const period = ((dosage.timing || {}).repeat || {}).boundsPeriod || (request.dispenseRequest || {}).validityPeriod || {};
  const start = period.start || request.authoredOn;
  const end = period.end ? new Date(period.end.length === 10 ? `${period.end}T23:59:59` : period.end) : null;
  return { start: start ? new Date(start.length === 10 ? `${start}T00:00:00` : start) : null, end };
}

const daysBetween = (one, other) => Math.round((startOfDay(other) - startOfDay(one)) / DAY);

function isDay(date, repeat, start) {
  if (repeat.dayOfWeek && repeat.dayOfWeek.length) return repeat.dayOfWeek.includes(WEEKDAYS[date.getDay()]);
  const unit = repeat.periodUnit || "d";
  const every = (repeat.period || 1) * (unit === "wk" ? 7 : 1);
  if (!["d", "wk"].includes(unit)) return false;
  return every <= 1 || !start || daysBetween(start, date) % every === 0;
}

/** When one dosage is to be given between two moments. */
export function timesOf(request, dosage, from, to) {
  const repeat = (dosage.timing || {}).repeat || {};
  const { start, end } = bounds(request, dosage);
  const times = [];
  for (let date = startOfDay(from); date <= to; date = startOfDay(date, 1)) {
    if (!isDay(date, repeat, start)) continue;
    for (const text of repeat.timeOfDay || []) {
      const [hours, minutes] = text.split(":").map(Number);
      const at = new Date(date.getFullYear(), date.getMonth(), date.getDate(), hours, minutes);
      if (at >= from && at <= to && (!start || at >= start) && (!end || at <= end)) times.push(at);
    }
  }
  return times;
}

/** `dag 5 av 7` for a course with an end within a month, else empty. */
export function courseText(request, now, language = "nb") {
  const { start, end } = bounds(request, (request.dosageInstruction || [])[0] || {});
  if (!start || !end) return "";
  const days = daysBetween(start, end) + 1;
  const today = daysBetween(start, now) + 1;
  if (days > 31 || today < 1 || today > days) return "";
  return language === "en" ? `day ${today} of ${days}` : `dag ${today} av ${days}`;
}

const effective = (administration) =>
  new Date(administration.effectiveDateTime || (administration.effectivePeriod || {}).start || 0);

function isOf(administration, request) {
  const reference = (administration.request || {}).reference;
  if (reference) return reference.endsWith(`MedicationRequest/${request.id}`);
  const [one, other] = [medicineOf(administration), medicineOf(request)];
  return Boolean(one.atc) && one.atc === other.atc && one.rest === other.rest;
}

/** What a planned time is called now: {kind, word}; kinds: given, notGiven, late, now, soon, later. */
export function stateOf(at, administration, now, language = "nb") {
  const say = (nb, en) => (language === "en" ? en : nb);
  if (administration) {
    const when = clock(effective(administration));
    if (administration.status === "not-done") return { kind: "notGiven", word: say("Ikke gitt", "Not given") };
    if (["on-hold", "stopped"].includes(administration.status)) return { kind: "notGiven", word: say("Avbrutt", "Stopped") };
    return { kind: "given", word: say(`Gitt ${when}`, `Given ${when}`) };
  }
  const wait = at - now;
  if (wait < -NOW_MINUTES * MINUTE) return { kind: "late", word: say(`Forfalt ${span(-wait)}`, `Overdue ${span(-wait, "en")}`) };
  if (wait <= NOW_MINUTES * MINUTE) return { kind: "now", word: say("Nå", "Now") };
  if (at < shiftOf(now).to) return { kind: "soon", word: say(`Om ${span(wait)}`, `In ${span(wait, "en")}`) };
  return { kind: "later", word: shiftOf(at, language).name };
}

/**
 * The day's doses in order of time, given ones outside the plan among them:
 * [{at, medicine, dose, state, note, course}]. From eight hours back to the end of the next shift.
 */
export function scheduleOf(requests, administrations, now, language = "nb") {
  const from = new Date(now - BACK_HOURS * HOUR);
  const to = new Date(shiftOf(shiftOf(now).to).to - 1);
  const real = administrations.filter(({ status }) => !["entered-in-error", "unknown"].includes(status));
  const used = new Set();
  const rows = [];
  for (const request of requests) {
    if (isAsNeeded(request)) continue;
    const medicine = medicineOf(request);
    const own = real.filter((administration) => isOf(administration, request));
    const wide = new Date(from - MATCH_HOURS * HOUR);
    const planned = (request.dosageInstruction || []).flatMap((dosage) => timesOf(request, dosage, wide, to).map((at) => ({ at, dosage })));
    for (const { at, dosage } of planned.sort((one, other) => one.at - other.at)) {
      const near = own
        .filter((one) => !used.has(one) && Math.abs(effective(one) - at) <= MATCH_HOURS * HOUR)
        .sort((one, other) => Math.abs(effective(one) - at) - Math.abs(effective(other) - at))[0];
      if (near) used.add(near);
      if (at < from) continue;
      if (!near && request.status === "on-hold") continue;
      const note = near ? conceptText((near.statusReason || [])[0]) : "";
      const course = courseText(request, now, language);
      rows.push({ at, medicine, dose: doseText(dosage, medicine.rest), state: stateOf(at, near, now, language), note, course });
    }
  }
  for (const administration of real) {
    const at = effective(administration);
    if (used.has(administration) || at < from || at > to) continue;
    const request = requests.find((one) => isOf(administration, one));
    const medicine = medicineOf(administration.medicationCodeableConcept || !request ? administration : request);
    const dosage = { doseAndRate: [{ doseQuantity: (administration.dosage || {}).dose }] };
    const note = conceptText((administration.statusReason || [])[0] || (administration.reasonCode || [])[0]);
    rows.push({ at, medicine, dose: doseText(dosage, medicine.rest), state: stateOf(at, administration, now, language), note, course: "" });
  }
  return rows.sort((one, other) => one.at - other.at || one.medicine.name.localeCompare(other.medicine.name, "nb"));
}

const ratioText = (ratio, doseUnit, language) => {
  const { numerator, denominator } = ratio || {};
  if (!numerator || typeof numerator.value !== "number") return "";
  const unit = numerator.unit || "";
  const number = String(numerator.value).replace(".", ",");
  const counted = PLURAL[unit] && unit === doseUnit;
  const amount = counted ? number : `${number} ${unit}`.trim();
  const days = denominator && /^(h|t|time)/i.test(denominator.unit || denominator.code || "") ? (denominator.value || 24) / 24 : (denominator || {}).value || 1;
  if (days !== 1) return language === "en" ? `Max ${amount}` : `Maks ${amount}`;
  return language === "en" ? `Max ${amount} a day` : `Maks ${amount} i døgnet`;
};

/** Medicines as needed: [{medicine, dose, most, reason, last, count}]; `last` and `count` are of the last 24 hours. */
export function asNeededOf(requests, administrations, now, language = "nb") {
  return requests.filter(isAsNeeded).map((request) => {
    const dosage = request.dosageInstruction.find((one) => one.asNeededBoolean || one.asNeededCodeableConcept);
    const given = administrations
      .filter((one) => one.status === "completed" && isOf(one, request) && now - effective(one) <= DAY && effective(one) <= now)
      .map(effective)
      .sort((one, other) => other - one);
    const medicine = medicineOf(request);
    const most = Array.isArray(dosage.maxDosePerPeriod) ? dosage.maxDosePerPeriod[0] : dosage.maxDosePerPeriod;
    return {
      medicine,
      dose: doseText(dosage, medicine.rest),
      most: ratioText(most, (((dosage.doseAndRate || [])[0] || {}).doseQuantity || {}).unit, language),
      reason: conceptText(dosage.asNeededCodeableConcept) || conceptText((request.reasonCode || [])[0]),
      last: given[0] || null,
      count: given.length,
      text: dosage.text || "",
    };
  });
}
