"""The content list and the checksums: a program that lacks or has lost something says which file."""

from __future__ import annotations

from pathlib import Path

import pytest

from shell.composition.program_files import (
    FACTS,
    LISTED,
    NEEDED,
    Needed,
    damaged_files,
    data_folder,
    missing_files,
    write_list,
)
from shell.self_test.files import files_result


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A folder with everything that the list asks for."""
    folder = tmp_path / "vaktrom" / "_internal"
    for row in NEEDED:
        for number in range(row.least):
            path = folder / row.pattern.replace("**/*", "x/").replace("**", "x").replace("*", f"a{number}")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"content of %d" % number)
    (folder.parent / "vaktrom").write_bytes(b"program")
    write_list(folder.parent, folder)
    return folder.parent


def test_source_tree_has_what_the_list_asks_for() -> None:
    assert missing_files(data_folder(), frozen=False) == []


def test_whole_program_is_good(program: Path) -> None:
    assert files_result(program, program / "_internal", frozen=True).good


@pytest.mark.parametrize("row", [row for row in NEEDED if row.pattern != LISTED], ids=lambda row: row.purpose)
def test_each_row_is_missed(program: Path, row: Needed) -> None:
    folder = program / "_internal"
    next(path for path in folder.glob(row.pattern) if path.is_file()).unlink()
    result = files_result(program, folder, frozen=True)
    assert not result.good
    assert row.purpose in result.detail.en and "install the program again" in result.detail.en


@pytest.mark.parametrize("content", [b"conten", b"content of 9", b""], ids=["truncated", "changed", "empty"])
def test_damaged_file_is_named(program: Path, content: bytes) -> None:
    folder = program / "_internal"
    (folder / FACTS).write_bytes(content)
    assert list(damaged_files(program, folder)) == [f"_internal/{FACTS}"]
    assert f"_internal/{FACTS}" in files_result(program, folder, frozen=True).detail.nb


def test_missing_program_is_named(program: Path) -> None:
    (program / "vaktrom").unlink()
    assert list(damaged_files(program, program / "_internal")) == ["vaktrom"]
