"""The gateway's own pages: one template in the shell's colours, no script, never inside a frame."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import HTMLResponse

from launcher.server.page_texts import BUTTONS, PAGE_TEXTS, language_of

if TYPE_CHECKING:
    from jinja2 import Template

TEMPLATE = """<!doctype html>
<html lang="{{ language }}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ title }} – Vaktrom</title>
<style>
:root { color-scheme: light dark; --canvas: #EDF1F2; --surface: #FFFFFF; --line: #D3DCDF; --strong: #73848B;
  --text: #12222A; --soft: #41535B; --action: #123F4A; --on-action: #FFFFFF; --focus: #0B57D0; --hover: #E8EFF0; }
@media (prefers-color-scheme: dark) { :root { --canvas: #0E171A; --surface: #162227; --line: #2A3A41;
  --strong: #73868E; --text: #E9F0F2; --soft: #B4C4CA; --action: #9ED3DC; --on-action: #06252C; --focus: #FFD166;
  --hover: #22333A; } }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--canvas);
  color: var(--text); font: 16px/1.5 Inter, "Segoe UI", "Noto Sans", sans-serif; }
main { box-sizing: border-box; width: min(560px, 100vw - 32px); margin: 32px 0; padding: 32px;
  background: var(--surface); border: 1px solid var(--line); border-radius: 8px; }
h1 { margin: 0 0 8px; font-size: 24px; line-height: 1.25; font-weight: 650; }
p { margin: 0 0 24px; color: var(--soft); }
p.reference { margin: 24px 0 0; font-size: 13px; }
.button { display: inline-block; min-height: 36px; padding: 0 16px; border: 0; border-radius: 6px;
  background: var(--action); color: var(--on-action); font: 600 15px/36px inherit; font-family: inherit;
  text-decoration: none; cursor: pointer; }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
label { display: block; margin-bottom: 4px; font-weight: 600; }
input[type=search] { box-sizing: border-box; width: 100%; height: 40px; padding: 0 12px; margin-bottom: 12px;
  border: 1px solid var(--strong); border-radius: 6px; background: var(--surface); color: var(--text);
  font: inherit; }
ul { list-style: none; margin: 24px 0 0; padding: 0; border-top: 1px solid var(--line); }
li { border-bottom: 1px solid var(--line); }
li button { display: flex; justify-content: space-between; gap: 16px; width: 100%; min-height: 44px; border: 0;
  padding: 8px; background: none; color: inherit; font: inherit; text-align: left; cursor: pointer; }
li button:hover { background: var(--hover); }
li span { color: var(--soft); font-variant-numeric: tabular-nums; white-space: nowrap; }
form { margin: 0; }
ul.shared { margin: 0 0 24px; }
ul.shared li { padding: 10px 0; }
p.until { color: var(--text); font-weight: 600; }
.answers { display: flex; flex-wrap: wrap; gap: 12px; }
.quiet { background: none; color: var(--action); box-shadow: inset 0 0 0 1px var(--strong); }
</style>
</head>
<body><main>
<h1>{{ title }}</h1>
<p>{{ sentence }}</p>
{% block content %}{% endblock %}
{%- if retry %}<a class="button" href="{{ retry }}">{{ button.try_again }}</a>{% endif %}
{%- if reference %}<p class="reference"><code>{{ reference }}</code></p>{% endif %}
{%- if question %}<form method="post" action="{{ question.action }}">
{% for name, value in question.fields.items() %}<input type="hidden" name="{{ name }}" value="{{ value }}">
{% endfor %}<button class="button">{{ button.sign_out }}</button></form>{% endif %}
{%- if consent %}<ul class="shared">{% for item in consent.shared %}<li>{{ item }}</li>{% endfor %}</ul>
<p class="until">{{ consent.until }}</p>
<form method="post" action="{{ consent.action }}" class="answers">
<input type="hidden" name="consent" value="{{ consent.token }}">
<button class="button" name="answer" value="allow">{{ button.allow }}</button>
<button class="button quiet" name="answer" value="refuse">{{ button.refuse }}</button></form>{% endif %}
{%- if picker %}<form method="post" action="{{ picker.action }}">
<input type="hidden" name="pick" value="{{ picker.pick }}">
<label for="text">{{ button.search_label }}</label>
<input type="search" id="text" name="text" value="{{ picker.text }}" autofocus autocomplete="off" maxlength="100">
<button class="button">{{ button.search }}</button></form>
{% if picker.searched and not picker.patients %}<p class="reference">{{ button.nobody }}</p>{% endif %}
{% if picker.patients %}<ul>{% for patient in picker.patients %}<li><form method="post" action="{{ picker.action }}">
<input type="hidden" name="pick" value="{{ picker.pick }}">
<input type="hidden" name="patient" value="{{ patient.id }}">
<button><b>{{ patient.name }}</b><span>{{ patient.born }}</span></button></form></li>{% endfor %}</ul>{% endif %}
{% endif %}
</main></body></html>
"""

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; "
    "frame-ancestors 'none'; form-action {form}"
)
HEADERS = {
    "cache-control": "no-store",
    "pragma": "no-cache",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}


class Pages:
    """Renders pages in the language of the request."""

    @cached_property
    def _template(self) -> Template:
        """Made when a page is first shown; a login that goes well shows none of ours."""
        from jinja2 import Environment, StrictUndefined

        return Environment(autoescape=True, undefined=StrictUndefined).from_string(TEMPLATE)

    def page(
        self,
        request: Request,
        text_key: str,
        *,
        status: int,
        retry: str | None = None,
        question: dict[str, Any] | None = None,
        picker: dict[str, Any] | None = None,
        consent: dict[str, Any] | None = None,
        words: dict[str, str] | None = None,
        form_targets: str = "'self'",
        reference: str = "",
    ) -> HTMLResponse:
        """The page ``text_key`` of :data:`launcher.server.page_texts.PAGE_TEXTS`.

        ``words`` stand where the texts have braces. ``reference`` is a short word for whoever is called for help.
        ``form_targets`` are the sources that a form of the page may lead to, redirects included.
        """
        language = language_of(request.headers.get("accept-language"))
        title, sentence = (text.format(**(words or {})) for text in PAGE_TEXTS[text_key][language])
        body = self._template.render(
            language=language,
            title=title,
            sentence=sentence,
            retry=retry,
            question=question,
            picker=picker,
            consent=consent,
            reference=reference,
            button={name: texts[language] for name, texts in BUTTONS.items()},
        )
        policy = CONTENT_SECURITY_POLICY.format(form=form_targets)
        return HTMLResponse(body, status, {**HEADERS, "content-security-policy": policy})
