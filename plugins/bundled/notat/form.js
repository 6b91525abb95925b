/* The form: text, measurements, phrases, and what is told about saving. */
import { CONSCIOUSNESS, FIELDS, written } from "./entries.js";
import { clock, day } from "./moments.js";
import { button, h, icon, language, say, tag } from "./page.js";
import { PHRASES, insert } from "./phrases.js";

const nameOf = (name) => {
  const field = FIELDS.find((one) => one.name === name);
  return field ? say(...field.word) : name;
};

function complaint(error) {
  const field = nameOf(error.name);
  if (error.kind === "number") return say(`${field}: skriv et tall, for eksempel 38,3.`, `${field}: write a number, for example 38.3.`);
  if (error.kind === "order") return say("Undertrykket må være lavere enn overtrykket.", "Diastolic must be lower than systolic.");
  if (error.kind === "both") return say("Blodtrykk trenger både over- og undertrykk.", "Blood pressure needs both values.");
  if (error.likely) return say(`${field}: mente du ${written(error.likely)}?`, `${field}: did you mean ${written(error.likely, "en")}?`);
  return say(`${field}: må være fra ${error.hard[0]} til ${error.hard[1]}.`, `${field}: must be from ${error.hard[0]} to ${error.hard[1]}.`);
}

export class Form {
  /** `on.save()` is called for the button and Ctrl+Enter. */
  constructor(draft, on) {
    this.draft = draft;
    this.on = on;
    this.busy = false;
    this.agreed = new Set();
    this.build();
    this.update();
  }

  /** Take over what stands in another form of the same draft, the keyboard too; `lay` puts this one on the page. */
  continue(before, lay) {
    const { id, selectionStart, selectionEnd } = document.activeElement || {};
    this.text.value = before.text.value;
    before.measures.querySelectorAll("input, select").forEach((input) => {
      this.measures.querySelector(`#${input.id}`).value = input.value;
    });
    this.agreed = before.agreed;
    if (!before.measures.hidden) this.toggleMeasures(true);
    lay();
    const place = id && this.element.querySelector(`#${id}`);
    if (!place) return;
    place.focus({ preventScroll: true });
    if (typeof selectionStart === "number") place.setSelectionRange(selectionStart, selectionEnd);
  }

  build() {
    this.time = h("span", { class: "soft" });
    this.mark = h("span", { class: "mark" });
    this.text = h("textarea", { id: "text", rows: "3", spellcheck: "true", "aria-label": say("Observasjon", "Observation"), placeholder: say("Hva har du sett?", "What have you seen?"), oninput: () => this.changed({ text: this.text.value }) });
    this.measures = this.buildMeasures();
    this.message = h("div", { class: "message", role: "alert", hidden: true });
    this.saveButton = button(say("Lagre", "Save"), { id: "save", class: "primary", title: "Ctrl+Enter", onclick: () => this.on.save() }, "check");
    this.measureButton = button(say("Måling", "Measure"), { id: "measure", "aria-expanded": "false", "aria-controls": "measures", onclick: () => this.toggleMeasures() }, "plus");
    this.sign = h("span", { class: "soft sign" });
    this.element = h(
      "form",
      { class: "write", onsubmit: (event) => event.preventDefault(), onkeydown: (event) => this.key(event) },
      h("div", { class: "title" }, h("h1", {}, say("Observasjon", "Observation")), this.time, this.mark),
      this.text,
      this.measures,
      this.message,
      h("div", { class: "actions" }, this.saveButton, this.buildPhrases(), this.measureButton, this.sign),
    );
  }

  buildMeasures() {
    const fields = FIELDS.map((field) => {
      const input = h("input", { id: `m-${field.name}`, inputmode: "decimal", autocomplete: "off", size: "5", oninput: () => this.changed({ fields: { ...this.draft.fields, [field.name]: input.value } }) });
      return h("label", { for: input.id }, h("span", {}, say(...field.word)), h("span", { class: "with-unit" }, input, h("span", { class: "soft" }, field.unit)));
    });
    const choice = h("select", { id: "m-consciousness", onchange: () => this.changed({ fields: { ...this.draft.fields, consciousness: choice.value } }) }, h("option", { value: "" }, "–"), CONSCIOUSNESS.map(({ letter, word }) => h("option", { value: letter }, `${letter} – ${say(...word)}`)));
    const at = h("input", { id: "m-time", autocomplete: "off", size: "5", placeholder: clock(new Date()), oninput: () => this.changed({ time: at.value }) });
    return h(
      "fieldset",
      { id: "measures", class: "measures", hidden: true },
      h("legend", { class: "visually-hidden" }, say("Målinger", "Measurements")),
      fields,
      h("label", { for: choice.id, class: "wide" }, h("span", {}, say("Bevissthet", "Consciousness")), choice),
      h("label", { for: at.id }, h("span", {}, say("Målt kl.", "Measured at")), at),
    );
  }

  buildPhrases() {
    const items = PHRASES[language].map((phrase) => h("li", { role: "none" }, h("button", { type: "button", role: "menuitem", tabindex: "-1", onclick: () => this.use(phrase) }, phrase)));
    this.menu = h("ul", { role: "menu", class: "menu", hidden: true, onkeydown: (event) => this.menuKey(event) }, items);
    this.phraseButton = button(say("Fraser", "Phrases"), { id: "phrases", "aria-haspopup": "menu", "aria-expanded": "false", onclick: () => this.openMenu(this.menu.hidden) });
    document.addEventListener("pointerdown", (event) => !this.menu.hidden && !event.target.closest(".phrases") && this.openMenu(false, false));
    return h("div", { class: "phrases" }, this.phraseButton, this.menu);
  }

  openMenu(open, focus = true) {
    this.menu.hidden = !open;
    this.phraseButton.setAttribute("aria-expanded", String(open));
    if (open) {
      this.menu.style.top = "0px";
      const over = this.menu.getBoundingClientRect().bottom - (document.documentElement.clientHeight - 8);
      if (over > 0) this.menu.style.top = `${-Math.ceil(over)}px`;
      this.menu.querySelector("button").focus({ preventScroll: true });
    }
    if (!open && focus) this.phraseButton.focus();
  }

  menuKey(event) {
    const items = [...this.menu.querySelectorAll("button")];
    const here = items.indexOf(document.activeElement);
    const next = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: items.length - 1 }[event.key];
    if (next !== undefined) items[(next + items.length) % items.length].focus();
    else if (event.key === "Escape") this.openMenu(false);
    else if (event.key === "Tab") this.openMenu(false, false);
    else return;
    if (event.key !== "Tab") event.preventDefault();
    event.stopPropagation();
  }

  use(phrase) {
    const put = insert(this.text.value, this.text.selectionStart, this.text.selectionEnd, phrase);
    this.openMenu(false, false);
    this.text.value = put.text;
    this.text.focus();
    this.text.setSelectionRange(put.start, put.end);
    this.changed({ text: put.text });
  }

  toggleMeasures(open = this.measures.hidden) {
    this.measures.hidden = !open;
    this.measureButton.setAttribute("aria-expanded", String(open));
    this.element.classList.toggle("measuring", open);
    if (open) this.measures.querySelector("input").focus();
  }

  key(event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      this.on.save();
    }
  }

  changed(change) {
    this.draft.write(change, new Date());
    this.justSaved = null;
    this.agreed.clear();
    this.tell(null);
    this.update();
  }

  /** Who signs; null when the user may not write. */
  signer(name) {
    this.may = Boolean(name);
    this.sign.textContent = name ? say(`Signeres: ${name}`, `Signed by: ${name}`) : say("Du er ikke registrert som helsepersonell og kan bare lese.", "You are not registered as health staff and can only read.");
    this.text.disabled = !name;
    this.update();
  }

  update() {
    const begun = this.draft.begun || new Date();
    this.time.textContent = `${day(begun)} ${say("kl.", "at")} ${clock(begun)}`;
    const state = this.busy ? tag("info", "clock", say("Lagrer …", "Saving …")) : !this.draft.empty ? tag("warn", "pen", say("Ikke lagret", "Not saved")) : this.justSaved ? tag("ok", "check", this.justSaved) : null;
    this.mark.replaceChildren(...(state ? [state] : []));
    document.body.dataset.draft = this.draft.empty ? "none" : "unsaved";
    this.saveButton.disabled = this.busy || this.may === false;
    this.text.readOnly = this.busy;
    this.measures.disabled = this.busy || this.may === false;
  }

  working(busy) {
    this.busy = busy;
    if (busy) this.tell(null);
    this.update();
  }

  saved(word) {
    this.justSaved = word;
    this.update();
  }

  reset() {
    this.element.reset();
    this.agreed.clear();
    this.measures.querySelectorAll("input, select").forEach((input) => input.removeAttribute("aria-invalid"));
    this.toggleMeasures(false);
    this.tell(null);
  }

  focus() {
    this.text.focus({ preventScroll: true });
  }

  /** Say something above the buttons; `kind` null takes it away. */
  tell(kind, words, ...actions) {
    this.message.hidden = !kind;
    this.message.className = `message ${kind || ""}`;
    const drawing = { danger: "warn", warn: "warn", info: "info" }[kind];
    this.message.replaceChildren(...(kind ? [icon(drawing), h("span", {}, words), ...actions] : []));
    if (!kind) this.measures.querySelectorAll("[aria-invalid]").forEach((input) => input.removeAttribute("aria-invalid"));
  }

  /** Whether what stands in the fields may be saved; if not, the user has been told or asked. */
  accept({ errors, unusual }, at) {
    if (!at) errors = [...errors, { name: "time", kind: "time" }];
    if (errors.length) {
      const words = errors.map((error) => (error.kind === "time" ? say("Målt kl.: skriv timer og minutter, som 03:10.", "Measured at: write hours and minutes, like 03:10.") : complaint(error)));
      this.tell("danger", words.join(" "));
      this.point(errors.map(({ name }) => name));
      return false;
    }
    const asked = unusual.filter(({ name }) => !this.agreed.has(name));
    if (!asked.length) return true;
    const words = asked.map(({ name, value }) => `${nameOf(name)} ${written(value, language)}`).join(", ");
    const yes = button(say("Ja, lagre", "Yes, save"), {
      class: "small",
      onclick: () => {
        asked.forEach(({ name }) => this.agreed.add(name));
        this.on.save();
      },
    });
    this.tell("warn", say(`${words} er uvanlig. Er det riktig?`, `${words} is unusual. Is it right?`), yes);
    this.point(asked.map(({ name }) => name));
    return false;
  }

  point(names) {
    if (this.measures.hidden) this.toggleMeasures(true);
    names.forEach((name) => this.measures.querySelector(`#m-${name}`)?.setAttribute("aria-invalid", "true"));
    this.measures.querySelector(`#m-${names[0]}`)?.focus();
  }
}
