"""How an app's authorization ended, from the address that the gateway sends it back to (RFC 6749 section 4.1.2.1). Pure."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

ASKS_AGAIN = ("login_required", "interaction_required", "consent_required", "account_selection_required")
"""Answers to a silent attempt: the app asks again where the user may be asked."""


def refusal(address: str) -> str:
    """Key of the sentence that the user reads (``shell.widgets.pane_texts``); empty when nothing was refused."""
    query = parse_qs(urlsplit(address).query)
    error = query.get("error", [""])[0]
    if not error or "code" in query or error in ASKS_AGAIN:
        return ""
    if error == "access_denied":
        return "access_denied"
    if "code_challenge" in query.get("error_description", [""])[0]:
        return "no_proof_key"
    return "authorization_refused"
