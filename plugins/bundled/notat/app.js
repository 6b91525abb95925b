/* Notat (Fjordjournal AS): writes a note or measurements to the record and lists earlier ones. Follows by relaunch. */
import { Draft } from "./draft.js";
import { Form } from "./form.js";
import { measurementsOf, notesOf, together } from "./earlier.js";
import { noteFor, observationsFor, judge, measuredAt } from "./entries.js";
import { clock, moment } from "./moments.js";
import { announce, button, followLanguage, h, language, mark, notice, say, show, troubleNotice, troubleText, waiting } from "./page.js";
import { answerHost } from "./host.js";
import { store } from "./saving.js";
import { openSession } from "./smart.js";

const NOTE = { code: "G01-1", display: "Observasjon" };
const DOCTORS_NOTE = { code: "A02-2", display: "Løpende journal, lege" };
const AGAIN_MILLISECONDS = 30000;
const STEP = 20;
const MEASURED_DAYS = 2;

const nameText = (person) => {
  const [name] = (person && person.name) || [];
  return name ? name.text || [...(name.given || []), name.family].filter(Boolean).join(" ") : "";
};

class Page {
  constructor(session) {
    this.session = session;
    this.draft = new Draft();
    this.count = STEP;
    this.names = new Map();
    this.list = h("ol", { class: "earlier" });
    this.form = this.newForm();
    window.addEventListener("beforeunload", (event) => {
      if (!this.draft.empty) {
        event.preventDefault();
        event.returnValue = "";
      }
    });
  }

  newForm() {
    return new Form(this.draft, { save: () => this.save() });
  }

  lay() {
    this.form.signer(this.author ? this.author.display : null);
    show(this.form.element, h("section", { class: "past", "aria-label": say("Tidligere notater", "Earlier notes") }, this.list));
    mark("ready", this.session.patient);
  }

  /** The same once more, in another language; nothing that was written is lost, and what the form has told stays. */
  retell() {
    const { state } = document.body.dataset;
    if (!this.session.patient) nobody();
    else if (state === "error") this.reload();
    else if (state === "ready") {
      if (!this.form.busy && this.form.message.hidden) {
        const before = this.form;
        this.form = this.newForm();
        this.form.continue(before, () => this.lay());
      }
      this.refresh();
    }
  }

  reload() {
    mark("loading", this.session.patient);
    show(waiting());
    this.open();
  }

  async open() {
    const { session } = this;
    try {
      const [author, encounter] = await Promise.all([this.whoAmI(), this.findEncounter(), this.loadEarlier()]);
      this.author = author;
      this.encounter = encounter;
    } catch (error) {
      mark("error", session.patient);
      show(troubleNotice(error.kind, () => this.reload()));
      return;
    }
    this.lay();
    this.form.focus();
  }

  async whoAmI() {
    const { user } = this.session;
    if (!user || !user.startsWith("Practitioner")) return null;
    const person = await this.session.read(user);
    const codes = (person.qualification || []).flatMap(({ code }) => ((code || {}).coding || []).map((one) => one.code));
    this.kind = codes.includes("LE") ? DOCTORS_NOTE : NOTE;
    return { reference: user, display: nameText(person) || user };
  }

  /** The encounter of the launch, else the one in progress. */
  async findEncounter() {
    if (this.session.encounter) return this.session.encounter;
    const found = await this.session.search("Encounter", { patient: this.session.patient, status: "in-progress", _count: "1" });
    return found.length ? found[0].id : null;
  }

  async loadEarlier() {
    const { session, count } = this;
    const since = new Date(Date.now() - MEASURED_DAYS * 86400000).toISOString().slice(0, 10);
    const [notes, measured] = await Promise.all([
      session.request(`DocumentReference?${new URLSearchParams({ patient: session.patient, _sort: "-date", _count: String(count + 1) })}`),
      session.search("Observation", { patient: session.patient, category: "vital-signs", date: `ge${since}`, _count: "200" }),
    ]);
    const resources = ((notes && notes.entry) || []).map(({ resource }) => resource);
    const entries = notesOf(resources);
    this.more = entries.length > count;
    this.entries = together(entries.slice(0, count), measurementsOf(measured, language));
    await this.readNames();
    this.drawEarlier();
  }

  /** Names of authors that the resources do not carry themselves; one that cannot be read stays unnamed. */
  async readNames() {
    const unknown = new Set(this.entries.map(({ author }) => author).filter((author) => author && !author.display && /^Practitioner\//.test(author.reference || "")).map(({ reference }) => reference));
    await Promise.all(
      [...unknown].filter((reference) => !this.names.has(reference)).map(async (reference) => {
        this.names.set(reference, await this.session.read(reference).then(nameText, () => ""));
      }),
    );
  }

  who(entry) {
    const { author } = entry;
    return (author && (author.display || this.names.get(author.reference))) || say("Ukjent forfatter", "Unknown author");
  }

  drawEarlier() {
    const now = new Date();
    const rows = this.entries.map((entry) =>
      h(
        "li",
        { "data-kind": entry.kind, "data-id": entry.id },
        h("p", { class: "head" }, h("time", { datetime: entry.at.toISOString() }, moment(entry.at, now)), " ", h("span", {}, this.who(entry))),
        h("p", { class: entry.text === null ? "soft" : "text" }, entry.text ?? say(`${entry.title || "Dokument"}: kan ikke vises her.`, `${entry.title || "Document"}: cannot be shown here.`)),
      ),
    );
    if (!rows.length) rows.push(h("li", { class: "soft" }, say("Ingen notater ennå. Det første blir ditt.", "No notes yet. The first is yours.")));
    const more = this.more ? h("li", {}, button(say("Vis flere", "Show more"), { onclick: () => this.showMore() })) : null;
    this.list.replaceChildren(...rows, ...(more ? [more] : []));
  }

  async showMore() {
    this.count += STEP;
    await this.refresh();
  }

  async refresh() {
    try {
      await this.loadEarlier();
    } catch {
      /* The list stays as it is; writing is not disturbed. */
    }
  }

  resources(values, at) {
    const about = { patient: this.session.patient, encounter: this.encounter, author: this.author, at };
    const made = observationsFor(values, about, (name) => this.draft.idOf(name));
    const text = this.draft.text.trim();
    return text ? [noteFor(text, about, this.draft.idOf("note"), this.kind), ...made] : made;
  }

  /** The truth about a failed save. Without an answer it may be stored, and saving again stores nothing twice. */
  notSaved(kind) {
    if (["network", "server"].includes(kind)) {
      return say(
        "Fikk ikke bekreftet at dette er lagret. Teksten står her fortsatt. Lagre igjen; det blir ikke lagret dobbelt.",
        "Not confirmed as saved. Your text is still here. Save again; nothing is stored twice.",
      );
    }
    if (kind === "ended") return say("Ikke lagret. Påloggingen er avsluttet. Kopier teksten, og åpne appen på nytt.", "Not saved. Your sign-in has ended. Copy the text and open the app again.");
    const { what } = troubleText(["refused", "busy"].includes(kind) ? kind : "server");
    return `${say("Ikke lagret.", "Not saved.")} ${what}. ${say("Teksten står her fortsatt.", "Your text is still here.")}`;
  }

  async save() {
    const { draft, form } = this;
    if (form.busy || !this.author) return;
    if (draft.empty) {
      form.tell("info", say("Skriv noe først.", "Write something first."));
      form.focus();
      return;
    }
    const judged = judge(draft.fields);
    const at = draft.time ? measuredAt(draft.time, new Date()) : draft.begun;
    if (!form.accept(judged, at)) return;
    form.working(true);
    try {
      await store(this.session, this.resources(judged.values, at));
    } catch (error) {
      form.working(false);
      form.tell("danger", this.notSaved(error.kind));
      return;
    }
    draft.clear();
    form.working(false);
    form.reset();
    const saved = say(`Lagret kl. ${clock(new Date())}`, `Saved at ${clock(new Date())}`);
    form.saved(saved);
    announce(saved);
    form.focus();
    await this.refresh();
  }
}

function nobody() {
  mark("empty", "");
  show(notice("user", say("Ingen pasient", "No patient"), say("Velg en pasient i arbeidsflaten.", "Choose a patient in the workspace.")));
}

let page = null;
followLanguage(["Notat", "Notes"], () => page && page.retell());
show(waiting());
try {
  const session = await openSession();
  mark("loading", session.patient);
  page = new Page(session);
  answerHost(session.answer, () => (page.draft.empty ? null : page.draft.begun || true));
  if (session.patient) {
    await page.open();
    setInterval(() => !document.hidden && document.body.dataset.state === "ready" && page.refresh(), AGAIN_MILLISECONDS);
  } else nobody();
} catch (error) {
  mark("error", "");
  show(troubleNotice(error.kind || "launch", () => location.reload()));
}

