"""Precedence, locked rows and mistakes, for every row of the table."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from plugins.findings import Text
from shell.settings.demands import ClinicalAccessRefused, SettingsWrong, demand_sound
from shell.settings.kinds import Choice, Networks, Number, Switch
from shell.settings.resolve import resolve
from shell.settings.row import Row
from shell.settings.rows import DEVTOOLS_PORT, FHIR_BASE, GROUPS, LANGUAGE, LOCK_AFTER, TABLE, TEXT_SIZE
from shell.settings.sources import Given, Source, from_environment

SETTABLE = [source for source in Source if source != Source.DEFAULT]


def good(row: Row[Any]) -> Any:
    """A value that the row takes and that is not its default."""
    if isinstance(row.kind, Choice):
        return next(word for word in row.kind.words if word != row.default)
    if isinstance(row.kind, Number):
        return next(
            number for number in (*row.kind.options, row.kind.high, row.kind.low) if number != row.default
        )
    if isinstance(row.kind, Switch):
        return not row.default
    if isinstance(row.kind, Networks):
        return ["10.20.0.0/16"]
    return "/etc/vaktrom/file.pem" if row.name.endswith("_file") else "https://journal.example/fhir"


def said(source: Source, row: Row[Any], value: Any) -> Given:
    return Given(source, f"place of {source.name}", {row.key: value})


def joined(texts: tuple[Text, ...]) -> str:
    return "\n".join(text.en for text in texts)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.key)
def test_each_row(row: Row[Any]) -> None:
    """Mutants: two ranks swapped; a lock that is not looked at; a default that its own kind does not take."""
    assert row.group in GROUPS and row.name and row.since
    assert row.kind.check(row.default) == row.default
    value = good(row)
    assert row.kind.check(value) not in (row.default, None)
    for above, below in pairwise(SETTABLE):
        if row.scope == "machine" and Source.USER_POLICY in (above, below):
            continue
        both = [said(below, row, row.default), said(above, row, value)]
        found = resolve(both, frozen=False).found[row.key]
        assert (found.source, found.value) == (above, row.kind.check(value))
        assert [(one.source, one.outcome) for one in found.attempts] == [
            (above, "used"),
            (below, "overridden"),
        ]
    allowed = {
        "no": set(SETTABLE),
        "machine": {Source.MACHINE_POLICY, Source.MACHINE_FILE},
        "policy": {Source.MACHINE_POLICY},
    }[row.locked] - ({Source.USER_POLICY} if row.scope == "machine" else set())
    for source in SETTABLE:
        settings = resolve([said(source, row, value)], frozen=True)
        found = settings.found[row.key]
        assert (found.source == source) is (source in allowed), source
        if source not in allowed:
            assert found.value == row.default and row.key in joined(settings.warnings + settings.mistakes)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.key)
def test_a_value_that_cannot_be(row: Row[Any]) -> None:
    """Policy: security refuses, the rest falls to the next source; below what decides it is only told of.

    Mutants: a wrong policy is the default in silence; a wrong variable below a policy refuses.
    """
    wrong: Any = {"not": "a value"}
    below = said(Source.MACHINE_FILE, row, good(row))
    settings = resolve([said(Source.MACHINE_POLICY, row, wrong), below], frozen=False)
    assert settings.found[row.key].source == Source.MACHINE_FILE
    text = joined(settings.refusals if row.security else settings.warnings)
    assert row.key in text and "place of MACHINE_POLICY" in text and row.kind.takes.en in text
    if row.security:
        with pytest.raises(ClinicalAccessRefused, match=row.key):
            demand_sound(settings)
    above = said(Source.MACHINE_POLICY, row, good(row))
    decided = resolve([above, said(Source.ENVIRONMENT, row, wrong)], frozen=False)
    assert row.key in joined(demand_sound(decided).warnings)
    for source in (Source.USER_FILE, Source.MACHINE_FILE, Source.COMMAND_LINE):
        with pytest.raises(SettingsWrong, match=row.key):
            demand_sound(resolve([said(source, row, wrong)], frozen=False))


def test_unknown_keys() -> None:
    """A policy may be newer than the program, a file may not. Mutant: both are told alike."""
    entries = {"desktop.langauge": "nb"}
    policy = resolve([Given(Source.MACHINE_POLICY, "P", entries)], frozen=True)
    assert "P: desktop.langauge is not a setting (did you mean desktop.language?)" in joined(policy.warnings)
    assert demand_sound(policy) is policy
    for source in (Source.USER_FILE, Source.MACHINE_FILE):
        with pytest.raises(SettingsWrong, match=r"did you mean desktop\.language"):
            demand_sound(resolve([Given(source, "F", entries)], frozen=False))
    environment = from_environment({"VAKTROM_DESKTOP_LANGUGE": "nb", "HOME": "/"}, TABLE)
    told = joined(resolve([environment], frozen=False).warnings)
    assert "VAKTROM_DESKTOP_LANGUGE" in told and "VAKTROM_DESKTOP_LANGUAGE" in told and "HOME" not in told


def test_a_source_that_cannot_be_believed_refuses() -> None:
    """Nobody knows what the organisation wanted. Mutant: a broken policy counts as none."""
    broken = Text("ødelagt", "broken")
    for source in (Source.MACHINE_POLICY, Source.MACHINE_FILE):
        with pytest.raises(ClinicalAccessRefused, match="broken"):
            demand_sound(resolve([Given(source, "P", broken=broken)], frozen=False))
    with pytest.raises(SettingsWrong, match="broken"):
        demand_sound(resolve([Given(Source.USER_FILE, "P", broken=broken)], frozen=False))


def test_options_that_would_do_nothing_are_mistakes() -> None:
    """Mutant: an option below a policy, or of a locked row, is dropped without a word."""
    policy = said(Source.MACHINE_POLICY, LANGUAGE, "en")
    option = Given(Source.COMMAND_LINE, "--language", {LANGUAGE.key: "nb"})
    with pytest.raises(
        SettingsWrong, match=r"--language: .* decided by machine policy; leave the option out"
    ):
        demand_sound(resolve([policy, option], frozen=False))
    locked = Given(Source.COMMAND_LINE, "--fhir", {FHIR_BASE.key: "https://journal.example"})
    with pytest.raises(SettingsWrong, match="machine policy and machine file"):
        demand_sound(resolve([locked], frozen=True))
    assert demand_sound(resolve([locked], frozen=False)).value(FHIR_BASE) == "https://journal.example"


@pytest.mark.parametrize(
    ("row", "word", "value"),
    [
        (TEXT_SIZE, "150", 150),
        (TEXT_SIZE, "151", None),
        (TEXT_SIZE, "٣", None),
        (LOCK_AFTER, " 5 ", 5),
        (LOCK_AFTER, "-1", None),
        (LOCK_AFTER, "5.0", None),
        (LOCK_AFTER, "9" * 5000, None),
        (DEVTOOLS_PORT, "9222", 9222),
        (FHIR_BASE, "http://journal.example/fhir", None),
        (FHIR_BASE, "http://127.0.0.1:8080/fhir", "http://127.0.0.1:8080/fhir"),
        (FHIR_BASE, "https://user:word@journal.example", None),
        (LANGUAGE, "NB", None),
    ],
)
def test_words(row: Row[Any], word: str, value: Any) -> None:
    """Variables are words. Mutant: a word that is no value is taken as the default."""
    settings = resolve([from_environment({row.variable: word}, TABLE)], frozen=False)
    found = settings.found[row.key]
    if value is None:
        assert found.source == Source.DEFAULT
        assert row.key in joined(settings.refusals if row.security else settings.warnings)
    else:
        assert (found.source, found.value) == (Source.ENVIRONMENT, value)


def test_what_the_registry_holds() -> None:
    """A switch is a DWORD there. Mutant: any number counts as on, or a text as a number."""
    rows = [row for row in TABLE if isinstance(row.kind, Switch)]
    for row in rows:
        for raw, value in ((0, False), (1, True), (2, None), ("1", None), (True, None)):
            given = Given(Source.MACHINE_POLICY, "HKLM", {row.key: raw}, "registry")
            settings = resolve([given], frozen=True)
            assert bool(settings.refusals) is (value is None)
            assert value is None or settings.value(row) is value
    networks = next(row for row in TABLE if isinstance(row.kind, Networks))
    lists = Given(Source.MACHINE_POLICY, "HKLM", {networks.key: ["10.0.0.0/8", " "]}, "registry")
    assert resolve([lists], frozen=True).value(networks) == ("10.0.0.0/8",)


def test_a_user_policy_fixes_what_is_the_users() -> None:
    settings = resolve([said(Source.USER_POLICY, LANGUAGE, "en")], frozen=True)
    assert settings.is_fixed(LANGUAGE) and settings.value(LANGUAGE) == "en"
    assert not resolve([said(Source.USER_FILE, LANGUAGE, "en")], frozen=True).is_fixed(LANGUAGE)
