"""The timeline on the disk: what may stand there, and what a kill, a full disk, a flood and a wrong clock leave of it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shell.timeline.folder import ALL_BYTES, PART_BYTES, PARTS_OF_A_SESSION, begin_session, parts_in
from shell.timeline.reader import read_session, session_numbers
from shell.timeline.rows import COUNTED, GATEWAY_KINDS, KINDS, NAME_CHARACTERS
from shell.timeline.session_timeline import SessionTimeline
from shell.timeline.writer import BURST, TimelineWriter

SECRETS = ("p-c2b680439f", "Haugen", "Marit Haugen", "15895812345", "eyJhbGciOiJSUzI1NiJ9.e30.c2ln")
HOSTILE = ("a\nb", "\x1b[2J", "\u202eneddo", "\x00", "x" * 5000, '"}\n{"kind":"posted"', "\ud800")
WRITES_FOR_EVER = """
import sys
from pathlib import Path
from shell.timeline.writer import TimelineWriter
writer = TimelineWriter(Path(sys.argv[1]))
for number in range(100):
    writer.see("chosen", {"tab": "t", "patient": str(number)})
print("written", flush=True)
while True:
    writer.see("channel", {"tab": "t", "up": True})
"""
DISK_IS_FULL = """
import resource, signal, sys, time
from pathlib import Path
from shell.timeline.writer import TimelineWriter
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
now = [100.0]
writer = TimelineWriter(Path(sys.argv[1]), monotonic=lambda: now[0], wall=lambda: now[0])
def see(count):
    for number in range(count):
        writer.see("chosen", {"tab": "t", "patient": str(number)})
    writer.drain()
see(100)
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
now[0] += 10.0
see(5)
writer.end()
writer.join(5)
"""


def written(folder: Path) -> bytes:
    return b"".join(part.path.read_bytes() for part in parts_in(folder))


def ended(writer: TimelineWriter) -> None:
    writer.end()
    writer.join(10)


anything = st.one_of(
    st.sampled_from((*SECRETS, *HOSTILE)),
    st.text(max_size=30),
    st.integers(),
    st.floats(),
    st.none(),
    st.booleans(),
    st.lists(st.sampled_from(HOSTILE), max_size=12),
)
TOLD_FREELY = {"client", "clients"}
"""Fields that hold the name of an app: made harmless, but not judged."""


@st.composite
def seen_things(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """Any kind with anything in its fields; what is nobody's name may hold every secret there is."""
    kind = draw(st.sampled_from([*KINDS, "invented"]))
    facts = {name: draw(anything) for name, field in KINDS.get(kind, {}).items() if field not in TOLD_FREELY}
    names = {
        name: draw(st.sampled_from(HOSTILE))
        for name, field in KINDS.get(kind, {}).items()
        if field == "client"
    }
    return kind, {**facts, **names, "note": draw(st.sampled_from(SECRETS))}


@settings(max_examples=60, deadline=None)
@given(st.lists(seen_things(), min_size=1, max_size=25))
def test_nobody_gets_into_the_file_whatever_is_handed_in(things: list[tuple[str, dict[str, Any]]]) -> None:
    """Mutants: a patient written by id; a word or a name taken as it comes; a field that is not in the table."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        writer = TimelineWriter(folder)
        timeline = SessionTimeline(writer)
        for kind, facts in things:
            writer.see(kind, facts)
            timeline.told({"now": 5.0, "rows": [{"at": 1.0, **facts, "kind": kind}]})
        ended(writer)
        content = written(folder)
        assert not [secret for secret in SECRETS if secret.encode() in content]
        assert all(32 <= byte < 127 or byte == 10 for byte in content)
        for line in content.splitlines():
            row = json.loads(line)
            assert set(row) <= {"t", "utc", "from", "kind", *KINDS[row["kind"]]}
            assert len(str(row.get("client", ""))) <= NAME_CHARACTERS
            assert "\u202e" not in str(row.values()) and "\n" not in str(row.get("client", ""))
        numbers = session_numbers(folder)
        assert not numbers or read_session(folder, numbers[0]).damaged == 0


def test_a_patient_is_a_number_by_order_and_pages_of_a_pane_are_one_pane(tmp_path: Path) -> None:
    writer = TimelineWriter(tmp_path)
    timeline = SessionTimeline(writer)
    for patient in ("p-b", "p-a", "p-b"):
        timeline.see("chosen", tab="topic", patient=patient)
    timeline.see("pane", pane="pane 1", client="notat", state="changing")
    timeline.same_pane("secret-of-the-gateway", "pane 1")
    timeline.told({"now": 9.0, "rows": [{"kind": "answered", "at": 9.0, "pane": "secret-of-the-gateway"}]})
    timeline.told({"now": 9.0, "rows": [{"kind": "lock", "at": 9.0, "step": "asked"}, "nonsense"]})
    ended(writer)
    rows = read_session(tmp_path, 1).rows
    assert [row.facts["patient"] for row in rows if row.kind == "chosen"] == [1, 2, 1]
    assert [row.facts["pane"] for row in rows if row.kind in ("pane", "answered")] == [1, 1]
    assert {row.kind for row in rows if row.source == "gateway"} <= GATEWAY_KINDS


def test_kill_9_leaves_a_file_that_can_be_read(tmp_path: Path) -> None:
    """Mutants: rows kept in memory until the end; a torn last line that spoils the file."""
    with subprocess.Popen(
        [sys.executable, "-c", WRITES_FOR_EVER, tmp_path], stdout=subprocess.PIPE
    ) as running:
        assert running.stdout is not None and running.stdout.readline()
        give_up = time.monotonic() + 20
        while len(written(tmp_path).splitlines()) < 400 and time.monotonic() < give_up:
            time.sleep(0.01)
        running.send_signal(signal.SIGKILL)
    session = read_session(tmp_path, 1)
    assert [row.facts["patient"] for row in session.rows if row.kind == "chosen"] == list(range(1, 101))
    assert session.damaged <= 1 and not session.ended


def test_a_torn_line_and_a_strangers_lines_are_counted_and_not_shown(tmp_path: Path) -> None:
    writer = TimelineWriter(tmp_path)
    writer.see("tab-made", {"tab": "a"})
    ended(writer)
    with parts_in(tmp_path)[0].path.open("ab") as file:
        file.write(b'{"t":1,"utc":1,"from":"desktop","kind":"chosen","patient":"Haugen","note":"x"}\n')
        file.write(
            b'\xff\xfe\n{"t":"NaN","utc":1,"from":"desktop","kind":"chosen"}\n{"t":1,"utc":1e99}\n[]\n{"t":1.0,"ut'
        )
    session = read_session(tmp_path, 1)
    assert session.damaged == 5
    assert [row.facts for row in session.rows] == [{"tab": 1}, {}]


@pytest.mark.skipif(sys.platform == "win32", reason="a limit of file sizes stands for a full disk")
def test_a_full_disk_loses_rows_and_says_so(tmp_path: Path) -> None:
    """Mutants: the thread dies; a half-written line swallows the next one; what was lost is not counted."""
    subprocess.run([sys.executable, "-c", DISK_IS_FULL, tmp_path], check=True, timeout=60)
    session = read_session(tmp_path, 1)
    told = [row for row in session.rows if row.kind == "chosen"]
    assert session.damaged <= 1
    assert len(told) + session.left_out == 105
    assert [row.facts["patient"] for row in told[-5:]] == [1, 2, 3, 4, 5]


def test_a_folder_that_cannot_be_made_costs_nothing_but_the_timeline(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="ascii")
    writer = TimelineWriter(tmp_path / "file")
    writer.see("tab-made", {"tab": "a"})
    ended(writer)
    assert (tmp_path / "file").read_text("ascii") == "in the way"


def test_desktops_at_once_have_a_session_each(tmp_path: Path) -> None:
    """Mutant: the number is looked up and then taken."""
    together = Barrier(6)

    def desktop(number: int) -> None:
        writer = TimelineWriter(tmp_path)
        together.wait()
        for count in range(number + 1):
            writer.see("chosen", {"tab": "a", "patient": str(count)})
        ended(writer)

    desktops = [Thread(target=desktop, args=(number,)) for number in range(6)]
    for thread in desktops:
        thread.start()
    for thread in desktops:
        thread.join()
    kept = [len(read_session(tmp_path, number).rows) for number in session_numbers(tmp_path)]
    assert sorted(kept) == [1, 2, 3, 4, 5, 6]


def test_a_number_that_another_desktop_has_just_taken_is_not_shared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both have looked before either began. Mutant: the file is opened whether or not it is new."""
    monkeypatch.setattr("shell.timeline.folder.parts_in", lambda folder: [])
    begun = [begin_session(tmp_path) for _ in range(3)]
    for _, descriptor in begun:
        os.close(descriptor)
    assert [number for number, _ in begun] == [1, 2, 3]


def test_order_holds_when_the_clock_jumps_and_the_gateway_tells_late(tmp_path: Path) -> None:
    """Mutant: rows in the order of the wall clock, or of their arrival."""
    monotonic, wall = [100.0], [1_800_000_000.0]
    writer = TimelineWriter(tmp_path, monotonic=lambda: monotonic[0], wall=lambda: wall[0])
    timeline = SessionTimeline(writer)
    timeline.see("change-begun", tab="a", patient="p")
    for seconds, jump in ((1.0, 0.0), (1.0, -600.0), (1.0, 86400.0)):
        monotonic[0] += seconds
        wall[0] += seconds + jump
        timeline.see("channel", tab="a", up=True)
    timeline.told({"now": 50.0, "rows": [{"kind": "posted", "at": 47.5, "name": "Patient-open"}]})
    ended(writer)
    rows = read_session(tmp_path, 1).rows
    assert [row.kind for row in rows if row.kind != "clock"] == ["change-begun", "posted", *["channel"] * 3]
    assert [row.facts["moved_ms"] for row in rows if row.kind == "clock"][-2:] == [-600_000.0, 86_400_000.0]


def test_a_flood_is_thinned_takes_nothing_from_the_desktop_and_stays_small(tmp_path: Path) -> None:
    """Mutants: no share for each side; a session that grows for ever; one that loses its beginning."""
    now = [100.0]
    writer = TimelineWriter(tmp_path, monotonic=lambda: now[0], wall=lambda: now[0])
    timeline = SessionTimeline(writer)
    timeline.see("session-begun", version="0.1")
    flood = [{"kind": "answered", "at": 1.0, "client": "x" * 48, "status": 200}] * 3000
    timeline.told({"now": 1.0, "rows": flood})
    timeline.see("chosen", tab="a", patient="p")
    writer.drain()
    rows = [json.loads(line) for line in written(tmp_path).splitlines()]
    assert sum(row["kind"] == "answered" for row in rows) == BURST["gateway"]
    assert sum(row["kind"] == "chosen" for row in rows) == 1
    assert read_session(tmp_path, 1).left_out == 3000 - BURST["gateway"]
    for _ in range(30):
        now[0] += 100.0
        for number in range(600):
            timeline.see("pane", tab="a", pane=f"pane {number}", client="x" * 48, state="changing")
        writer.drain()
    ended(writer)
    session = read_session(tmp_path, 1)
    assert len(written(tmp_path)) <= PARTS_OF_A_SESSION * PART_BYTES
    assert session.rows[0].kind == "session-begun"
    assert session.gaps > 0


def test_old_sessions_make_room_for_new_ones(tmp_path: Path) -> None:
    for number in range(1, 31):
        (tmp_path / f"session-{number:06}.001.jsonl").write_bytes(b"x" * PART_BYTES)
    writer = TimelineWriter(tmp_path)
    writer.see("session-begun", {"version": "0.1"})
    ended(writer)
    assert len(written(tmp_path)) <= ALL_BYTES
    assert session_numbers(tmp_path)[-1] == 31
    assert read_session(tmp_path, 31).rows[0].facts == {"version": "0.1"}


def test_every_counted_field_is_a_number_in_every_kind() -> None:
    assert {field for fields in KINDS.values() for field in fields.values()} >= COUNTED
    assert KINDS.keys() >= GATEWAY_KINDS
