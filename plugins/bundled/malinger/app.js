/* Målinger (Nordvital AS): vital signs, glucose, pain, laboratory answers and growth over time. Follows the patient of the workspace by FHIRcast. */
import { Follower } from "./follow.js";
import { clock, years } from "./moments.js";
import { laboratoryOf } from "./laboratory.js";
import { scaleOf } from "./news2.js";
import { BODY_CODES, VITAL_CODES, lastUpdated, seriesOf } from "./observations.js";
import { announce, followLanguage, h, icon, mark, notice, say, show, troubleNotice, waiting } from "./page.js";
import { openSession } from "./smart.js";
import { beginning, content, latestScore } from "./view.js";

const DAY = 86400000;
const AGAIN_MILLISECONDS = 5000;
const FETCHED_DAYS = { "90d": 91, "5y": 1828 };
const VIEWS_HIGH = 37;
const FENCE_MILLISECONDS = 3000;
const FENCE_STEP_MILLISECONDS = 120;
const FULL_EVERY = 60;
const ROW_LEAST = 56;
const ROW_LEAST_COMPACT = 34;
const COMPACT_BELOW = 420;
const NARROW_BELOW = 520;

const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
const daysAgo = (days) => new Date(Date.now() - days * DAY).toISOString().slice(0, 10);

class Page {
  constructor(session) {
    this.session = session;
    this.visit = 0;
    this.table = false;
    this.linked = true;
    this.clear(null);
  }

  /** Nothing of any patient is left on the screen or in memory when this returns. */
  clear(patient) {
    this.visit += 1;
    this.patient = patient;
    this.observations = new Map();
    this.age = null;
    this.birthDate = null;
    this.flags = null;
    this.lab = null;
    this.labTrouble = null;
    this.view = null;
    this.ranges = { vital: "7d", glucose: "7d", lab: "5y", growth: null };
    this.seen = null;
    this.settled = false;
    this.long = 0;
    this.explained = false;
    this.failedSince = null;
    this.again = false;
    mark("loading", patient);
    show(waiting());
    return this.visit;
  }

  get follower() {
    return {
      change: (patient) => {
        const visit = this.clear(patient);
        if (patient) return () => this.load(visit, FENCE_MILLISECONDS);
        mark("empty", "");
        show(this.strips(), notice("user", say("Ingen pasient", "No patient"), say("Velg en pasient i arbeidsflaten.", "Choose a patient in the workspace.")));
        announce(say("Ingen pasient", "No patient"));
        return null;
      },
      link: (up) => {
        if (this.linked === up) return;
        this.linked = up;
        if (document.body.dataset.state !== "loading") this.draw();
      },
    };
  }

  stale(visit) {
    return visit !== this.visit;
  }

  /** Read the patient from the start. For `patience` milliseconds a refusal may mean that the fence still moves. */
  async load(visit, patience = 0) {
    const until = performance.now() + patience;
    for (;;) {
      try {
        const found = await this.fetchAll(patience > 0);
        if (this.stale(visit)) return;
        this.take(found);
        this.failedSince = null;
        this.draw();
        this.loadLaboratory(visit);
        return;
      } catch (error) {
        if (this.stale(visit)) return;
        const moving = ["refused", "missing"].includes(error.kind) && performance.now() < until;
        if (!moving) {
          this.fail(error, visit);
          return;
        }
        await pause(FENCE_STEP_MILLISECONDS);
        if (this.stale(visit)) return;
      }
    }
  }

  /** `careful`: one read first, so that a fence that still moves is asked once and not four times. */
  async fetchAll(careful) {
    const { session, patient } = this;
    const asked = session.read(`Patient/${patient}`);
    if (careful) await asked;
    const week = { patient, code: VITAL_CODES, date: `ge${daysAgo(8)}`, _count: "500" };
    const newest = { patient, code: VITAL_CODES, _sort: "-date", _count: "40" };
    const body = { patient, code: BODY_CODES, _sort: "-date", _count: "200" };
    const [person, flags, ...lists] = await Promise.all([asked, this.fetchFlags(), ...[week, newest, body].map((query) => session.search("Observation", query))]);
    if (this.long) lists.push(await this.fetchLong(this.long));
    return { person, flags, observations: lists.flat() };
  }

  fetchLong(days) {
    return this.session.search("Observation", { patient: this.patient, code: VITAL_CODES, date: `ge${daysAgo(days)}`, _count: "1000" });
  }

  /** Which SpO2 scale applies stands in a flag; an organisation that does not let the app read them gets scale 1, and is told. */
  async fetchFlags() {
    if (!this.session.may(/^user\/(Flag|\*)\.(read|\*|c?r?u?d?s)/)) return null;
    return this.session.search("Flag", { patient: this.patient, status: "active", _count: "100" });
  }

  /** Answers of the laboratory, after the rest is on the screen. */
  async loadLaboratory(visit) {
    try {
      const found = await this.session.search("Observation", { patient: this.patient, category: "laboratory", _sort: "-date", _count: "500" });
      if (this.stale(visit)) return;
      this.lab = laboratoryOf(found);
      this.labTrouble = null;
    } catch (error) {
      if (this.stale(visit)) return;
      this.labTrouble = this.lab ? null : error.kind || "server";
    }
    if (document.body.dataset.state !== "error") this.draw();
  }

  take({ person, flags, observations }) {
    this.age = years(person.birthDate, new Date());
    this.birthDate = /^\d{4}-\d\d-\d\d$/.test(person.birthDate || "") ? person.birthDate : null;
    this.flags = flags;
    this.keep(observations);
  }

  keep(observations) {
    for (const observation of observations) {
      if (observation.resourceType === "Observation") this.observations.set(observation.id, observation);
    }
    this.seen = lastUpdated([...this.observations.values()]) || this.seen;
  }

  fail(error, visit) {
    const passing = ["network", "busy", "server"].includes(error.kind);
    this.again = passing;
    if (this.observations.size && passing) {
      this.failedSince ||= new Date();
      this.draw();
      return;
    }
    mark("error", this.patient);
    show(this.strips(), troubleNotice(error.kind, () => this.reload(visit)));
  }

  /** The same once more, in another language. */
  retell() {
    const { state } = document.body.dataset;
    if (!this.patient) this.follower.change(null);
    else if (state === "error") this.reload(this.visit);
    else if (state !== "loading") this.draw();
  }

  reload(visit) {
    if (this.stale(visit)) return;
    mark("loading", this.patient);
    show(waiting());
    this.load(visit);
  }

  /** At first also what bears the very stamp last seen; once that has brought nothing new, only what is later. */
  newerThanSeen() {
    const since = `${this.settled ? "gt" : "ge"}${this.seen}`;
    return { patient: this.patient, code: `${VITAL_CODES},${BODY_CODES}`, _lastUpdated: since, _sort: "-_lastUpdated", _count: "100" };
  }

  /** What was written since the last look, so that a new measurement is seen within five seconds. */
  async look(full = false) {
    const { visit, patient } = this;
    const { state } = document.body.dataset;
    if (!patient || this.looking || state === "loading" || (state === "error" && !this.again)) return;
    this.looking = true;
    try {
      if (full || !this.seen || state === "error") await this.load(visit);
      else {
        const found = await this.session.search("Observation", this.newerThanSeen());
        if (this.stale(visit)) return;
        const fresh = found.filter((one) => (this.observations.get(one.id) || {}).meta?.versionId !== one.meta?.versionId || !this.observations.has(one.id));
        const failing = this.failedSince;
        this.failedSince = null;
        this.settled = fresh.length === 0;
        if (fresh.length) {
          this.keep(fresh);
          this.draw();
          announce(say("Ny måling", "New measurement"));
        } else if (failing) this.draw();
      }
    } catch (error) {
      if (!this.stale(visit)) this.fail(error, visit);
    } finally {
      this.looking = false;
    }
  }

  strips() {
    const lines = [];
    if (!this.linked) lines.push(say("Følger ikke med på bytte av pasient akkurat nå. Kobler til igjen.", "Not following changes of patient just now. Connecting again."));
    if (this.failedSince) lines.push(say(`Får ikke hentet nye målinger siden ${clock(this.failedSince)}. Prøver igjen.`, `No new measurements since ${clock(this.failedSince)}. Trying again.`));
    return lines.map((line) => h("div", { class: "strip warn", role: "status" }, icon("warn"), line));
  }

  model() {
    const model = {
      now: new Date(),
      series: seriesOf(this.observations.values()),
      age: this.age,
      birthDate: this.birthDate,
      scale: scaleOf(this.flags),
      lab: this.lab,
      labTrouble: this.labTrouble,
      ranges: this.ranges,
      table: this.table,
      explained: this.explained,
      on: {
        explain: () => this.change({ explained: !this.explained }),
        table: () => this.change({ table: !this.table }),
        view: (view) => this.change({ view }),
        range: (range) => this.changeRange(range),
        lab: () => this.loadLaboratory(this.visit),
      },
    };
    if (!this.view) {
      const { view, range } = beginning(model);
      this.view = view;
      this.ranges.vital = range;
    }
    return { ...model, view: this.view, range: this.ranges[this.view] };
  }

  change(what) {
    Object.assign(this, what);
    this.draw();
  }

  async changeRange(range) {
    this.change({ ranges: { ...this.ranges, [this.view]: range } });
    const days = this.view === "lab" ? 0 : FETCHED_DAYS[range] || 0;
    if (days <= this.long) return;
    const { visit } = this;
    try {
      const found = await this.fetchLong(days);
      if (this.stale(visit)) return;
      this.long = days;
      this.keep(found);
      this.draw();
    } catch (error) {
      if (!this.stale(visit)) this.fail(error, visit);
    }
  }

  /** How large the pictures may be: the pane's size less what stands around them. */
  size() {
    const { clientWidth: width, clientHeight: height } = document.documentElement;
    const compact = height < COMPACT_BELOW;
    const narrow = width < NARROW_BELOW;
    const columns = 112 + (compact ? 150 : narrow ? 92 : 122);
    const around = this.view === "vital" ? 62 + (compact || ["90d", "5y"].includes(this.ranges.vital) ? 0 : 45) : 0;
    const free = height - VIEWS_HIGH - around - 41 - 27 - 37 * this.strips().length;
    const least = compact ? ROW_LEAST_COMPACT : ROW_LEAST;
    return { compact, plot: Math.max(100, width - columns), row: (count) => Math.max(least, Math.floor(free / Math.max(count, 1)) - 1) };
  }

  draw() {
    const model = this.model();
    if (!Object.keys(model.series).length && !(this.lab && this.lab.length)) {
      mark("empty", this.patient);
      show(this.strips(), notice("info", say("Ingen målinger ennå", "No measurements yet"), say("Målinger som blir skrevet i journalen, kommer fram her med en gang.", "Measurements written to the record appear here at once.")));
      return;
    }
    const focused = document.activeElement && document.activeElement.closest("button, input, .table");
    const place = focused ? [...document.querySelectorAll("#app button, #app input, #app .table")].indexOf(focused) : -1;
    const scroll = document.querySelector(".table")?.scrollTop || 0;
    show(this.strips(), content(model, this.size()));
    mark("ready", this.patient);
    const news = latestScore(model);
    document.body.dataset.news2 = news ? String(news.total) : "";
    if (place >= 0) [...document.querySelectorAll("#app button, #app input, #app .table")][place]?.focus({ preventScroll: true });
    if (scroll) document.querySelector(".table")?.scrollTo(0, scroll);
  }
}

let page = null;
followLanguage(["Målinger", "Measurements"], () => page && page.retell());
show(waiting());
try {
  page = new Page(await openSession());
  const { session } = page;
  const follower = new Follower(session, page.follower);
  if (session.patient) page.load(page.clear(session.patient));
  else page.follower.change(null);
  follower.start();

  let round = 0;
  setInterval(() => {
    if (document.hidden) return;
    round += 1;
    page.look(round % FULL_EVERY === 0);
    if (round % 12 === 0 && document.body.dataset.state === "ready") page.draw();
  }, AGAIN_MILLISECONDS);
  window.addEventListener("focus", () => page.look());
  document.addEventListener("visibilitychange", () => !document.hidden && page.look());
  let resizing;
  new ResizeObserver(() => {
    cancelAnimationFrame(resizing);
    resizing = requestAnimationFrame(() => document.body.dataset.state === "ready" && page.draw());
  }).observe(document.documentElement);
} catch (error) {
  mark("error", "");
  show(troubleNotice(error.kind || "launch", () => location.reload()));
}
