"""What an administrator has decided about each app: a small JSON file for a whole machine.

    {"policy_version": 1, "apps": {"malinger": {"approved": true, "pkce_exempt": true}}}

``approved`` (true unless said otherwise): everybody here may use the app, and nobody is asked. ``consent_allowed``
(false): not approved, but each user may decide for himself. ``pkce_exempt`` (false): the app may come without a proof
key (RFC 7636), as some old ones do. ``may_change_patient`` (false): it gets the FHIRcast scopes it asks for that
change or close the current patient. An app that the file does not name is approved: it was installed on purpose.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from plugins.errors import PolicyWrong

VERSION = 1
MEMBERS = ("policy_version", "apps")
MOST_BYTES = 1_048_576


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided about one app; the members are those of the file."""

    approved: bool = True
    consent_allowed: bool = False
    pkce_exempt: bool = False
    may_change_patient: bool = False

    @property
    def usable(self) -> bool:
        """Whether anybody may use the app."""
        return self.approved or self.consent_allowed


INSTALLED = Decision()
"""The decision about an app that no policy names."""


@dataclass(frozen=True, slots=True)
class AppPolicy:
    """The decisions, by app id."""

    decisions: Mapping[str, Decision] = field(default_factory=dict)

    def of(self, app_id: str) -> Decision:
        """The decision about one app, named or not."""
        return self.decisions.get(app_id, INSTALLED)

    def not_installed(self, installed: Iterable[str]) -> dict[str, str]:
        """Ids that the file names and that are not here, each with the nearest of ``installed`` or nothing."""
        known = list(installed)
        return {name: _nearest(name, known) for name in self.decisions if name not in known}


def read_policy(file: Path) -> AppPolicy:
    """The policy of ``file`` (UTF-8). Raises ``PolicyWrong`` with every mistake, ``OSError`` when it cannot be read."""
    with file.open("rb") as stream:
        content = stream.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise PolicyWrong([f"{file}: larger than {MOST_BYTES} bytes; name each app once"])
    doubled: list[str] = []
    try:
        given = json.loads(content.decode("utf-8-sig"), object_pairs_hook=lambda pairs: _once(pairs, doubled))
    except json.JSONDecodeError as error:
        raise PolicyWrong([f"{file}:{error.lineno}: not JSON ({error.msg})"]) from error
    except (UnicodeDecodeError, RecursionError) as error:
        raise PolicyWrong([f"{file}: not JSON in UTF-8 ({type(error).__name__})"]) from error
    mistakes = [f'"{name}" is there twice; keep one' for name in doubled] + list(_mistakes(given))
    if mistakes:
        raise PolicyWrong(f"{file}: {mistake}" for mistake in mistakes)
    return AppPolicy({name: Decision(**members) for name, members in given["apps"].items()})


def _once(pairs: list[tuple[str, Any]], doubled: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            doubled.append(name)
        found[name] = value
    return found


def _mistakes(given: Any) -> Iterator[str]:
    if not isinstance(given, dict):
        yield 'must be an object: {"policy_version": 1, "apps": {}}'
        return
    yield from _unknown("", given, MEMBERS)
    version = given.get("policy_version")
    if isinstance(version, bool) or version != VERSION:
        yield f"policy_version must be {VERSION}"
    apps = given.get("apps")
    if not isinstance(apps, dict):
        yield "apps must be an object: the app's id, and what is decided about it"
        return
    for name, members in apps.items():
        yield from _mistakes_about(f"apps.{name}", members)


def _mistakes_about(where: str, members: Any) -> Iterator[str]:
    allowed = [item.name for item in fields(Decision)]
    if not isinstance(members, dict):
        yield f"{where} must be an object with {', '.join(allowed)}"
        return
    yield from _unknown(f"{where}.", members, allowed)
    for name in allowed:
        if not isinstance(members.get(name, False), bool):
            yield f"{where}.{name} must be true or false"
    if members.get("consent_allowed") is True and members.get("approved", True) is True:
        yield f'{where}.consent_allowed counts for apps that are not approved; add "approved": false, or take it out'


def _unknown(where: str, given: Mapping[str, Any], allowed: Iterable[str]) -> Iterator[str]:
    known = list(allowed)
    for name in given:
        if name not in known:
            nearest = _nearest(name, known)
            hint = f"did you mean {nearest}?" if nearest else f"known are {', '.join(known)}"
            yield f"{where}{name} is not known; {hint}"


def _nearest(name: str, known: list[str]) -> str:
    return next(iter(difflib.get_close_matches(name, known, 1)), "")
