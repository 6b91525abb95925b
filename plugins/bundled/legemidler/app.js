/* Legemidler (Apotekdata AS): what is given when, as needed and in all, with allergies on top. Follows by relaunch. */
import { allergiesOf } from "./allergies.js";
import { clock, moment } from "./moments.js";
import { followLanguage, h, icon, language, mark, notice, say, show, tag, troubleNotice, waiting } from "./page.js";
import { asNeededOf, courseText, doseText, medicineOf, scheduleOf } from "./plan.js";
import { openSession } from "./smart.js";

const AGAIN_MILLISECONDS = 20000;
const BACK_HOURS = 36;

const TAGS = {
  given: ["ok", "check"],
  notGiven: ["warn", "stop"],
  late: ["danger", "overdue"],
  now: ["warn", "clock"],
  soon: ["", "clock"],
  later: ["", "clock"],
};

function allergyStrip(allergies) {
  if (allergies.kind === "not-recorded") return h("div", { class: "strip warn" }, icon("warn"), h("strong", {}, say("Allergier ikke registrert", "Allergies not recorded")));
  if (allergies.kind === "none-known") return h("div", { class: "strip" }, icon("check"), say("Ingen kjente allergier", "No known allergies"));
  const line = ({ what, reaction }) => (reaction ? `${what} – ${reaction}` : what);
  const strips = [];
  if (allergies.cave.length) strips.push(h("div", { class: "strip danger cave" }, icon("alarm", 20), h("strong", {}, "CAVE"), h("span", {}, allergies.cave.map(line).join(" · "))));
  if (allergies.other.length) strips.push(h("div", { class: "strip" }, icon("info"), h("span", {}, say("Allergi: ", "Allergy: "), allergies.other.map(line).join(" · "))));
  return strips;
}

const name = (medicine, ...more) => [h("strong", {}, medicine.name), " ", h("span", { class: "soft" }, [medicine.rest, ...more].filter(Boolean).join(", "))];

function scheduleRows(rows, now) {
  const line = h("li", { class: "now-line", id: "now" }, h("span", {}, say(`Nå ${clock(now)}`, `Now ${clock(now)}`)));
  const made = rows.map((row) => {
    const [kind, drawing] = TAGS[row.state.kind];
    return {
      after: row.state.kind === "given" || row.state.kind === "notGiven" ? row.at <= now : row.at < now,
      node: h(
        "li",
        { class: `dose ${row.state.kind}`, "data-state": row.state.kind },
        h("time", { datetime: row.at.toISOString(), title: moment(row.at) }, clock(row.at)),
        h("span", { class: "medicine" }, name(row.medicine, row.dose, row.course), row.note ? h("span", { class: "soft note" }, row.note) : null),
        tag(kind, drawing, row.state.word),
      ),
    };
  });
  const split = made.filter(({ after }) => after).length;
  const nodes = made.map(({ node }) => node);
  return [...nodes.slice(0, split), line, ...nodes.slice(split)];
}

function neededRows(rows) {
  return rows.map((row) => {
    const last = row.last ? say(`Sist gitt ${clock(row.last)} (${row.count} siste døgn)`, `Last given ${clock(row.last)} (${row.count} in 24 h)`) : say("Ikke gitt siste døgn", "Not given in 24 h");
    return h(
      "li",
      { class: "dose needed" },
      h("span", { class: "time" }, say("Behov", "Needed")),
      h("span", { class: "medicine" }, name(row.medicine, row.dose), h("span", { class: "soft note" }, [row.reason, last].filter(Boolean).join(". "))),
      row.most ? tag("", "info", row.most) : null,
    );
  });
}

const reasonOf = (request) =>
  [...(request.reasonCode || []).map((one) => one.text || ((one.coding || [])[0] || {}).display), ...(request.reasonReference || []).map(({ display }) => display)]
    .filter(Boolean)
    .join(", ");

/** Every medicine in alphabetical order; the column for reasons is there when any is known. */
function wholeList(requests, now) {
  const reasons = requests.some(reasonOf);
  const rows = [...requests].sort((one, other) => medicineOf(one).name.localeCompare(medicineOf(other).name, "nb")).map((request) => {
    const medicine = medicineOf(request);
    const dose = (request.dosageInstruction || []).map((dosage) => dosage.text || doseText(dosage)).filter(Boolean).join(". ");
    const paused = request.status === "on-hold" ? tag("warn", "stop", say("Pause", "On hold")) : null;
    return h(
      "tr",
      {},
      h("th", { scope: "row" }, h("strong", {}, medicine.name), " ", h("span", { class: "soft" }, medicine.rest), paused ? [" ", paused] : null),
      h("td", {}, [dose, courseText(request, now, language)].filter(Boolean).join(", ") || "–"),
      reasons ? h("td", { class: "soft" }, reasonOf(request) || "–") : null,
      h("td", { class: "soft atc" }, medicine.atc || "–"),
    );
  });
  const head = [say("Legemiddel", "Medicine"), say("Dose", "Dose"), reasons ? say("Mot", "For") : null].filter(Boolean);
  return h("table", {}, h("thead", {}, h("tr", {}, head.map((word) => h("th", { scope: "col" }, word)), h("th", { scope: "col", class: "atc" }, "ATC"))), h("tbody", {}, rows));
}

class Page {
  constructor(session) {
    this.session = session;
    this.again = false;
    this.failedSince = null;
  }

  async load() {
    const { session } = this;
    const { patient } = session;
    const since = new Date(Date.now() - BACK_HOURS * 3600000).toISOString();
    try {
      const [requests, administrations, allergies] = await Promise.all([
        session.search("MedicationRequest", { patient, status: "active,on-hold", _count: "200" }),
        session.search("MedicationAdministration", { patient, "effective-time": `ge${since}`, _count: "200" }),
        session.search("AllergyIntolerance", { patient, _count: "100" }),
      ]);
      this.found = {
        requests: requests.filter(({ resourceType, status }) => resourceType === "MedicationRequest" && ["active", "on-hold"].includes(status)),
        administrations: administrations.filter(({ resourceType }) => resourceType === "MedicationAdministration"),
        allergies: allergiesOf(allergies),
      };
      this.failedSince = null;
      this.again = true;
      this.draw();
    } catch (error) {
      this.fail(error);
    }
  }

  fail(error) {
    this.again = ["network", "busy", "server"].includes(error.kind);
    if (this.found && this.again) {
      this.failedSince ||= new Date();
      this.draw();
      return;
    }
    this.found = null;
    mark("error", this.session.patient);
    show(troubleNotice(error.kind, () => this.reload()));
  }

  reload() {
    mark("loading", this.session.patient);
    show(waiting());
    this.load();
  }

  nobody() {
    mark("empty", "");
    show(notice("user", say("Ingen pasient", "No patient"), say("Velg en pasient i arbeidsflaten.", "Choose a patient in the workspace.")));
  }

  /** The same once more, in another language. */
  retell() {
    if (!this.session.patient) this.nobody();
    else if (this.found) this.draw();
    else if (document.body.dataset.state === "error") this.reload();
  }

  strip() {
    if (!this.failedSince) return null;
    return h("div", { class: "strip warn", role: "status" }, icon("warn"), say(`Listen er fra ${clock(this.failedSince)}. Får ikke kontakt, prøver igjen.`, `The list is from ${clock(this.failedSince)}. No connection, trying again.`));
  }

  draw() {
    const now = new Date();
    const { requests, administrations, allergies } = this.found;
    const schedule = scheduleOf(requests, administrations, now, language);
    const needed = asNeededOf(requests, administrations, now, language);
    const scroller = document.querySelector(".scroll");
    const kept = scroller ? scroller.scrollTop : null;
    const top = h("div", { class: "top" }, this.strip(), allergyStrip(allergies));
    if (!requests.length && !schedule.length) {
      show(top, notice("info", say("Ingen legemidler i bruk", "No medicines in use"), say("Når legen forordner noe, står det her.", "What the doctor prescribes appears here.")));
      mark("empty", this.session.patient);
      return;
    }
    const body = h(
      "div",
      { class: "scroll", tabindex: "0", role: "region", "aria-label": say("Legemidler", "Medicines") },
      h("h2", { class: "visually-hidden" }, say("Gis nå og senere", "To be given")),
      h("ol", { class: "doses" }, scheduleRows(schedule, now)),
      needed.length ? [h("h2", {}, say("Ved behov", "As needed")), h("ul", { class: "doses" }, neededRows(needed))] : null,
      h("h2", {}, say(`Alle legemidler (${requests.length})`, `All medicines (${requests.length})`)),
      wholeList(requests, now),
    );
    show(top, body);
    mark("ready", this.session.patient);
    if (kept !== null) body.scrollTop = kept;
    else this.toNow(body);
  }

  /** At first the line for now is in sight, with a little of what was given before it. */
  toNow(body) {
    const line = document.getElementById("now");
    const most = body.scrollHeight - body.clientHeight;
    if (line.offsetTop > body.clientHeight * 0.6) body.scrollTop = Math.min(most, line.offsetTop - body.clientHeight * 0.4);
  }
}

let page = null;
followLanguage(["Legemidler", "Medicines"], () => page && page.retell());
show(waiting());
try {
  const session = await openSession();
  page = new Page(session);
  mark("loading", session.patient);
  if (session.patient) {
    await page.load();
    setInterval(() => !document.hidden && page.again && page.load(), AGAIN_MILLISECONDS);
    window.addEventListener("focus", () => page.again && page.load());
  } else page.nobody();
} catch (error) {
  mark("error", "");
  show(troubleNotice(error.kind || "launch", () => location.reload()));
}
