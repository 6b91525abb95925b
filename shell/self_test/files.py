"""Is every file there, and as it was built?"""

from __future__ import annotations

import sys
from itertools import islice
from pathlib import Path

from plugins.findings import Text
from shell.composition.program_files import (
    SHOWN,
    damaged_files,
    data_folder,
    is_frozen,
    missing_files,
)
from shell.self_test.result import Result

INSTALL_AGAIN = Text("installer programmet på nytt", "install the program again")


def check_files() -> Result:
    """The content list; in a frozen program also the sha256 of every file."""
    return files_result(Path(sys.executable).parent, data_folder(), frozen=is_frozen())


def files_result(program: Path, folder: Path, *, frozen: bool) -> Result:
    """``program``: the installed folder; ``folder``: where its data files lie."""
    wrong = missing_files(folder, frozen=frozen)
    if not wrong and frozen:
        wrong = list(islice(damaged_files(program, folder), SHOWN + 1))
    if wrong:
        shown = "; ".join(wrong[:SHOWN]) + (" ..." if len(wrong) > SHOWN else "")
        return Result(
            False,
            Text(
                f"mangler eller er skadet: {shown}; {INSTALL_AGAIN.in_language('nb')}",
                f"missing or damaged: {shown}; {INSTALL_AGAIN.in_language('en')}",
            ),
        )
    if frozen:
        return Result(True, Text("alle filer er som de ble bygget", "every file is as it was built"))
    return Result(
        True,
        Text(
            "kildekode: filene er der, ikke kontrollsummer", "source tree: the files are there, no checksums"
        ),
    )
