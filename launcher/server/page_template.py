"""The one template of the gateway's pages, in the desktop's colours; light, dark and high contrast by the browser's wish."""

from __future__ import annotations

import base64
import hashlib

PICKER_SCRIPT = """
"use strict";
const field = document.getElementById("text");
const rows = [...document.querySelectorAll("li button")];
document.addEventListener("keydown", (event) => {
  const at = rows.indexOf(document.activeElement);
  const steps = { ArrowDown: at + 1, ArrowUp: at - 1, Home: at < 0 ? null : 0, End: at < 0 ? null : rows.length - 1 };
  if (event.key === "Escape" && at >= 0) field.focus();
  const to = steps[event.key];
  if (to === undefined || to === null || rows.length === 0 || (at < 0 && document.activeElement !== field)) return;
  event.preventDefault();
  (to < 0 ? field : rows[Math.min(to, rows.length - 1)]).focus();
});
document.addEventListener("submit", (event) => {
  if (document.body.dataset.sent) event.preventDefault();
  document.body.dataset.sent = "yes";
  document.body.setAttribute("aria-busy", "true");
});
window.addEventListener("pageshow", () => delete document.body.dataset.sent);
"""
"""Arrow keys from the field into the hits and back; the page works without it."""

SCRIPT_SOURCE = f"'sha256-{base64.b64encode(hashlib.sha256(PICKER_SCRIPT.encode()).digest()).decode()}'"

STYLE = """
:root { color-scheme: light dark; --canvas: #EDF1F2; --surface: #FFFFFF; --line: #D3DCDF; --strong: #73848B;
  --text: #12222A; --soft: #41535B; --action: #123F4A; --on-action: #FFFFFF; --press: #0C2F38; --focus: #0B57D0;
  --hover: #E8EFF0; --chosen: #D8E7EA; --danger: #A61B14; --danger-soft: #FCEBE9; --alike: #3A2700;
  --alike-fill: #FFE08A; --mark: #123F4A; }
@media (prefers-color-scheme: dark) { :root { --canvas: #0E171A; --surface: #162227; --line: #2A3A41;
  --strong: #73868E; --text: #E9F0F2; --soft: #B4C4CA; --action: #9ED3DC; --on-action: #06252C; --press: #B9E2E9;
  --focus: #FFD166; --hover: #22333A; --chosen: #1F3A42; --danger: #FFA79E; --danger-soft: #3B1C1A;
  --alike: #3A2700; --alike-fill: #FFDE85; --mark: #9ED3DC; } }
@media (prefers-contrast: more) { :root { --line: var(--text); --strong: var(--text); --soft: var(--text); } }
html { scroll-padding: 8px 0 88px; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--canvas);
  color: var(--text); font: 16px/1.5 Inter, "Segoe UI", "Noto Sans", sans-serif; font-variant-numeric: tabular-nums;
  overflow-wrap: anywhere; }
main { box-sizing: border-box; width: min(560px, 100vw - 32px); margin: 32px 0; padding: 32px;
  background: var(--surface); border: 1px solid var(--line); border-radius: 8px; }
main.wide { width: min(760px, 100vw - 32px); align-self: start; }
.mark { display: block; margin-bottom: 16px; }
h1 { margin: 0 0 8px; font-size: 24px; line-height: 1.25; font-weight: 650; }
h2 { margin: 24px 0 8px; font-size: 15px; font-weight: 650; }
p { margin: 0 0 24px; color: var(--soft); }
p.reference { font-size: 13px; }
.button { display: inline-block; box-sizing: border-box; min-height: 40px; padding: 0 16px;
  border: 1px solid transparent; border-radius: 6px; background: var(--action); color: var(--on-action);
  font-family: inherit; font-size: 15px; font-weight: 600; line-height: 38px; text-align: center;
  text-decoration: none; cursor: pointer; }
.button:hover { background: var(--press); }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
label { display: block; margin-bottom: 4px; font-weight: 600; }
.search { display: flex; gap: 8px; }
input[type=search] { box-sizing: border-box; flex: 1; min-width: 0; height: 40px; padding: 0 12px;
  border: 1px solid var(--strong); border-radius: 6px; background: var(--surface); color: var(--text);
  font: inherit; }
input[aria-invalid] { border: 2px solid var(--danger); }
.wrong { margin: 8px 0 0; padding: 8px 12px; border-radius: 6px; background: var(--danger-soft);
  color: var(--danger); font-weight: 600; }
.hint { margin: 8px 0 0; font-size: 14px; }
#hint { margin: 0 0 8px; }
p.lists { margin: 16px 0 4px; font-size: 14px; }
div.lists { display: flex; flex-wrap: wrap; gap: 8px; }
.quiet[aria-current] { background: var(--chosen); border-color: var(--action); border-width: 2px; line-height: 36px; }
ul { list-style: none; margin: 0; padding: 0; border-top: 1px solid var(--line); }
li { border-bottom: 1px solid var(--line); }
li button { display: grid; grid-template-columns: 1fr auto; column-gap: 16px; width: 100%; min-height: 56px; border: 0;
  padding: 8px 12px; background: none; color: inherit; font: inherit; text-align: left; cursor: pointer; }
li button:hover { background: var(--hover); }
li button:focus-visible { outline-offset: -3px; background: var(--chosen); }
li button > span { color: var(--soft); }
li button > .name { color: var(--text); }
li button > .when { text-align: right; white-space: nowrap; }
.name u { text-decoration-thickness: 2px; text-underline-offset: 3px; }
.tag { display: inline-flex; align-items: center; gap: 4px; padding: 0 6px; border-radius: 4px;
  background: var(--alike-fill); color: var(--alike); font-size: 13px; font-weight: 600; }
.tag.dead { background: var(--hover); color: var(--soft); }
form { margin: 0; }
ul.shared { margin: 0 0 24px; }
ul.shared li { padding: 10px 0; }
p.until { flex: 1 0 100%; margin: 0; color: var(--text); font-weight: 600; }
.foot { position: sticky; bottom: 0; display: flex; flex-wrap: wrap; gap: 8px 12px; margin: 0 -32px -32px;
  padding: 16px 32px 32px; background: var(--surface); border-radius: 0 0 8px 8px; }
.foot.answers { border-top: 1px solid var(--line); }
.quiet { border-color: var(--strong); background: none; color: var(--action); }
.quiet:hover { background: var(--hover); }
@media (max-width: 520px), (max-height: 480px) {
  html { scroll-padding: 8px 0 64px; }
  body { display: block; place-items: normal; background: var(--surface); font-size: 15px; }
  main, main.wide { width: auto; margin: 0; padding: 16px; border: 0; border-radius: 0; }
  .mark { display: none; }
  h1 { font-size: 20px; }
  h2 { margin: 16px 0 8px; }
  p, ul.shared { margin-bottom: 12px; }
  ul.shared li { padding: 6px 0; }
  .foot { margin: 0 -16px -16px; padding: 8px 16px; border-top: 1px solid var(--line); border-radius: 0; }
  .foot .button { flex: 1 1 auto; padding: 0 8px; }
  .lists .button { padding: 0 8px; } }
@media (max-width: 520px) { li button { grid-template-columns: 1fr; padding: 8px 4px; } li button > .when { text-align: left; } }
"""

PICKER = """
<form method="post" action="{{ picker.action }}" role="search">
<input type="hidden" name="pick" value="{{ picker.pick }}">
<label for="text">{{ button.search_label }}</label>
{%- if not picker.searched %}<p class="hint" id="hint">{{ button.hint }}</p>{% endif %}
<div class="search"><input type="search" id="text" name="text" value="{{ picker.text }}" autofocus autocomplete="off"
 maxlength="100" aria-describedby="{% if not picker.searched %}hint {% endif %}said"
{%- if picker.wrong %} aria-invalid="true"{% endif %}>
<button class="button">{{ button.search }}</button></div>
{%- if picker.wrong %}<div id="said" role="status"><p class="wrong">{{ button[picker.wrong] }}</p></div>{% endif %}
{%- if picker.lists %}<p class="lists" id="lists">{{ button.lists }}</p><div class="lists" role="group" aria-labelledby="lists">
{%- for name in picker.lists %}<button class="button quiet" name="list" value="{{ loop.index0 }}"
 {%- if name == picker.listed %} aria-current="true"{% endif %}>{{ name }}</button>
{%- endfor %}</div>{% endif %}</form>
{%- if not picker.wrong %}<div id="said" role="status">
{%- if picker.patients %}<h2>{{ picker.count }}</h2>
{%- elif picker.searched %}<p class="hint">{{ button.nobody if picker.listed is none else button.nobody_listed }}</p>
{%- endif %}</div>{% endif %}
{% if picker.patients %}<ul aria-label="{{ picker.count }}">{% for patient in picker.patients -%}
<li><form method="post" action="{{ picker.action }}">
<input type="hidden" name="pick" value="{{ picker.pick }}">
<input type="hidden" name="patient" value="{{ patient.id }}">
<button><span class="name"><b>{{ letters(patient.family) }}</b>
{%- if patient.given[0][0] %}, {{ letters(patient.given) }}{% endif %}
{%- if patient.alike %}&ensp;<span class="tag"><svg width="16" height="16" viewBox="0 0 24 24" fill="none"
 stroke="currentColor" stroke-width="2" stroke-linecap="round" aria-hidden="true"><circle cx="8" cy="8" r="3.2"/><circle
 cx="16" cy="8" r="3.2"/><path d="M2.5 19.5c.5-3.7 2.4-5.5 5.5-5.5 1.7 0 3.1.6 4 1.7.9-1.1 2.3-1.7 4-1.7 3.1 0 5 1.8 5.5
 5.5"/></svg>{{ button.alike }}</span>{% endif %}
{%- if patient.deceased %}&ensp;<span class="tag dead">{{ button.deceased }}</span>{% endif %}</span>
<span class="when">{{ patient.born }}{% if patient.age is not none %} · {{ button.age.format(age=patient.age) }}{% endif %}</span>
<span>{% if patient.identity_number %}{{ button.number }} {{ patient.identity_number }}{% endif %}</span>
<span class="when">{% if patient.room %}{{ button.room }} {{ patient.room }}{% if patient.ward %}, {{ patient.ward }}{% endif %}
{%- elif patient.ward %}{{ patient.ward }}
{%- elif patient.practitioner %}{{ button.practitioner }} {{ patient.practitioner }}{% endif %}</span></button></form></li>
{%- endfor %}</ul>{% endif %}
<script>{{ script }}</script>
"""

TEMPLATE = (
    """{%- macro letters(parts) -%}
{%- for text, differs in parts %}{% if differs %}<u>{{ text }}</u>{% else %}{{ text }}{% endif %}{% endfor -%}
{%- endmacro -%}
<!doctype html>
<html lang="{{ language }}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ title }} – Vaktrom</title>
<style>"""
    + STYLE
    + """</style>
</head>
<body data-page="{{ page }}"><main{% if picker %} class="wide"{% endif %}>
<svg class="mark" width="28" height="28" viewBox="0 0 28 28" aria-hidden="true"><rect x="2" y="2" width="24" height="24"
 rx="4" fill="none" stroke="var(--mark)" stroke-width="2.5"/><g fill="var(--mark)" fill-opacity=".32"><rect x="6.5" y="6.5"
 width="6.5" height="6.5" rx="1"/><rect x="6.5" y="15" width="6.5" height="6.5" rx="1"/><rect x="15" y="15" width="6.5"
 height="6.5" rx="1"/></g><rect x="15" y="6.5" width="6.5" height="6.5" rx="1" fill="#F4C552"/></svg>
<h1>{{ title }}</h1>
<p>{{ sentence }}</p>
{%- if reference %}<p class="reference">{{ button.reference }} <code>{{ reference }}</code></p>{% endif %}
{%- if retry %}<div class="foot"><a class="button" href="{{ retry }}">{{ button.try_again }}</a></div>{% endif %}
{%- if question %}<form method="post" action="{{ question.action }}" class="foot">
{% for name, value in question.fields.items() %}<input type="hidden" name="{{ name }}" value="{{ value }}">
{% endfor %}<button class="button">{{ button.sign_out }}</button></form>{% endif %}
{%- if consent %}<ul class="shared">{% for item in consent.shared %}<li>{{ item }}</li>{% endfor %}</ul>
<form method="post" action="{{ consent.action }}" class="foot answers">
<p class="until">{{ consent.until }}</p>
<input type="hidden" name="consent" value="{{ consent.token }}">
<button class="button" name="answer" value="allow">{{ button.allow }}</button>
<button class="button quiet" name="answer" value="refuse">{{ button.refuse }}</button></form>{% endif %}
{%- if picker %}"""
    + PICKER
    + """{% endif %}
</main></body></html>
"""
)
