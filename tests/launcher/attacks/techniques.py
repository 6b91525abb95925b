"""What a page of another site can do to make a browser ask the gateway something, and what of it carries Lax cookies."""

from __future__ import annotations

from dataclasses import dataclass

FORM = """
const send = (address, method, target) => {
  const form = document.createElement("form");
  Object.assign(form, { method, action: address, target });
  const given = new URLSearchParams(new URL(url).search);
  for (const [name, value] of given) form.append(Object.assign(document.createElement("input"), { name, value }));
  document.body.append(form);
  form.submit();
};
const bounced = (code) => `${evil}/bounce?code=${code}&to=${encodeURIComponent(url)}`;
const loaded = (tag, more) => new Promise((done) => {
  const made = Object.assign(document.createElement(tag), more);
  made.onload = made.onerror = () => {
    try { done(made.contentDocument.body.innerText ? "read" : "unread"); } catch { done("unread"); }
  };
  document.body.append(made);
});
const told = (asked) => asked.then(async (answer) => answer.type === "opaque" ? "unread" : `read ${await answer.text()}`,
  () => "unread");
const speculate = (kind) => {
  const rules = { [kind]: [{ source: "list", urls: [url, location.origin + "/own"], eagerness: "immediate" }] };
  document.body.append(Object.assign(document.createElement("script"),
    { type: "speculationrules", textContent: JSON.stringify(rules) }));
};
"""
"""``url`` is asked for, ``evil`` is the hostile origin."""


@dataclass(frozen=True, slots=True)
class Technique:
    """``script`` starts it; ``navigates`` when the page itself goes there, ``arrives`` unless the browser asks nothing.

    ``post`` and ``top`` say how the request reaches the gateway: Lax cookies travel with a top-level GET and with nothing
    else, those without SameSite in their first two minutes with a top-level POST too.
    """

    name: str
    script: str
    top: bool = False
    post: bool = False
    popup: bool = False
    arrives: bool = True

    @property
    def carries_lax(self) -> bool:
        return self.top and not self.post

    def __str__(self) -> str:
        return self.name


TECHNIQUES = [
    Technique("a link", "location.href = url", top=True),
    Technique("a form, GET", "send(url, 'get', '')", top=True),
    Technique("a form, POST", "send(url, 'post', '')", top=True, post=True),
    Technique("a redirect chain", "location.href = `${evil}/bounce?code=302&to=${encodeURIComponent(bounced(302))}`", top=True),
    Technique("a POST that is redirected", "send(bounced(307), 'post', '')", top=True, post=True),
    Technique("a POST that becomes a GET", "send(bounced(303), 'post', '')", top=True),
    Technique("a new window", "window.open(url)", top=True, popup=True),
    Technique("a POST into a new window", "send(url, 'post', '_blank')", top=True, post=True, popup=True),
    Technique("a frame", "return loaded('iframe', { src: url })"),
    Technique("a form into a frame", "loaded('iframe', { name: 'inner' }); send(url, 'post', 'inner')", post=True),
    Technique("an image", "return loaded('img', { src: url })"),
    Technique("a script", "return loaded('script', { src: url })"),
    Technique("fetch, no-cors", "return told(fetch(url, { mode: 'no-cors', credentials: 'include' }))"),
    Technique(
        "fetch, no-cors, POST",
        "return told(fetch(url, { method: 'POST', mode: 'no-cors', credentials: 'include',"
        " body: new URL(url).searchParams }))",
        post=True,
    ),
    Technique("fetch, cors", "return told(fetch(url, { credentials: 'include' }))"),
    Technique("a beacon", "navigator.sendBeacon(url, new URL(url).searchParams)", post=True),
    Technique(
        "a WebSocket",
        "return new Promise((done) => { const made = new WebSocket(url.replace('http', 'ws'));"
        " made.onopen = () => done('read'); made.onerror = () => done('unread'); })",
    ),
    Technique("prefetch", "return loaded('link', { rel: 'prefetch', href: url })"),
    Technique("speculative prefetch", "speculate('prefetch')", arrives=False),
    Technique("prerender", "speculate('prerender')", arrives=False),
    Technique(
        "a service worker",
        "return navigator.serviceWorker.register('/worker.js').then(() => navigator.serviceWorker.ready).then((ready) =>"
        " new Promise((done) => { navigator.serviceWorker.onmessage = () => done('unread');"
        " ready.active.postMessage(url); }))",
    ),
]  # fmt: skip
