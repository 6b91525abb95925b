"""Renders the provider's HTML pages: no inline script, no frames, nothing kept in a cache."""

from __future__ import annotations

from importlib import resources

from jinja2 import Environment, FunctionLoader, StrictUndefined, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from launcher.sandbox.identity.errors import PageError
from launcher.sandbox.identity.model import DemoUser, IdentityProviderSettings
from launcher.sandbox.identity.texts import choose_language, text

ASSETS = {
    "style.css": "text/css; charset=utf-8",
    "login.js": "text/javascript; charset=utf-8",
    "inter.woff2": "font/woff2",
    "inter.LICENSE.txt": "text/plain; charset=utf-8",
}
PAGE_HEADERS = {
    # No form-action: browsers apply it to every redirect after the form, and those lead through other programs.
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; font-src 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Vary": "Accept-Language",
}


def _bytes(name: str) -> bytes:
    return (resources.files("launcher.sandbox.identity") / "pages" / name).read_bytes()


def _source(name: str) -> str:
    return _bytes(name).decode()


class Pages:
    """Every page that a browser can see here."""

    def __init__(self, settings: IdentityProviderSettings) -> None:
        self._settings = settings
        self._templates = Environment(
            loader=FunctionLoader(_source),
            autoescape=select_autoescape(default=True),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._assets = {name: _bytes(name) for name in ASSETS}

    def login(
        self,
        request: Request,
        *,
        action: str,
        csrf_token: str,
        ui_locales: str | None,
        username: str = "",
        error_key: str | None = None,
        wait_seconds: int = 0,
        status: int = 200,
    ) -> Response:
        """The sign-in page; ``error_key`` names the sentence below the fields."""
        language = _language(request, ui_locales)
        users = self._settings.users if self._settings.show_demo_users else ()
        return self._page(
            "login.html",
            language,
            status,
            action=action,
            csrf_token=csrf_token,
            username=username,
            organisation=self._settings.organisation,
            error=text(language, error_key, seconds=str(wait_seconds)) if error_key else None,
            demo_users=[_row(user, language) for user in users],
            demo_password=users[0].password if users else "",
        )

    def failure(self, request: Request, error: PageError) -> Response:
        """What went wrong, whose fault it is and what to do now."""
        language = _language(request, None)
        return self._page(
            "message.html",
            language,
            error.status,
            title=text(language, f"{error.text_key}.title"),
            body=text(language, f"{error.text_key}.text"),
            detail=error.detail,
            good=False,
            home_uri=error.home_uri,
            home_name="Vaktrom",
        )

    def logged_out(self, request: Request, ui_locales: str | None) -> Response:
        """Confirms that nobody is signed in any more."""
        language = _language(request, ui_locales)
        return self._page(
            "message.html",
            language,
            200,
            title=text(language, "logged-out"),
            body=text(language, "logged-out-text"),
            detail="",
            good=True,
            home_uri=None,
            home_name="",
        )

    def logout_question(
        self, request: Request, *, action: str, csrf_token: str, name: str, fields: dict[str, str]
    ) -> Response:
        """Asks before a sign-out that no program has proved it may ask for."""
        language = _language(request, fields.get("ui_locales"))
        return self._page(
            "logout.html",
            language,
            200,
            action=action,
            csrf_token=csrf_token,
            fields=fields,
            body=text(language, "logout-question-text", name=name),
        )

    def asset(self, name: str) -> Response:
        """A style sheet, script or font of these pages; raises PageError ``not-found``."""
        if name not in self._assets:
            raise PageError("not-found", status=404)
        headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-cache"}
        return Response(self._assets[name], headers=headers, media_type=ASSETS[name])

    def _page(self, template: str, language: str, status: int, **values: object) -> Response:
        def t(key: str, **parts: str) -> str:
            return text(language, key, **parts)

        html = self._templates.get_template(template).render(language=language, t=t, **values)
        return HTMLResponse(html, status_code=status, headers={**PAGE_HEADERS, "Content-Language": language})


def _language(request: Request, ui_locales: str | None) -> str:
    return choose_language(ui_locales, request.headers.get("accept-language"))


def _row(user: DemoUser, language: str) -> dict[str, str]:
    role = user.role if language == "nb" else user.role_english
    what = f"{role} · {user.place}" if user.place else role
    return {"username": user.username, "name": user.name, "initials": user.initials, "what": what}
