import assert from "node:assert/strict";
import { test } from "node:test";
const base = process.env.APPS + "/legemidler/";
const { asNeededOf, courseText, doseText, medicineOf, scheduleOf, shiftOf, stateOf, timesOf } = await import(base + "plan.js");
const { allergiesOf } = await import(base + "allergies.js");

const NIGHT = new Date(2026, 10, 23, 3, 12);
const at = (day, hour, minute = 0) => new Date(2026, 10, day, hour, minute);
const concept = (text, code, display) => ({ text, coding: [{ system: "http://www.whocc.no/atc", code, display }] });
const request = (id, clocks, more = {}) => ({
  resourceType: "MedicationRequest", id, status: "active", medicationCodeableConcept: concept(`${id} 5 mg tablett`, `X${id}`, id),
  dosageInstruction: [{ timing: { repeat: { frequency: clocks.length, period: 1, periodUnit: "d", timeOfDay: clocks.map((clock) => `${clock}:00`), ...(more.repeat || {}) } },
    doseAndRate: [{ doseQuantity: { value: more.dose || 1, unit: "tablett" } }] }],
  ...more.request,
});
const given = (id, when, status = "completed", more = {}) => ({ id: `${id}${when}`, status, effectiveDateTime: when.toISOString(), request: { reference: `MedicationRequest/${id}` }, ...more });
const rowsOf = (requests, administrations, now = NIGHT) => scheduleOf(requests, administrations, now).map(({ at: when, medicine, state }) => [when.getDate(), when.getHours(), medicine.name, state.word]);

test("the night of the mock-up", () => {
  const rows = rowsOf(
    [request("Zopiklon", ["21:00"]), request("Furosemid", ["06:00"]), request("Metoprolol", ["08:00"])],
    [given("Zopiklon", at(22, 21, 10))],
  );
  assert.deepEqual(rows, [[22, 21, "Zopiklon", "Gitt 21:10"], [23, 6, "Furosemid", "Om 2 t 48 min"], [23, 8, "Metoprolol", "Dagvakt"]]);
});

test("what a planned time is called", () => {
  const word = (when) => stateOf(when, null, NIGHT).word;
  assert.equal(word(at(23, 3)), "Nå");
  assert.equal(word(at(23, 3, 40)), "Nå");
  assert.equal(word(at(23, 2, 30)), "Forfalt 42 min");
  assert.equal(word(at(23, 7)), "Om 3 t 48 min");
  assert.equal(word(at(23, 7, 30)), "Dagvakt");
  assert.equal(stateOf(at(23, 3), given("a", at(23, 3, 5), "not-done"), NIGHT).word, "Ikke gitt");
  assert.equal(stateOf(at(23, 2, 30), null, NIGHT, "en").word, "Overdue 42 min");
});

test("one administration answers one planned time, the nearest", () => {
  const rows = rowsOf([request("Paracet", ["20:00", "22:00", "02:00"])], [given("Paracet", at(22, 22, 10)), given("Paracet", at(22, 20, 5))]);
  assert.deepEqual(rows.map(([, hour, , word]) => [hour, word]), [[20, "Gitt 20:05"], [22, "Gitt 22:10"], [2, "Forfalt 1 t 12 min"]]);
});

test("a dose given outside the plan is shown at its time", () => {
  const needed = { ...request("Paracet", []), dosageInstruction: [{ asNeededBoolean: true, doseAndRate: [{ doseQuantity: { value: 1, unit: "tablett" } }] }] };
  assert.deepEqual(rowsOf([needed], [given("Paracet", at(23, 2, 40))]), [[23, 2, "Paracet", "Gitt 02:40"]]);
  assert.deepEqual(rowsOf([needed], [given("Paracet", at(23, 2, 40), "entered-in-error")]), []);
});

test("weekly, every third day, within bounds", () => {
  const weekly = request("Alendronat", ["08:00"], { repeat: { dayOfWeek: ["tue"] } });
  assert.deepEqual(rowsOf([weekly], []), []);
  const patch = request("Plaster", ["08:00"], { repeat: { period: 3, boundsPeriod: { start: "2026-11-20" } } });
  assert.equal(rowsOf([patch], []).length, 1);
  const over = request("Kur", ["08:00"], { repeat: { boundsPeriod: { start: "2026-11-10", end: "2026-11-22" } } });
  assert.deepEqual(rowsOf([over], []), []);
  const last = request("Kur", ["08:00"], { repeat: { boundsPeriod: { start: "2026-11-17", end: "2026-11-23" } } });
  assert.equal(rowsOf([last], []).length, 1);
  assert.equal(courseText(last, NIGHT), "dag 7 av 7");
  assert.equal(courseText(over, NIGHT), "");
});

test("times across the end of summer time", () => {
  const one = request("A", ["08:00"]);
  const times = timesOf(one, one.dosageInstruction[0], new Date(2026, 9, 24, 12), new Date(2026, 9, 26, 12));
  assert.deepEqual(times.map((when) => [when.getDate(), when.getHours()]), [[25, 8], [26, 8]]);
});

test("paused medicines are not overdue", () => {
  assert.deepEqual(rowsOf([{ ...request("A", ["02:00"]), status: "on-hold" }], []), []);
});

test("shifts", () => {
  assert.equal(shiftOf(NIGHT).name, "Nattevakt");
  assert.deepEqual([shiftOf(NIGHT).from.getDate(), shiftOf(NIGHT).to.getHours()], [22, 7]);
  assert.equal(shiftOf(at(23, 7, 30)).name, "Dagvakt");
  assert.equal(shiftOf(at(23, 22, 29)).name, "Kveldsvakt");
  assert.equal(shiftOf(at(23, 23)).to.getDate(), 24);
});

test("names and doses", () => {
  assert.deepEqual(medicineOf({ medicationCodeableConcept: concept("Kalsium og D-vitamin 500 mg tyggetablett", "A12AX01", "Kalsium og D-vitamin") }),
    { name: "Kalsium og D-vitamin", rest: "500 mg tyggetablett", atc: "A12AX01" });
  assert.equal(medicineOf({ medicationCodeableConcept: { text: "Furosemid 40 mg tablett" } }).name, "Furosemid");
  assert.equal(medicineOf({}).name, "?");
  const dose = (value, unit) => doseText({ doseAndRate: [{ doseQuantity: { value, unit } }] }, "40 mg tablett");
  assert.deepEqual([dose(1, "tablett"), dose(2, "tablett"), dose(0.5, "tablett"), dose(18, "E"), dose(2.5, "mg")], ["", "2 tabletter", "½ tablett", "18 E", "2,5 mg"]);
  assert.equal(doseText({}), "");
});

test("as needed: how much at most, when last, how often", () => {
  const needed = { ...request("Paracet", []), dosageInstruction: [{ asNeededCodeableConcept: { text: "ved smerter" }, doseAndRate: [{ doseQuantity: { value: 1, unit: "tablett" } }],
    maxDosePerPeriod: { numerator: { value: 4, unit: "tablett" }, denominator: { value: 1, unit: "døgn", code: "d" } } }] };
  const [row] = asNeededOf([needed], [given("Paracet", at(23, 2, 40)), given("Paracet", at(22, 20)), given("Paracet", at(22, 2)), given("Paracet", at(23, 1), "not-done")], NIGHT);
  assert.deepEqual([row.most, row.reason, row.count, row.last.getHours()], ["Maks 4 i døgnet", "ved smerter", 2, 2]);
  const grams = { ...needed, dosageInstruction: [{ ...needed.dosageInstruction[0], maxDosePerPeriod: { numerator: { value: 4, unit: "g" }, denominator: { value: 24, unit: "h" } } }] };
  assert.equal(asNeededOf([grams], [], NIGHT)[0].most, "Maks 4 g i døgnet");
});

test("no known allergies and not recorded are two things", () => {
  const allergy = (more) => ({ resourceType: "AllergyIntolerance", code: { text: "Penicillin" }, ...more });
  assert.deepEqual(allergiesOf([]), { kind: "not-recorded" });
  assert.deepEqual(allergiesOf([allergy({ code: { coding: [{ code: "716186003" }] } })]), { kind: "none-known" });
  const real = allergiesOf([allergy({ criticality: "high", reaction: [{ manifestation: [{ text: "anafylaksi" }] }] }), allergy({ code: { coding: [{ code: "716186003" }] } })]);
  assert.deepEqual(real, { kind: "recorded", cave: [{ what: "Penicillin", reaction: "anafylaksi", high: true }], other: [] });
  assert.equal(allergiesOf([allergy({ verificationStatus: { coding: [{ code: "refuted" }] } })]).kind, "not-recorded");
  assert.equal(allergiesOf([allergy({ clinicalStatus: { coding: [{ code: "resolved" }] } })]).kind, "not-recorded");
});
