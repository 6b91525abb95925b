"""``vaktrom doctor --context``: what a support person reads, and what is said when there is nothing to read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from launcher.server.hub.timeline import DENIALS
from shell.actions.page_policy import RULES, Decision, Kind
from shell.command_line import application
from shell.command_line.doctor_texts import TEXTS, WORDS
from shell.timeline.folder import FOLDER
from shell.timeline.rows import KINDS
from shell.timeline.session_timeline import SessionTimeline
from shell.timeline.writer import TimelineWriter


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """Two sessions: one that ended at once, and one with a change, a slow app and one that refused."""
    first = SessionTimeline(TimelineWriter(tmp_path / FOLDER))
    first.see("session-begun", version="0.1")
    first.end("logged out")
    first.join(10)
    writer = TimelineWriter(tmp_path / FOLDER)
    timeline = SessionTimeline(writer)
    timeline.see("change-begun", tab="t", patient="p-1")
    timeline.see("pane", tab="t", pane="a", client="legemidler", state="following", patient="p-1", ms=1290.0)
    timeline.see("pane", tab="t", pane="b", client="no\u202et\nat", state="out of sync", why="refused")
    timeline.told(
        {"now": 1.0, "rows": [{"kind": "refused", "at": 1.0, "status": 409, "name": "Patient-open"}]}
    )
    timeline.see("gateway", up=True)
    writer.drain()
    return tmp_path


def doctor(state: Path, *more: str, language: str = "en") -> Result:
    return CliRunner().invoke(
        application, ["doctor", "--context", "--state", str(state), *more], env={"LC_ALL": language}
    )


def test_the_first_line_says_how_many_how_slow_and_who_was_out_of_sync(state: Path) -> None:
    """Mutant: a terminal is steered by the name of an app."""
    told = doctor(state)
    assert told.exit_code == 0
    first, *rest = told.output.splitlines()
    assert first.startswith("Session 2, ")
    assert first.endswith(
        "1 change of patient. Slowest to follow: legemidler, 1.3 s. Out of sync 1 time(s): no?t?at (refused)."
    )
    assert "The session has no end: it still runs, or the program was cut off." in rest
    assert "1 events were refused by the hub." in rest
    assert "posted, refused: Patient-open 409 (disagrees with the record or the context)" in told.output
    assert all(letter.isprintable() or letter == "\n" for letter in told.output)
    norwegian = doctor(state, language="nb").output.splitlines()[0]
    assert "1 bytte av pasient. Tregest til å følge: legemidler, 1,3 s." in norwegian


def test_an_earlier_session_and_json(state: Path) -> None:
    told = json.loads(doctor(state, "--session", "1", "--json").output)
    assert (told["session"], told["kept"], told["ended"]) == (1, [1, 2], True)
    assert [row["kind"] for row in told["rows"]] == ["session-begun", "session-ended"]
    last = json.loads(doctor(state, "--json").output)["summary"]
    assert last["out_of_sync"] == [{"client": "no?t?at", "reason": "refused", "count": 1}]
    assert last["gateway_restarts"] == 1


def test_nothing_to_read_is_a_no_and_nonsense_is_wrong_use(state: Path, tmp_path: Path) -> None:
    assert doctor(tmp_path / "elsewhere").exit_code == 1
    assert "a gateway does not" in doctor(tmp_path / "elsewhere").output
    missing = doctor(state, "--session", "9")
    assert (missing.exit_code, "1, 2" in missing.output) == (1, True)
    assert doctor(state, "--session", "forrige").exit_code == 2
    assert doctor(state, "--session", "9" * 5000).exit_code == 2


def test_every_kind_has_its_words() -> None:
    for kind, fields in KINDS.items():
        wanted = [f"kind_{kind}_up", f"kind_{kind}_down"] if "up" in fields else [f"kind_{kind}"]
        assert all(name in TEXTS for name in wanted), kind


def test_every_reason_has_its_words() -> None:
    """Mutant: a reason for which the hub ends a channel, or something that a page is refused, without words."""
    told = {
        Kind.SCRIPT_DIALOG,
        Kind.RENDERER_CRASH,
        Kind.RENDERER_HANG,
    }  # in other rows, or nobody's business
    refused = {kind for kind, rule in RULES.items() if rule.decision is Decision.REFUSED} - told
    assert {kind.name.lower() for kind in refused} | set(DENIALS.values()) <= set(WORDS)
