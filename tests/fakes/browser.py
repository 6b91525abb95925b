"""A browser without JavaScript: cookies by host name as real ones keep them (ports do not matter), forms, redirects."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit


@dataclass
class Page:
    """One answer; ``url`` is where it came from, or where a redirect led that was not followed."""

    status: int
    headers: list[tuple[str, str]]
    text: str
    url: str

    def header(self, name: str) -> str | None:
        """The first header of that name."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    def headers_named(self, name: str) -> list[str]:
        """All headers of that name."""
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.text)

    @property
    def query(self) -> dict[str, str]:
        """The parameters of ``url``."""
        return dict(parse_qsl(urlsplit(self.url).query, keep_blank_values=True, errors="surrogateescape"))


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self.found.append((given.get("action") or "", {}))
        elif tag == "input" and self.found and given.get("name"):
            self.found[-1][1][str(given["name"])] = given.get("value") or ""


def forms_of(html: str) -> list[tuple[str, dict[str, str]]]:
    """Action and fields of every form."""
    parser = _Forms()
    parser.feed(html)
    return parser.found


@dataclass
class Browser:
    """Every name is 127.0.0.1; redirects to an address that begins with one of ``stops`` are not followed."""

    stops: tuple[str, ...] = ()
    language: str = "nb-NO,nb;q=0.9"
    cookies: dict[tuple[str, str, str], str] = field(default_factory=dict)
    visited: list[str] = field(default_factory=list)

    def put_cookie(self, host: str, name: str, value: str, path: str = "/") -> None:
        """Put a cookie in, as the shell does with a pane's."""
        self.cookies[host, path, name] = value

    def cookies_for(self, url: str) -> dict[str, str]:
        """The cookies that a request to ``url`` carries."""
        parts = urlsplit(url)
        return {
            name: value
            for (host, path, name), value in self.cookies.items()
            if host == parts.hostname and (parts.path + "/").startswith(path.rstrip("/") + "/")
        }

    def send(
        self,
        method: str,
        url: str,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Page:
        """One request; nothing is followed."""
        self.visited.append(url)
        parts = urlsplit(url)
        given = {"Host": parts.netloc, "Accept-Language": self.language, **(headers or {})}
        cookies = self.cookies_for(url)
        if cookies:
            given["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
        body = None
        if form is not None:
            body = urlencode(form)
            given["Content-Type"] = "application/x-www-form-urlencoded"
        connection = self._connection(url)
        try:
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request(method, target, body, given)
            answer = connection.getresponse()
            page = Page(answer.status, answer.getheaders(), answer.read().decode(), url)
        finally:
            connection.close()
        for line in page.headers_named("set-cookie"):
            self._keep(str(parts.hostname), line)
        return page

    def _connection(self, url: str) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", urlsplit(url).port, timeout=10)

    def open(self, url: str) -> Page:
        """GET and follow."""
        return self.follow(self.send("GET", url))

    def follow(self, page: Page) -> Page:
        """Follow redirects to a page, or to one of ``stops``, which is returned unasked with status 0."""
        for _ in range(12):
            location = page.header("location")
            if not 300 <= page.status < 400 or location is None:
                return page
            target = urljoin(page.url, location)
            if target.startswith(self.stops):
                return Page(0, [], "", target)
            page = self.send("GET", target)
        raise AssertionError("too many redirects")

    def submit(self, page: Page, which: int = 0, **fields: str) -> Page:
        """Fill in a form of the page, send it, follow."""
        action, given = forms_of(page.text)[which]
        return self.follow(self.send("POST", urljoin(page.url, action), {**given, **fields}))

    def sign_in(self, url: str, username: str = "siri", password: str = "vaktrom") -> Page:
        """Open, sign in at the identity provider's page, follow to the end."""
        return self.submit(self.open(url), username=username, password=password)

    def _keep(self, host: str, line: str) -> None:
        pair, *attributes = [part.strip() for part in line.split(";")]
        name, _, value = pair.partition("=")
        path = next((item[5:] for item in attributes if item.lower().startswith("path=")), "/")
        if any(item.lower() == "max-age=0" for item in attributes):
            self.cookies.pop((host, path, name), None)
        else:
            self.cookies[host, path, name] = value
