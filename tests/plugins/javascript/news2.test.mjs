import assert from "node:assert/strict";
import { test } from "node:test";
const { currentScore, level, points, scaleOf, score } = await import(process.env.APPS + "/malinger/news2.js");

/* Chart 1 of the Royal College of Physicians' NEWS2 report, 2017: every limit from both sides. */
const LIMITS = {
  resp: [[8, 3], [9, 1], [11, 1], [12, 0], [20, 0], [21, 2], [24, 2], [25, 3]],
  spo2: [[91, 3], [92, 2], [93, 2], [94, 1], [95, 1], [96, 0], [100, 0]],
  systolic: [[90, 3], [91, 2], [100, 2], [101, 1], [110, 1], [111, 0], [219, 0], [220, 3]],
  pulse: [[40, 3], [41, 1], [50, 1], [51, 0], [90, 0], [91, 1], [110, 1], [111, 2], [130, 2], [131, 3]],
  temp: [[35.0, 3], [35.1, 1], [36.0, 1], [36.1, 0], [38.0, 0], [38.1, 1], [39.0, 1], [39.1, 2]],
};
for (const [name, rows] of Object.entries(LIMITS)) {
  test(`limits of ${name}`, () => {
    for (const [value, expected] of rows) assert.equal(points(name, value), expected, `${name} ${value}`);
  });
}

test("oxygen gives 2, anything but awake gives 3", () => {
  assert.equal(points("oxygen", true), 2);
  assert.equal(points("oxygen", false), 0);
  assert.deepEqual(["A", "C", "V", "P", "U"].map((letter) => points("consciousness", letter)), [0, 3, 3, 3, 3]);
});

test("scale 2 of SpO2", () => {
  const off = (value) => points("spo2", value, { scale: 2, oxygen: false });
  const on = (value) => points("spo2", value, { scale: 2, oxygen: true });
  assert.deepEqual([83, 84, 85, 86, 87, 88, 92, 93, 99].map(off), [3, 2, 2, 1, 1, 0, 0, 0, 0]);
  assert.deepEqual([83, 85, 87, 88, 92, 93, 94, 95, 96, 97].map(on), [3, 2, 1, 0, 0, 1, 1, 2, 2, 3]);
});

test("a value is judged as it is measured: one decimal for temperature, none for others", () => {
  assert.equal(points("temp", 38.04), 0);
  assert.equal(points("temp", 38.06), 1);
  assert.equal(points("resp", 20.4), 0);
});

test("not measured is no points and not zero", () => {
  assert.equal(points("temp", undefined), null);
  assert.equal(points("pulse", NaN), null);
  assert.equal(points("consciousness", "X"), null);
});

const SET = { temp: 38.3, pulse: 96, resp: 21, spo2: 94, systolic: 132, consciousness: "A" };

test("the whole score of the night: 5, medium", () => {
  const sum = score(SET);
  assert.equal(sum.total, 5);
  assert.equal(sum.level, "medium");
  assert.ok(sum.complete);
  assert.deepEqual(sum.parts, { resp: 2, spo2: 1, oxygen: 0, systolic: 0, pulse: 1, consciousness: 0, temp: 1 });
});

test("oxygen in litres counts, and zero litres is air", () => {
  assert.equal(score({ ...SET, oxygen: 1.5 }).total, 7);
  assert.equal(score({ ...SET, oxygen: 0 }).total, 5);
});

test("with a part missing the total is the least it can be", () => {
  const { consciousness, ...rest } = SET;
  const sum = score(rest);
  assert.equal(sum.complete, false);
  assert.deepEqual(sum.missing, ["consciousness"]);
  assert.equal(sum.total, 5);
  assert.equal(consciousness, "A");
});

test("levels", () => {
  assert.deepEqual([[0, false], [4, false], [3, true], [5, false], [6, true], [7, false]].map(([total, three]) => level(total, three)),
    ["low", "low", "single", "medium", "medium", "high"]);
});

test("scale 2 only where an active flag of the record says 88 to 92 per cent", () => {
  const calm = { temp: 36.8, pulse: 80, resp: 18, spo2: 90, systolic: 130, consciousness: "A" };
  const flag = (text, status = "active") => ({ resourceType: "Flag", status, code: { text } });
  assert.deepEqual(scaleOf([flag("Fallrisiko"), flag("NEWS2: SpO₂ 88–92 %")]), { scale: 2, flag: "NEWS2: SpO₂ 88–92 %" });
  assert.equal(scaleOf([{ status: "active", code: { coding: [{ display: "SpO2 target 88-92%" }] } }]).scale, 2);
  assert.deepEqual(scaleOf([flag("NEWS2: SpO₂ 88–92 %", "inactive"), flag("Rom 88, seng 92"), flag("SpO₂ 188–92")]), { scale: 1, flag: "" });
  assert.deepEqual(scaleOf([]), { scale: 1, flag: "" });
  assert.deepEqual(scaleOf(null), { scale: 1, flag: null });
  assert.equal(score(calm, scaleOf([flag("SpO₂ 88 til 92 %")]).scale).total, 0);
  assert.equal(currentScore([{ ...calm, news2: 0, at: new Date() }], scaleOf([]).scale).total, 3);
});

test("a single later value does not hide the score of the whole set", () => {
  const at = (minutes) => new Date(Date.UTC(2026, 10, 23, 2, 40 + minutes));
  const whole = { ...SET, at: at(0) };
  const single = currentScore([whole, { temp: 36.9, at: at(90) }]);
  assert.deepEqual([single.total, single.complete, single.newer.temp], [5, true, 36.9]);
  const worse = currentScore([whole, { pulse: 135, resp: 26, at: at(90) }]);
  assert.deepEqual([worse.total, worse.complete, worse.newer], [6, false, null]);
  assert.equal(currentScore([whole, { temp: 36.9, at: at(26 * 60) }]).complete, false);
  assert.equal(currentScore([]), null);
});
