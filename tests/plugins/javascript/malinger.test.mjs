import assert from "node:assert/strict";
import { test } from "node:test";
const base = process.env.APPS + "/malinger/";
const { consciousnessOf, lastUpdated, measurementsOf, seriesOf, setsOf, weightChange, written } = await import(base + "observations.js");
const { ageWindow, map, stretches, timeWindow, valueWindow } = await import(base + "scale.js");
const { bmiOf, diaryOf, laboratoryOf } = await import(base + "laboratory.js");
const { decide, isOlder, pause, read } = await import(base + "events.js");

const observation = (code, value, at, more = {}) => ({
  resourceType: "Observation", id: `${code}-${at}`, status: "final",
  code: { coding: [{ system: "http://loinc.org", code }] }, effectiveDateTime: at, valueQuantity: { value }, ...more,
});

test("an observation becomes a measurement, a blood pressure two", () => {
  const [temp] = measurementsOf(observation("8310-5", 38.3, "2026-11-23T02:40:00+01:00"));
  assert.deepEqual([temp.name, temp.value, temp.at.toISOString()], ["temp", 38.3, "2026-11-23T01:40:00.000Z"]);
  const part = (code, value) => ({ code: { coding: [{ system: "http://loinc.org", code }] }, valueQuantity: { value } });
  const panel = observation("85354-9", 0, "2026-11-23T02:40:00Z", { valueQuantity: undefined, component: [part("8480-6", 132), part("8462-4", 74)] });
  assert.deepEqual(measurementsOf(panel).map(({ name, value }) => [name, value]), [["systolic", 132], ["diastolic", 74]]);
});

test("what is mistaken, cancelled, undated, of another code or only a limit is left out", () => {
  const at = "2026-11-23T02:40:00Z";
  assert.equal(measurementsOf(observation("8310-5", 38, at, { status: "entered-in-error" })).length, 0);
  assert.equal(measurementsOf(observation("8310-5", 38, undefined)).length, 0);
  assert.equal(measurementsOf(observation("9999-9", 38, at)).length, 0);
  assert.equal(measurementsOf(observation("8310-5", 0, at, { valueQuantity: { value: 34, comparator: "<" } })).length, 0);
  assert.equal(measurementsOf(observation("8310-5", 0, at, { valueQuantity: undefined, dataAbsentReason: {} })).length, 0);
  assert.deepEqual(measurementsOf(null), []);
  const foreign = observation("8310-5", 38, at);
  foreign.code.coding[0].system = "urn:other";
  assert.equal(measurementsOf(foreign).length, 0);
});

test("consciousness by SNOMED, by letter and by word", () => {
  assert.equal(consciousnessOf({ coding: [{ code: "248234008" }] }), "A");
  assert.equal(consciousnessOf({ coding: [{ code: "130987000" }] }), "C");
  assert.equal(consciousnessOf({ coding: [{ code: "V" }] }), "V");
  assert.equal(consciousnessOf({ text: "Nyoppstått forvirring" }), "C");
  assert.equal(consciousnessOf({ text: "Reagerer på smerte" }), "P");
  assert.equal(consciousnessOf({ text: "Reagerer på tiltale" }), "V");
  assert.equal(consciousnessOf({ text: "sover" }), null);
  assert.equal(consciousnessOf(null), null);
});

test("sets join what was measured together, the newest of each", () => {
  const series = seriesOf([
    observation("8310-5", 38.3, "2026-11-23T02:40:10Z"), observation("8867-4", 96, "2026-11-23T02:40:00Z"),
    observation("8310-5", 37.9, "2026-11-23T02:10:00Z"), observation("8867-4", 80, "2026-11-22T20:00:00Z"),
  ]);
  const sets = setsOf(series);
  assert.equal(sets.length, 2);
  assert.deepEqual([sets[1].temp, sets[1].pulse], [38.3, 96]);
  assert.deepEqual([sets[0].temp, sets[0].pulse], [undefined, 80]);
});

test("oxygen counts with its SpO2 and not with a later one", () => {
  const at = (minute) => `2026-11-23T02:${minute}:00Z`;
  const early = [observation("59408-5", 94, at("10")), observation("3151-8", 2, at("10"))];
  assert.equal(setsOf(seriesOf(early))[0].oxygen, 2);
  assert.equal(setsOf(seriesOf([...early, observation("59408-5", 97, at("40"))]))[0].oxygen, undefined);
});

test("the same id again replaces", () => {
  const one = observation("8310-5", 38.3, "2026-11-23T02:40:00Z");
  assert.deepEqual(seriesOf([one, { ...one, valueQuantity: { value: 37 } }]).temp.map(({ value }) => value), [37]);
  assert.deepEqual(seriesOf([one, { ...one, status: "entered-in-error" }]), {});
});

test("the newest stamp, across zones", () => {
  const stamps = ["2026-11-23T03:00:00+01:00", "2026-11-23T02:30:00Z"].map((text) => ({ meta: { lastUpdated: text } }));
  assert.equal(lastUpdated(stamps), "2026-11-23T02:30:00Z");
  assert.equal(lastUpdated([{}]), null);
});

test("weight change in kilos and percent over 90 days", () => {
  const now = new Date("2026-11-23T03:00:00Z");
  const weights = [[100, 80], [80, 60], [1, 56]].map(([days, value]) => ({ at: new Date(now - days * 86400000), value }));
  const change = weightChange(weights, now);
  assert.equal(change.kilos, -4);
  assert.equal(Math.round(change.percent), -7);
  assert.equal(weightChange(weights.slice(0, 2), now), null);
});

test("numbers are written with a comma and a real minus", () => {
  assert.equal(written(38.3, 1), "38,3");
  assert.equal(written(-3.6, 1), "−3,6");
  assert.equal(written(38.3, 1, "en"), "38.3");
});

test("seven days are seven local days, today last", () => {
  const time = timeWindow("7d", new Date(2026, 10, 23, 3, 12));
  assert.deepEqual(time.ticks.map(({ label }) => label), ["tir 17.", "ons 18.", "tor 19.", "fre 20.", "lør 21.", "søn 22.", "man 23."]);
  assert.equal(time.to.getTime(), new Date(2026, 10, 24).getTime());
});

test("days stay days when summer time ends", () => {
  const time = timeWindow("7d", new Date(2026, 9, 27, 12, 0));
  assert.deepEqual(time.ticks.map(({ at }) => at.getHours()), [0, 0, 0, 0, 0, 0, 0]);
});

test("24 hours end at the next full hour", () => {
  const time = timeWindow("24h", new Date(2026, 10, 23, 3, 12));
  assert.equal(time.to.getHours(), 4);
  assert.deepEqual(time.ticks.map(({ label }) => label), ["04:00", "08:00", "12:00", "16:00", "20:00", "00:00"]);
});

test("values widen the window, and a map is linear", () => {
  assert.deepEqual(valueWindow("temp", [40.2]), [35.4, 40.2]);
  assert.deepEqual(valueWindow("temp", []), [35.4, 38.9]);
  assert.deepEqual(valueWindow("weight", [50, 60]), [48.5, 61.5]);
  assert.deepEqual(valueWindow("weight", []), [0, 1]);
  assert.equal(map(0, 10, 100, 0)(2.5), 75);
});

test("a line is broken where nothing was measured for long", () => {
  const at = (days) => ({ at: new Date(days * 86400000) });
  assert.deepEqual(stretches([at(0), at(1), at(9)], 2 * 86400000).map((part) => part.length), [2, 1]);
});

test("glucose and pain are measurements, in millimoles and as a whole number", () => {
  const at = "2026-11-23T07:30:00Z";
  const of = (...asked) => measurementsOf(observation(...asked)).map(({ name, value }) => [name, value]);
  assert.deepEqual(of("14743-9", 11.9, at), [["glucose", 11.9]]);
  assert.deepEqual(of("15074-8", 0, at, { valueQuantity: { value: 180, code: "mg/dL" } }), [["glucose", 10]]);
  assert.deepEqual(of("38208-5", 0, at, { valueQuantity: undefined, valueInteger: 4 }), [["pain", 4]]);
  assert.deepEqual(of("9843-4", 0, at, { valueQuantity: { value: 0.47, code: "m" } }), [["head", 47]]);
});

test("a diary has the values of a day by the part of the day, the newest day first", () => {
  const entry = (text, value) => ({ at: new Date(text), value });
  const diary = diaryOf([entry("2026-11-22T04:59", 5), entry("2026-11-22T05:00", 6), entry("2026-11-22T07:35", 7), entry("2026-11-23T21:00", 8)]);
  assert.deepEqual(diary.map(({ parts }) => parts.map((part) => part.map(({ value }) => value))), [[[], [], [], [], [8]], [[5], [6, 7], [], [], []]]);
});

const answer = (code, text, value, day, more = {}) => ({
  ...observation(code, value, `${day}T08:00:00Z`, { category: [{ coding: [{ code: "laboratory" }] }] }), code: { coding: [{ system: "http://loinc.org", code }], text },
  valueQuantity: { value, unit: "mmol/l" }, ...more,
});

test("laboratory answers become series: known ones first, with range, flag and sign", () => {
  const range = { referenceRange: [{ low: { value: 1.5 }, high: { value: 4.7 } }] };
  const found = laboratoryOf([
    answer("2885-2", "Albumin", 40, "2026-01-02"), answer("22748-8", "LDL-kolesterol", 2.9, "2026-01-02", range),
    answer("22748-8", "LDL-kolesterol", 5, "2025-01-02", range),
    answer("30522-7", "hs-CRP", 0.6, "2026-01-02", { valueQuantity: { value: 0.6, unit: "mg/l", comparator: "<" } }),
  ]);
  assert.deepEqual(found.map(({ name }) => name), ["LDL-kolesterol", "hs-CRP", "Albumin"]);
  assert.deepEqual(found[0].entries.map(({ value, flag }) => [value, flag]), [[5, "H"], [2.9, ""]]);
  assert.deepEqual([found[0].range, found[0].decimals, found[1].entries[0].sign], [[1.5, 4.7], 1, "<"]);
});

test("the laboratory's own mark goes before the range; other units are other series", () => {
  const high = { interpretation: [{ coding: [{ code: "H" }] }], referenceRange: [{ high: { value: 9 } }] };
  const found = laboratoryOf([answer("2276-4", "Ferritin", 5, "2026-01-02", high), answer("2276-4", "Ferritin", 5, "2026-01-03", { valueQuantity: { value: 5, unit: "ng/ml" } })]);
  assert.deepEqual(found.map(({ unit, entries }) => [unit, entries[0].flag]), [["mmol/l", "H"], ["ng/ml", ""]]);
});

test("what is mistaken, in words, not of a laboratory, or glucose of the bedside is no laboratory series", () => {
  const day = "2026-01-02";
  assert.deepEqual(laboratoryOf([
    answer("22748-8", "LDL", 3, day, { status: "entered-in-error" }), answer("22748-8", "LDL", 3, day, { category: [] }),
    answer("22748-8", "LDL", 3, day, { valueQuantity: undefined, valueString: "hemolyse" }), answer("14743-9", "Blodsukker", 6, day),
  ]), []);
});

test("five years have a line at each new year, one year at each quarter", () => {
  const now = new Date(2026, 10, 23, 3, 12);
  assert.deepEqual(timeWindow("5y", now).ticks.map(({ label }) => label), ["2022", "2023", "2024", "2025", "2026"]);
  assert.deepEqual(timeWindow("1y", now).ticks.map(({ label }) => label), ["2026", "apr", "jul", "okt"]);
});

test("a childhood has a line at each birthday, a baby at each third month", () => {
  const now = new Date(2026, 10, 23);
  assert.deepEqual(ageWindow("2022-05-09", now).ticks.map(({ label }) => label), ["0 år", "1 år", "2 år", "3 år", "4 år"]);
  assert.deepEqual(ageWindow("2025-11-20", now, "en").ticks.map(({ label }) => label), ["0 y", "3 mo", "6 mo", "9 mo", "1 y"]);
});

test("small differences of a fine series can be seen", () => {
  assert.deepEqual(valueWindow("lab", [1, 2], undefined, true), [0.84, 2.16]);
  assert.equal(Math.round(bmiOf(50, 160) * 10), 195);
  assert.equal(bmiOf(50, undefined), null);
});

/* FHIRcast: FC-08, FC-12, FC-14, FC-22, FC-27. */
const frame = (name, patient, more = {}) => JSON.stringify({
  timestamp: "2026-11-23T02:00:00.000Z", id: "e1",
  event: { "hub.topic": "t", "hub.event": name, context: [{ key: "patient", resource: { resourceType: "Patient", id: patient } }] }, ...more,
});

test("frames of the hub", () => {
  assert.deepEqual(read('{"hub.mode":"subscribe","hub.lease_seconds":600}'), { kind: "confirmed", lease: 600 });
  assert.deepEqual(read('{"hub.mode":"denied"}'), { kind: "denied" });
  assert.deepEqual(read(frame("patient-OPEN", "b")), { kind: "open", id: "e1", stamp: "2026-11-23T02:00:00.000Z", patient: "b" });
  assert.equal(read(frame("Patient-close", "b")).kind, "close");
  assert.deepEqual(read(frame("Encounter-open", "b")), { kind: "other", id: "e1" });
  assert.deepEqual(read("no json"), { kind: "other" });
  assert.deepEqual(read("{}"), { kind: "other" });
});

test("an older event is ignored, at the coarser precision of the two (FC-27)", () => {
  assert.equal(isOlder("2026-11-23T02:00:00.100Z", "2026-11-23T02:00:00.200Z"), true);
  assert.equal(isOlder("2026-11-23T02:00:00Z", "2026-11-23T02:00:00.900Z"), false);
  assert.equal(isOlder("2026-11-23T01:59:59Z", "2026-11-23T02:00:00.900Z"), true);
  assert.equal(isOlder("2026-11-23T02:00Z", "2026-11-23T02:00:30Z"), false);
  assert.equal(isOlder("2026-11-23T03:00:00+01:00", "2026-11-23T02:00:00Z"), false);
  assert.equal(isOlder("2026-11-23T02:00:00Z", null), false);
});

test("what an event does to the context", () => {
  const context = { patient: "a", stamp: "2026-11-23T02:00:00Z" };
  const event = (kind, patient, stamp) => ({ kind, patient, stamp });
  assert.equal(decide(context, event("open", "b", "2026-11-23T02:00:01Z")), "switch");
  assert.equal(decide(context, event("open", "b", "2026-11-23T01:00:00Z")), "ignore");
  assert.equal(decide(context, event("open", "a", "2026-11-23T02:00:01Z")), "keep");
  assert.equal(decide(context, event("close", "a", "2026-11-23T02:00:01Z")), "clear");
  assert.equal(decide(context, event("close", "b", "2026-11-23T02:00:01Z")), "ignore");
  assert.equal(decide(context, event("other")), "ignore");
});

test("tries are quick at first and never further apart than 10 s", () => {
  assert.ok(pause(0, 1) <= 150);
  const first = [0, 1, 2, 3].reduce((sum, tries) => sum + pause(tries, 1), 0);
  assert.ok(first < 3000);
  assert.equal(pause(50, 1), 10000);
});
