"""Which scopes are left when nobody but the user approves, and which of them concern other apps (DESIGN section 4)."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest

from launcher.oauth.model import RegisteredClient
from launcher.smart.scopes import changes_context, granted_scopes, left_to_the_user
from launcher.smart.web_messaging import FHIR, UI


@pytest.mark.parametrize(
    ("scope", "changes"),
    [
        ("fhircast/Patient-open.write", True),
        ("fhircast/patient-CLOSE.*", True),
        ("fhircast/UserLogout.write", True),
        ("fhircast/userHibernate.*", True),
        ("fhircast/*.write", True),
        ("fhircast/*.*", True),
        ("fhircast/Patient-open.read", False),
        ("fhircast/*.read", False),
        ("fhircast/DiagnosticReport-update.write", False),
        ("patient/Patient-open.write", False),
        ("user/*.write", False),
        ("*.write", False),
        ("openid", False),
    ],
)
def test_which_scopes_change_what_others_see(scope: str, changes: bool) -> None:
    assert changes_context(scope) is changes


def test_a_user_gives_what_ends_with_his_session_and_changes_nothing_for_others() -> None:
    asked = [
        "offline_access",
        "openid",
        "fhircast/Patient-open.write",
        "fhircast/Patient-close.*",
        "user/*.*",
        "launch",
    ]
    assert left_to_the_user(asked) == ("openid", "fhircast/Patient-close.read", "user/*.*", "launch")


@pytest.mark.parametrize(
    ("approved", "granted"),
    [
        (f"openid {UI} messaging/other *", (UI,)),
        ("openid messaging/other", ()),
        (f"{FHIR} {UI}", (UI, FHIR)),
    ],
)
def test_messages_are_granted_by_name_and_approved_by_name(approved: str, granted: tuple[str, ...]) -> None:
    client = cast("RegisteredClient", SimpleNamespace(scope=approved))
    assert granted_scopes(client, [UI, "messaging/other", FHIR]) == granted
