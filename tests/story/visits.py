"""Which addresses the login and the panes were led to, redirects included."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtWebEngineCore import QWebEnginePage

from shell.web.login_view import LoginPage
from shell.web.page import PanePage

LOGIN_PATH = "/interaction/"
"""The page with the password, at the sandbox's provider and at npm oidc-provider."""
Kind = QWebEnginePage.NavigationType


class Visits:
    """Every navigation of a main frame that is not a form being sent, as (by a pane, address)."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._seen: list[tuple[bool, str]] = []
        for page in (LoginPage, PanePage):
            self._watch(monkeypatch, page)

    def login_pages(self, provider: str) -> list[str]:
        """Login pages that were shown at ``provider``, a host with its port."""
        return [
            address
            for _, address in self._seen
            if urlsplit(address).netloc == provider and urlsplit(address).path.startswith(LOGIN_PATH)
        ]

    def panes_at(self, provider: str) -> list[str]:
        """Addresses of ``provider`` to which a pane was led."""
        return [address for pane, address in self._seen if pane and urlsplit(address).netloc == provider]

    def _watch(self, monkeypatch: pytest.MonkeyPatch, page: type[QWebEnginePage]) -> None:
        decide: Any = page.acceptNavigationRequest

        def noted(self_: QWebEnginePage, url: QUrl | str, type: Kind, isMainFrame: bool) -> bool:
            if isMainFrame and type is not Kind.NavigationTypeFormSubmitted:
                self._seen.append((page is PanePage, QUrl(url).toString()))
            answer: bool = decide(self_, url, type, isMainFrame)
            return answer

        monkeypatch.setattr(page, "acceptNavigationRequest", noted)
