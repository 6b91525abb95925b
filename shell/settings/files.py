"""Settings from files: TOML of machine and user, the JSON policy of a Linux or macOS machine."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

from plugins.findings import Text
from shell.settings.sources import Given, Source, flattened
from shell.settings.trusted_file import NotTrusted, Trust, read_trusted

POLICY_VERSION = 1
POLICY_MEMBERS = ("policy_version", "settings")

NOT_TOML = Text(
    "{file} er ikke TOML: {reason}; rett den der", "{file} is not TOML: {reason}; correct it there"
)
NOT_JSON = Text(
    "{file} er ikke JSON: {reason}; rett den der", "{file} is not JSON: {reason}; correct it there"
)
NOT_POLICY = Text(
    '{file} må være {"policy_version": 1, "settings": {...}} og ikke noe mer; rett den der',
    '{file} must be {"policy_version": 1, "settings": {...}} and nothing else; correct it there',
)
TWICE = Text("{file}: {key} står der to ganger; behold én", "{file}: {key} is there twice; keep one")


class NotSettings(Exception):
    """Caller: what was read holds no settings; ``text`` says why."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


def from_toml(source: Source, file: Path, trust: Trust | None = None) -> Given:
    """The settings of a TOML file; nothing when there is none, ``broken`` when it does not count."""
    try:
        content = read_trusted(file, trust)
        entries = {} if content is None else toml_entries(content, str(file))
    except (NotTrusted, NotSettings) as error:
        return Given(source, str(file), broken=error.text)
    return Given(source, str(file), entries)


def toml_entries(content: bytes, named: str) -> dict[str, Any]:
    """The entries of TOML ``content`` that came from ``named``. Raises :class:`NotSettings`."""
    try:
        return flattened(tomllib.loads(content.decode("utf-8-sig")))
    except (ValueError, RecursionError) as error:
        reason = str(error) if isinstance(error, tomllib.TOMLDecodeError) else type(error).__name__
        raise NotSettings(NOT_TOML.about(file=named, reason=reason)) from error


def from_policy_file(file: Path, trust: Trust | None) -> Given:
    """The machine's policy; nothing when there is none, ``broken`` when it does not count."""
    try:
        content = read_trusted(file, trust)
        entries = {} if content is None else _policy_entries(content, str(file))
    except (NotTrusted, NotSettings) as error:
        return Given(Source.MACHINE_POLICY, str(file), broken=error.text)
    return Given(Source.MACHINE_POLICY, str(file), entries)


def _policy_entries(content: bytes, named: str) -> dict[str, Any]:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, value in pairs:
            if name in found:
                raise NotSettings(TWICE.about(file=named, key=name))
            found[name] = value
        return found

    try:
        given = json.loads(content.decode("utf-8-sig"), object_pairs_hook=once)
    except (ValueError, RecursionError) as error:
        reason = f"{error.msg}, line {error.lineno}" if isinstance(error, json.JSONDecodeError) else "UTF-8"
        raise NotSettings(NOT_JSON.about(file=named, reason=reason)) from error
    whole = isinstance(given, dict) and set(given) == set(POLICY_MEMBERS)
    if not whole or given["policy_version"] is True or given["policy_version"] != POLICY_VERSION:
        raise NotSettings(NOT_POLICY.about(file=named))
    if not isinstance(given["settings"], dict):
        raise NotSettings(NOT_POLICY.about(file=named))
    return flattened(given["settings"])
