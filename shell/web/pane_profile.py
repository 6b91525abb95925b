"""Off-the-record profiles, one per pane: nothing of a page is ever written to disk, nothing is shared (S6)."""

from __future__ import annotations

from PySide6.QtCore import QObject, QUrl
from PySide6.QtNetwork import QNetworkCookie
from PySide6.QtWebEngineCore import QWebEngineProfile, QWebEngineSettings

Attribute = QWebEngineSettings.WebAttribute

SWITCHED_OFF = (
    Attribute.JavascriptCanOpenWindows,
    Attribute.JavascriptCanAccessClipboard,
    Attribute.JavascriptCanPaste,
    Attribute.LocalContentCanAccessRemoteUrls,
    Attribute.LocalContentCanAccessFileUrls,
    Attribute.AllowRunningInsecureContent,
    Attribute.PluginsEnabled,
    Attribute.PdfViewerEnabled,
    Attribute.FullScreenSupportEnabled,
    Attribute.ScreenCaptureEnabled,
    Attribute.HyperlinkAuditingEnabled,
    Attribute.DnsPrefetchEnabled,
    Attribute.NavigateOnDropEnabled,
)


def new_profile(parent: QObject | None, language: str) -> QWebEngineProfile:
    """A fresh profile in memory with everything off that the table of page policy refuses."""
    profile = QWebEngineProfile(parent)
    if not profile.isOffTheRecord():
        raise RuntimeError("a pane's profile must be off the record")
    profile.setHttpAcceptLanguage(accepted_languages(language))
    profile.setSpellCheckEnabled(False)
    settings = profile.settings()
    for attribute in SWITCHED_OFF:
        settings.setAttribute(attribute, False)
    settings.setUnknownUrlSchemePolicy(QWebEngineSettings.UnknownUrlSchemePolicy.DisallowUnknownUrlSchemes)
    return profile


def accepted_languages(language: str) -> str:
    """What pages are asked for in the desktop's language, ``nb`` or ``en``."""
    return "nb-NO,nb;q=0.9,en;q=0.5" if language == "nb" else "en,nb;q=0.5"


def put_cookie(profile: QWebEngineProfile, base_url: str, name: str, value: str, path: str) -> None:
    """Put the pane cookie into the profile before its first request (HttpOnly, SameSite=Lax)."""
    cookie = QNetworkCookie(name.encode(), value.encode())
    cookie.setHttpOnly(True)
    cookie.setPath(path)
    cookie.setSecure(base_url.startswith("https://"))
    cookie.setSameSitePolicy(QNetworkCookie.SameSite.Lax)
    profile.cookieStore().setCookie(cookie, QUrl(base_url))
