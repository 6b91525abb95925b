"""How an app's authorization ended, from the address that the gateway sends it back to (RFC 6749 section 4.1.2.1). Pure."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

ASKS_AGAIN = ("login_required", "interaction_required", "consent_required", "account_selection_required")
"""Answers to a silent attempt: the app asks again where the user may be asked."""
PAGES = {
    "client_unknown": "client_unknown",
    "client_unapproved": "not_let_in",
    "redirect_unregistered": "wrong_redirect",
    "request_malformed": "authorization_refused",
    "choose_patient": "wants_patient",
    "sign_out_question": "signed_out",
    "signed_out": "signed_out",
    "record_unavailable": "record_away",
    "identity_unavailable": "wants_login",
    "login_unknown": "wants_login",
    "login_failed": "wants_login",
    "too_many": "too_many",
    "not_in_a_page": "authorization_refused",
    "wrong_place": "authorization_refused",
}
"""Pages of the gateway's own (``data-page``), and the key of the sentence that a pane says instead."""
ANSWERED_LATE = "question_too_old"


def refusal(address: str) -> str:
    """Key of the sentence that the user reads (``shell.widgets.pane_texts``); empty when nothing was refused."""
    query = _query(address)
    error = query.get("error", [""])[0]
    if not error or "code" in query or error in ASKS_AGAIN:
        return ""
    if error == "access_denied":
        return "access_denied"
    if "code_challenge" in query.get("error_description", [""])[0]:
        return "no_proof_key"
    return "authorization_refused"


def failure_of_page(name: str, known: str) -> str:
    """Key of the sentence for a page of the gateway in a pane; ``known`` is what its status has told, or empty."""
    return known if known == ANSWERED_LATE else PAGES.get(name, known or "authorization_refused")


def led_away(address: str) -> str:
    """Key of the sentence when the gateway sent the app to an address that is closed to its pane."""
    return "wrong_redirect" if {"code", "error"} & _query(address).keys() else "wants_login"


def _query(address: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(address).query)
