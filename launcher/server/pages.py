"""The gateway's own pages: one template in the shell's colours, never inside a frame; only the picker has a script."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import HTMLResponse

from launcher.server.page_template import PICKER_SCRIPT, SCRIPT_SOURCE, TEMPLATE
from launcher.server.page_texts import BUTTONS, PAGE_TEXTS, language_of

if TYPE_CHECKING:
    from jinja2 import Template

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src {script}; base-uri 'none'; "
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

        The document's body tells ``text_key`` as ``data-page``, so that the shell can say it in its own words.
        ``words`` stand where the texts have braces. ``reference`` is a short word for whoever is called for help.
        ``form_targets`` are the sources that a form of the page may lead to, redirects included.
        """
        from markupsafe import Markup

        language = language_of(request.headers.get("accept-language"))
        title, sentence = (text.format(**(words or {})) for text in PAGE_TEXTS[text_key][language])
        body = self._template.render(
            language=language,
            page=text_key,
            title=title,
            sentence=sentence,
            retry=retry,
            question=question,
            picker=picker,
            consent=consent,
            reference=reference,
            script=Markup(PICKER_SCRIPT),
            button={name: texts[language] for name, texts in BUTTONS.items()},
        )
        policy = CONTENT_SECURITY_POLICY.format(
            form=form_targets, script=SCRIPT_SOURCE if picker else "'none'"
        )
        return HTMLResponse(body, status, {**HEADERS, "content-security-policy": policy})
