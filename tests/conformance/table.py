"""The table of requirements: one row for each thing that can be seen from outside, with the mutant that breaks it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from tests.fakes.gateway import RunningGateway
from tests.fakes.hosted_gateway import Place
from tests.fakes.key_server import KeyServer


@dataclass
class Target(RunningGateway):
    """The server under test, the vendor whose keys it fetches, and where the same program stands behind TLS."""

    vendor: KeyServer | None = None
    place: Place | None = None

    @classmethod
    def of(cls, running: RunningGateway, vendor: KeyServer, place: Place) -> Target:
        """A running gateway as a target."""
        given = (running.base_url, running.clock, running.records, running.http, running.clients)
        return cls(*given, running.ready, vendor, place)

    @property
    def hosted(self) -> Place:
        """Where a hosted gateway can be started."""
        assert self.place is not None
        return self.place


Check = Callable[[Target], None]


@dataclass(frozen=True, slots=True)
class Row:
    """``requirement`` is its id, ``states`` what is checked; ``mutant`` names the broken server that must fail it."""

    requirement: str
    level: str
    states: str
    mutant: str
    check: Check

    @property
    def name(self) -> str:
        """The row's name in a test report."""
        return f"{self.requirement}-{self.check.__name__}"


class Rows:
    """Collects the rows of one part of the standard."""

    def __init__(self) -> None:
        self.all: list[Row] = []

    def row(self, requirement: str, level: str, mutant: str) -> Callable[[Check], Check]:
        """Make a row of a check; its docstring says what it states."""

        def keep(check: Check) -> Check:
            self.all.append(Row(requirement, level, (check.__doc__ or "").strip(), mutant, check))
            return check

        return keep


def status_table(rows: Iterable[Row], elsewhere: Mapping[str, str], ids: Iterable[str]) -> str:
    """One line for each id: how many rows prove it, or why there is none; raises ``KeyError`` for a gap."""
    proofs: dict[str, list[Row]] = {}
    for row in rows:
        proofs.setdefault(row.requirement, []).append(row)
    lines = ["| id | level | status |", "|---|---|---|"]
    for requirement in ids:
        found = proofs.get(requirement)
        if found is None:
            lines.append(f"| {requirement} | – | {elsewhere[requirement]} |")
        else:
            states = " ".join(row.states for row in found)
            lines.append(f"| {requirement} | {found[0].level} | pass: {states} |")
    return "\n".join(lines) + "\n"
