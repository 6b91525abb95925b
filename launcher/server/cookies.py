"""The gateway's cookies: always explicit, never readable by a page (DESIGN section 3, *Cookies and panes*)."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import HTTPConnection
from starlette.responses import Response

from launcher.server.dependencies import GatewaySettings


@dataclass(frozen=True, slots=True)
class CookieNames:
    """Names and attributes; behind TLS the names begin with ``__Host-``, which demands ``Secure`` and ``Path=/``.

    ``browser`` binds a login to the browser that began it; ``again`` holds the query that began the latest one, for
    the button on the page of a login that has grown too old.
    """

    session: str
    pane: str
    browser: str
    again: str
    path: str
    secure: bool

    def attributes(self) -> str:
        """What follows name and value."""
        return f"Path={self.path}; HttpOnly; SameSite=Lax" + ("; Secure" if self.secure else "")


def cookie_names(settings: GatewaySettings) -> CookieNames:
    """The names for this gateway."""
    prefix, path = ("__Host-", "/") if settings.secure else ("", "/oauth")
    session, pane, browser, again = (
        f"{prefix}vaktrom_{name}" for name in ("session", "pane", "browser", "again")
    )
    return CookieNames(session, pane, browser, again, path, settings.secure)


def read_cookie(connection: HTTPConnection, name: str) -> str | None:
    """The value of one cookie; ``None`` when it is missing, empty or there twice (somebody else set one)."""
    values = [
        value
        for header in connection.headers.getlist("cookie")
        for part in header.split(";")
        for key, _, value in [part.strip().partition("=")]
        if key == name
    ]
    return values[0] if len(values) == 1 and values[0] else None


def set_cookie(response: Response, names: CookieNames, name: str, value: str) -> None:
    """Set a cookie that ends with the browser."""
    response.headers.append("set-cookie", f"{name}={value}; {names.attributes()}")


def clear_cookie(response: Response, names: CookieNames, name: str) -> None:
    """Make the browser forget a cookie."""
    response.headers.append("set-cookie", f"{name}=; Max-Age=0; {names.attributes()}")
