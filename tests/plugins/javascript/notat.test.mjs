import assert from "node:assert/strict";
import { test } from "node:test";
const base = process.env.APPS + "/notat/";
const { decode, encode, fhirTime, judge, measuredAt, noteFor, observationsFor, readNumber, textOf } = await import(base + "entries.js");
const { Draft } = await import(base + "draft.js");
const { insert } = await import(base + "phrases.js");
const { measurementsOf, notesOf, together } = await import(base + "earlier.js");
const { store } = await import(base + "saving.js");
const { clock, day, moment, span, weekday, years } = await import(base + "moments.js");
const { kindOfStatus, Session } = await import(base + "smart.js");

const NOW = new Date(2026, 10, 23, 3, 4);

test("numbers as Norwegians write them", () => {
  assert.equal(readNumber("38,3"), 38.3);
  assert.equal(readNumber("38.3"), 38.3);
  assert.equal(readNumber(" 96 "), 96);
  assert.equal(readNumber("1 20"), 120);
  assert.equal(readNumber(""), null);
  assert.equal(readNumber(undefined), null);
  for (const text of ["38,", ",3", "1,2,3", "abc", "-4", "1e3", "38,345", "12345"]) assert.ok(Number.isNaN(readNumber(text)), text);
});

test("impossible values are errors, unusual ones are asked about", () => {
  assert.deepEqual(judge({ temp: "38,3", pulse: "96" }), { values: { temp: 38.3, pulse: 96 }, errors: [], unusual: [] });
  assert.deepEqual(judge({ temp: "383" }).errors, [{ name: "temp", kind: "range", likely: 38.3, hard: [25, 45] }]);
  assert.equal(judge({ temp: "99" }).errors[0].likely, null);
  assert.deepEqual(judge({ temp: "41,2" }).unusual, [{ name: "temp", value: 41.2 }]);
  assert.equal(judge({ pulse: "x" }).errors[0].kind, "number");
  assert.equal(judge({ spo2: "101" }).errors[0].kind, "range");
});

test("blood pressure comes in pairs, the upper above the lower", () => {
  assert.deepEqual(judge({ systolic: "132" }).errors, [{ name: "diastolic", kind: "both" }]);
  assert.deepEqual(judge({ diastolic: "80" }).errors, [{ name: "systolic", kind: "both" }]);
  assert.deepEqual(judge({ systolic: "80", diastolic: "90" }).errors, [{ name: "diastolic", kind: "order" }]);
  assert.deepEqual(judge({ systolic: "132", diastolic: "x" }).errors, [{ name: "diastolic", kind: "number" }]);
});

test("the time of a measurement is today, or yesterday when it is still to come", () => {
  assert.equal(measuredAt("02:40", NOW).getDate(), 23);
  assert.equal(measuredAt("0240", NOW).getHours(), 2);
  assert.equal(measuredAt("22:40", NOW).getDate(), 22);
  assert.equal(measuredAt("25:00", NOW), null);
  assert.equal(measuredAt("", NOW), null);
});

const ABOUT = { patient: "p-1", encounter: "e-1", author: { reference: "Practitioner/siri-nordli", display: "Siri Nordli" }, at: NOW };

test("measurements become vital signs, each with its own lasting id", () => {
  const made = observationsFor({ temp: 38.3, systolic: 132, diastolic: 74, oxygen: 1.5, consciousness: "C" }, ABOUT, (name) => `id-${name}`);
  assert.deepEqual(made.map(({ id }) => id), ["id-temp", "id-oxygen", "id-pressure", "id-consciousness"]);
  const [temp, , pressure, state] = made;
  assert.deepEqual(temp.valueQuantity, { value: 38.3, unit: "°C", system: "http://unitsofmeasure.org", code: "Cel" });
  assert.equal(temp.subject.reference, "Patient/p-1");
  assert.equal(temp.encounter.reference, "Encounter/e-1");
  assert.equal(temp.category[0].coding[0].code, "vital-signs");
  assert.deepEqual(pressure.component.map(({ valueQuantity }) => valueQuantity.value), [132, 74]);
  assert.equal(state.valueCodeableConcept.coding[0].code, "130987000");
  assert.ok(made.every(({ performer }) => performer[0].reference === "Practitioner/siri-nordli"));
});

test("a note carries type 9602, author, encounter and its text (NAV-12)", () => {
  const note = noteFor("Urolig. Æøå 🙂", ABOUT, "id-1", { code: "G01-1", display: "Observasjon" });
  assert.equal(note.type.coding[0].system, "urn:oid:2.16.578.1.12.4.1.1.9602");
  assert.equal(note.type.coding[0].display, "Observasjon");
  assert.deepEqual([note.id, note.status, note.context.encounter[0].reference], ["id-1", "current", "Encounter/e-1"]);
  assert.equal(textOf(note), "Urolig. Æøå 🙂");
  assert.equal(decode(encode("å")), "å");
  assert.equal(textOf({ content: [{ attachment: { contentType: "application/pdf", data: "AA==" } }] }), null);
  assert.equal(textOf({ content: [{ attachment: { contentType: "text/plain", data: "%%" } }] }), null);
  assert.equal(textOf({}), null);
});

test("local time with its offset", () => {
  assert.match(fhirTime(NOW), /^2026-11-23T03:04:00[+-]\d\d:\d\d$/);
  assert.equal(new Date(fhirTime(NOW)).getTime(), NOW.getTime());
});

test("a draft keeps its ids until it is stored, and its time from the first sign", () => {
  let count = 0;
  const draft = new Draft(() => `id-${(count += 1)}`);
  assert.ok(draft.empty);
  draft.write({ text: "U" }, NOW);
  draft.write({ text: "Ur" }, new Date(NOW.getTime() + 60000));
  assert.equal(draft.begun, NOW);
  assert.equal(draft.idOf("note"), draft.idOf("note"));
  const before = draft.idOf("note");
  draft.clear();
  assert.ok(draft.empty);
  assert.notEqual(draft.idOf("note"), before);
  draft.write({ fields: { temp: " " } }, NOW);
  assert.ok(draft.empty);
  draft.write({ fields: { temp: "3" } }, NOW);
  assert.ok(!draft.empty);
});

test("phrases are put at the cursor, with the gap marked", () => {
  assert.deepEqual(insert("Hei", 3, 3, "Drukket … ml."), { text: "Hei Drukket … ml.", start: 12, end: 13 });
  assert.deepEqual(insert("", 0, 0, "Sov godt."), { text: "Sov godt.", start: 9, end: 9 });
  assert.deepEqual(insert("ab", 1, 1, "X"), { text: "a Xb", start: 3, end: 3 });
});

test("earlier measurements of one round are one line", () => {
  const one = (code, value, minute, who = "Practitioner/a") => ({ resourceType: "Observation", id: `${code}${minute}`, status: "final", effectiveDateTime: new Date(2026, 10, 23, 2, minute).toISOString(),
    code: { coding: [{ code }] }, valueQuantity: { value, unit: code === "8310-5" ? "°C" : "/min" }, performer: [{ reference: who }] });
  const entries = measurementsOf([one("8867-4", 96, 40), one("8310-5", 38.3, 41), one("8867-4", 80, 5), one("8867-4", 70, 42, "Practitioner/b")]);
  assert.deepEqual(entries.map(({ text }) => text), ["Puls 70 /min", "Temp 38,3 °C · puls 96 /min", "Puls 80 /min"]);
  const notes = notesOf([{ resourceType: "DocumentReference", id: "n", status: "current", date: new Date(2026, 10, 23, 2, 20).toISOString() }, { resourceType: "DocumentReference", status: "entered-in-error" }]);
  assert.deepEqual(together(notes, entries).map(({ kind }) => kind), ["measurement", "measurement", "note", "measurement"]);
});

const failure = (status) => Object.assign(new Error("x"), { status });
const fake = (answers) => {
  const calls = [];
  const next = (name, what) => {
    calls.push([name, what]);
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { calls, put: async (one) => next("put", one.id), putAll: async (all) => next("putAll", all.length) };
};

test("several resources go in one transaction, one by one where the server has none", async () => {
  const good = fake([{ entry: [{ response: { status: "201 Created" } }, { response: { status: "200" } }] }]);
  await store(good, [{ id: "a" }, { id: "b" }]);
  assert.deepEqual(good.calls, [["putAll", 2]]);
  const old = fake([failure(405), { id: "a" }, { id: "b" }]);
  await store(old, [{ id: "a" }, { id: "b" }]);
  assert.deepEqual(old.calls, [["putAll", 2], ["put", "a"], ["put", "b"]]);
});

test("what is not confirmed is not stored", async () => {
  await assert.rejects(store(fake([{ entry: [{ response: { status: "201" } }] }]), [{ id: "a" }, { id: "b" }]));
  await assert.rejects(store(fake([{ entry: [{ response: { status: "201" } }, { response: { status: "403" } }] }]), [{ id: "a" }, { id: "b" }]));
  await assert.rejects(store(fake([failure(503)]), [{ id: "a" }, { id: "b" }]));
  await assert.rejects(store(fake([{ id: "other" }]), [{ id: "a" }]));
});

test("times in words", () => {
  assert.deepEqual([clock(NOW), day(NOW), weekday(NOW), moment(NOW)], ["03:04", "23.11.", "man 23.", "23.11. 03:04"]);
  assert.equal(moment(new Date(2025, 10, 23, 3, 4), NOW), "23.11.2025 03:04");
  assert.deepEqual([12, 60, 168, 0, 47 * 60, 72 * 60].map((minutes) => span(minutes * 60000)), ["12 min", "1 t", "2 t 48 min", "0 min", "47 t", "3 døgn"]);
  assert.equal(span(168 * 60000, "en"), "2 h 48 min");
  assert.deepEqual([years("1939-02-14", NOW), years("1939-11-24", NOW), years("1939-11-23", NOW), years("", NOW)], [87, 86, 87, null]);
});

test("whose fault a status is", () => {
  assert.deepEqual([0, 400, 401, 403, 404, 409, 429, 500, 503].map(kindOfStatus), ["network", "invalid", "ended", "refused", "missing", "conflict", "busy", "server", "busy"]);
});

function session({ left, fails }) {
  const client = {
    state: { key: "k", expiresAt: Date.now() / 1000 + left, tokenResponse: { access_token: "old", refresh_token: "r1" } },
    stored: null,
    environment: { getStorage: () => ({ set: async (key, state) => { client.stored = [key, state.tokenResponse.refresh_token]; } }) },
    refreshes: 0,
    refresh: async () => {
      client.refreshes += 1;
      if (fails) {
        delete client.state.tokenResponse.refresh_token;
        throw failure(fails);
      }
      client.state.tokenResponse = { access_token: "new", refresh_token: "r2" };
    },
  };
  return new Session(client);
}

test("the token is renewed a minute before its end, not earlier", async () => {
  const early = session({ left: 120 });
  await early.renew();
  assert.equal(early.client.refreshes, 0);
  const late = session({ left: 30 });
  await late.renew();
  assert.equal(late.answer.access_token, "new");
});

test("a gateway that is locked or away does not cost the session", async () => {
  const locked = session({ left: 30, fails: 503 });
  await locked.renew();
  assert.equal(locked.answer.refresh_token, "r1");
  assert.deepEqual(locked.client.stored, ["k", "r1"]);
  await assert.rejects(session({ left: -5, fails: 503 }).renew(), { kind: "busy" });
});

test("a refused refresh is the end", async () => {
  await assert.rejects(session({ left: 30, fails: 400 }).renew(), { kind: "ended" });
});

test("the workspace is told of the draft, and nobody else", async () => {
  const { answerHost } = await import(base + "host.js");
  const posted = [];
  const host = { postMessage: (message, origin) => posted.push([message, origin]) };
  const heard = [];
  const page = { parent: host, addEventListener: (_, listener) => heard.push(listener) };
  const answer = { smart_web_messaging_handle: "h", smart_web_messaging_origin: "http://host" };
  let begun = null;
  answerHost({}, () => begun, page);
  answerHost(answer, () => begun, { ...page, get parent() { return this; } });
  assert.equal(posted.length + heard.length, 0);
  answerHost(answer, () => begun, page);
  assert.deepEqual([posted[0][0].payload, posted[0][1]], [{ answers: ["unsaved.query"] }, "http://host"]);
  const ask = (changes) => heard[0]({
    origin: "http://host", source: host,
    data: { messagingHandle: "h", messageId: "q", messageType: "unsaved.query", payload: {} }, ...changes,
  });
  ask({});
  begun = NOW;
  ask({});
  begun = true;
  ask({});
  const told = posted.slice(1).map(([message]) => message);
  assert.deepEqual(told.map((one) => one.responseToMessageId), ["q", "q", "q"]);
  assert.deepEqual(told.map((one) => one.payload), [{ unsaved: false }, { unsaved: true, since: NOW.toISOString() }, { unsaved: true }]);
  ask({ origin: "http://elsewhere" });
  ask({ source: {} });
  ask({ data: { messagingHandle: "other", messageId: "q", messageType: "unsaved.query" } });
  assert.equal(posted.length, 4);
});
