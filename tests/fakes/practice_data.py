"""The practice environment's records, loaded once for many tests: a start then finds those of an earlier start.

Loading takes longer than the rest of a start. Where the first start on an empty disk is what a test is about, it
does not use this.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from launcher.sandbox.fhir import load, open_store
from launcher.sandbox.population import resources
from shell.composition.clock import SystemClock

SANDBOX = "sandbox"


def load_practice_data(state: Path) -> Path:
    """Fill an empty state directory with the records of a shift that begins now; returns it."""
    folder = state / SANDBOX
    folder.mkdir(mode=0o700)
    clock = SystemClock()
    now = clock.now()
    store = open_store(folder / "records.sqlite", base_url="http://127.0.0.1:1/fhir", clock=clock)
    load(store, resources(now))
    store.close()
    (folder / "populated-at").write_text(now.isoformat(), encoding="ascii")
    return state


def copy_practice_data(loaded: Path, state: Path) -> None:
    """Give a state directory, which has no records yet, a copy of those in ``loaded``."""
    shutil.copytree(loaded / SANDBOX, state / SANDBOX)
