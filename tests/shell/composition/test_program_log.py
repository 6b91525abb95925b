"""The desktop's log: bounded, the user's alone, without the words of an exception, and never in the way."""

from __future__ import annotations

import json
import stat
import sys
import threading
import zipfile
from pathlib import Path

import pytest

from shell.command_line import doctor_bundle
from shell.command_line.doctor_rows import surroundings
from shell.composition import program_log
from shell.composition.program_log import FILE, FOLDER, OLD_FILES, ProgramLog, kept_files, logged
from shell.doctor.bundle import write_bundle

CANARY = "15927812345 Bearer eyJhbGciOiJSUzI1NiJ9.e30.x ?family=Nordli"


def test_an_uncaught_exception_is_told_by_its_kind_and_place_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mutants: the words of the exception are written; the hook of before is not called, or not put back."""
    heard: list[BaseException | None] = []
    monkeypatch.setattr(sys, "excepthook", lambda kind, error, trace: heard.append(error))
    monkeypatch.setattr(threading, "excepthook", lambda given: heard.append(given.exc_value))
    before = sys.excepthook, threading.excepthook

    def fail() -> None:
        raise ValueError(CANARY)

    def session() -> None:
        with logged(tmp_path, "1.2.3"):
            try:
                fail()
            except ValueError as error:
                sys.excepthook(ValueError, error, error.__traceback__)
            thread = threading.Thread(target=fail, name="worker")
            thread.start()
            thread.join()
            raise KeyError(CANARY)

    with pytest.raises(KeyError):
        session()
    assert (sys.excepthook, threading.excepthook) == before
    assert [type(error) for error in heard] == [ValueError, ValueError]
    text = dict(kept_files(tmp_path))[FILE]
    rows = [json.loads(line) for line in text.splitlines()]
    assert [row["what"] for row in rows] == ["started", "failed", "failed", "failed", "ended"]
    assert [row["error"] for row in rows[1:4]] == ["ValueError", "ValueError", "KeyError"]
    assert rows[1]["module"] == __name__ and rows[1]["line"] > 0 and rows[2]["thread"] == "worker"
    assert not any(word in text for word in CANARY.split())


def test_the_files_are_bounded_and_for_the_user_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mutants: nothing is rotated; the files are opened with the usual rights."""
    monkeypatch.setattr(program_log, "FILE_BYTES", 2000)
    log = ProgramLog(tmp_path / FOLDER)
    for number in range(300):
        log.say("line", number=number)
    log.end(20.0)
    files = sorted((tmp_path / FOLDER).iterdir())
    assert len(files) == 1 + OLD_FILES and all(file.stat().st_size <= 2000 for file in files)
    assert '"number": 299' in dict(kept_files(tmp_path))[FILE]
    if sys.platform != "win32":
        assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_a_place_that_takes_nothing_stops_nobody(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Mutant: a failure to write is raised, ends the writing thread, or is printed with the line."""
    (tmp_path / FOLDER).write_text("a file where the folder should be")
    with logged(tmp_path, "1.2.3") as log:
        log.say("lost")
    assert list(kept_files(tmp_path)) == [] and capsys.readouterr() == ("", "")
    (tmp_path / FOLDER).unlink()
    with logged(tmp_path, "1.2.3"):
        pass
    assert "started" in dict(kept_files(tmp_path))[FILE]


def test_the_support_zip_takes_it_along_and_scans_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mutant: the log is left out of the zip, or put in behind the scan."""
    monkeypatch.setattr(doctor_bundle, "examined", lambda look: {})
    with logged(tmp_path, CANARY):
        pass
    write_bundle(tmp_path / "s.zip", doctor_bundle.parts(surroundings(tmp_path)), [])
    with zipfile.ZipFile(tmp_path / "s.zip") as archive:
        text = archive.read(FILE).decode()
    assert '"what": "started"' in text and "[token]" in text
    assert "15927812345" not in text and "eyJhbGciOiJSUzI1NiJ9" not in text
