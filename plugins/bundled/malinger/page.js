/* Building the page: elements without HTML strings, icons, states, announcements. */

const SVG = "http://www.w3.org/2000/svg";

const asked = () => ((navigator.language || "nb").toLowerCase().startsWith("en") ? "en" : "nb");

/** Bokmål unless the browser asks for English first; changes while the page stands, see `followLanguage`. */
export let language = asked();

/** The text in the user's language. */
export function say(nb, en) {
  return language === "en" ? en : nb;
}

/** Name the page, now and after each change of language; `redraw` then puts its texts anew. */
export function followLanguage(title, redraw) {
  const name = () => {
    document.documentElement.lang = language;
    document.title = say(...title);
  };
  name();
  window.addEventListener("languagechange", () => {
    if (language === asked()) return;
    language = asked();
    name();
    redraw();
  });
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** An HTML element. */
export function h(tag, attributes, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** An SVG element. */
export function s(tag, attributes, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

const DRAWINGS = {
  alarm: ["M8 3h8l5 5v8l-5 5H8l-5-5V8z", "M12 8v5M12 16.2v.1"],
  check: ["M5 12.5l4.5 4.5L19 7.5"],
  clock: ["M12 4a8 8 0 1 0 0 16a8 8 0 1 0 0-16z", "M12 8v4.5l3 2"],
  overdue: ["M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18z", "M12 7.5v5l3.2 2"],
  pen: ["M4 20l1-4.5L16 4.5l3.5 3.5L8.5 19zM13.5 7l3.5 3.5"],
  plus: ["M12 5v14M5 12h14"],
  info: ["M12 4a8 8 0 1 0 0 16a8 8 0 1 0 0-16z", "M12 11v5M12 8v.1"],
  warn: ["M12 4L2.8 20h18.4z", "M12 10v4.5M12 17v.1"],
  stop: ["M6 6l12 12M18 6L6 18"],
  user: ["M12 4a4 4 0 1 0 0 8a4 4 0 1 0 0-8z", "M4 21c.6-4 3.6-6 8-6s7.400 2 8 6"],
  sync: ["M20 6v5h-5M4 18v-5h5", "M19 11A7.500 7.500 0 0 0 5.500 8.500M5 13a7.500 7.500 0 0 0 13.500 2.500"],
};
const FILLED = new Set(["alarm", "overdue"]);

/** A drawing beside a word; it says nothing itself to a screen reader. */
export function icon(name, size = 18) {
  const [first, ...rest] = DRAWINGS[name];
  const filled = FILLED.has(name);
  return s(
    "svg",
    { viewBox: "0 0 24 24", width: size, height: size, class: filled ? "icon filled" : "icon", "aria-hidden": "true" },
    s("path", { d: first, class: filled ? "body" : null }),
    rest.map((d) => s("path", { d, class: filled ? "sign" : null })),
  );
}

/** A small coloured word with its icon: state is icon + word + colour. */
export function tag(kind, drawing, word) {
  return h("span", { class: `tag ${kind}` }, icon(drawing, 16), word);
}

/** A button with a word, perhaps an icon. */
export function button(word, attributes, drawing) {
  return h("button", { type: "button", ...attributes }, drawing ? icon(drawing) : null, h("span", {}, word));
}

/** Show one patient's state on the body: `data-state` is loading, ready, empty or error. */
export function mark(state, patient) {
  document.body.dataset.state = state;
  document.body.dataset.patient = patient || "";
}

/** Replace what is on the page. */
export function show(...content) {
  document.getElementById("app").replaceChildren(...content.flat().filter(Boolean));
}

/** Read out by a screen reader without moving the focus. */
export function announce(text) {
  document.getElementById("news").textContent = text;
}

/** An empty or failed view: icon, what, what now, perhaps one button. */
export function notice(drawing, what, now, action) {
  return h("div", { class: "notice" }, icon(drawing, 36), h("h1", {}, what), h("p", {}, now), action || null);
}

/** A quiet bar while the first answer is awaited; it shows itself only after 400 ms. */
export function waiting() {
  return h("div", { class: "waiting", role: "progressbar", "aria-label": say("Henter", "Loading") }, h("div", { class: "bar" }));
}

const TROUBLES = {
  launch: [
    ["Appen er ikke åpnet fra arbeidsflaten", "The app was not opened from the workspace"],
    ["Lukk den, og åpne den igjen fra listen over apper.", "Close it and open it again from the list of apps."],
  ],
  network: [
    ["Får ikke kontakt", "No connection"],
    ["Feilen ligger i nettet eller på denne maskinen. Det du har lagret, er trygt.", "The fault lies in the network or on this computer. What you have saved is safe."],
  ],
  busy: [
    ["Journalen svarer ikke akkurat nå", "The record does not answer just now"],
    ["Det du har lagret, er trygt. Prøv igjen om litt.", "What you have saved is safe. Try again shortly."],
  ],
  ended: [
    ["Påloggingen er avsluttet", "Your sign-in has ended"],
    ["Åpne appen på nytt fra listen over apper.", "Open the app again from the list of apps."],
  ],
  refused: [
    ["Du har ikke tilgang til dette", "You have no access to this"],
    ["Mener du at du skal ha det, så spør lederen din.", "If you think you should have, ask your manager."],
  ],
  missing: [
    ["Pasienten finnes ikke lenger i journalen", "The patient is no longer in the record"],
    ["Velg pasienten på nytt i listen.", "Choose the patient again in the list."],
  ],
  server: [
    ["Journalen svarer med en feil", "The record answers with an error"],
    ["Feilen ligger i journalsystemet, ikke hos deg. Prøv igjen om litt.", "The fault lies in the record system, not with you. Try again shortly."],
  ],
};

/** What a Trouble is called, and what to do now. */
export function troubleText(kind) {
  const [what, now] = TROUBLES[kind] || TROUBLES.server;
  return { what: say(...what), now: say(...now) };
}

/** The view for a Trouble; `retry` is offered where trying again can help. */
export function troubleNotice(kind, retry) {
  const { what, now } = troubleText(kind);
  const helps = retry && !["launch", "ended", "refused"].includes(kind);
  return notice("warn", what, now, helps ? button(say("Prøv igjen", "Try again"), { class: "primary", onclick: retry }, "sync") : null);
}
