"""The table of requirements: one row for each thing that can be seen from outside, with the mutant that breaks it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from tests.conformance.asking import Gateway, OwnTime, Shell
from tests.conformance.facts import Facts, NotAsked
from tests.conformance.pages import Pane
from tests.conformance.people import People, hidden_patient, people_of
from tests.conformance.steps import claims_of
from tests.fakes.key_server import KeyServer


@dataclass(frozen=True)
class Steering:
    """What only who started the server has: its clock, the vendor's key server, the program started once more, a desktop."""

    clock: OwnTime
    vendor: KeyServer | None = None
    secure: Callable[[], contextlib.AbstractContextManager[Facts]] | None = None
    styled: Callable[[Mapping[str, str]], contextlib.AbstractContextManager[Facts]] | None = None
    pane: Pane | None = None


class Target(Gateway):
    """The server under test, known by facts; what a row needs beyond them raises ``NotAsked``."""

    def __init__(self, facts: Facts, steering: Steering | None = None) -> None:
        self._steering = steering or Steering(OwnTime())
        super().__init__(facts, self._steering.clock)
        self._people: People | NotAsked
        self._hidden: str | None = None
        try:
            self._people = self._look_around(self.shell())
        except NotAsked as missing:
            self._people = missing
        except BaseException:
            self.close()
            raise

    def _look_around(self, shell: Shell) -> People:
        self._hidden = hidden_patient(self, shell)
        return people_of(shell, claims_of(shell.tokens["id_token"])["fhirUser"])

    @property
    def people(self) -> People:
        """Who was found at the beginning; raises ``NotAsked`` where there were too few."""
        if isinstance(self._people, NotAsked):
            raise NotAsked(self._people.reason)
        return self._people

    @property
    def user(self) -> str:
        """The reference of who is signed in."""
        return self.people.user

    @property
    def is_anothers(self) -> bool:
        """True when nothing of the server can be steered."""
        return self._steering.vendor is None

    @property
    def patient(self) -> str:
        """The id of the patient that apps are launched for."""
        return str(self.people.first["id"])

    @property
    def other_patient(self) -> str:
        """The id of another patient of the same user."""
        return str(self.people.second["id"])

    @property
    def hidden_patient(self) -> str:
        """The id of a patient whom the user may not see."""
        if self._hidden is None:
            raise NotAsked("a second user with a patient whom the first one may not see")
        return self._hidden

    @property
    def encounter(self) -> str:
        """The id of the newest encounter in progress of ``patient``."""
        return str(self.people.encounter["id"])

    @property
    def family_name(self) -> str:
        """The family name of ``patient``."""
        return str(self.people.first["name"][0]["family"])

    @property
    def vendor(self) -> KeyServer:
        """The server that holds the keys of the client ``remote``."""
        if self._steering.vendor is None:
            raise NotAsked("what it fetches from a vendor's key server is counted", steer=True)
        return self._steering.vendor

    @property
    def pane(self) -> Pane:
        """A pane of a desktop, in which the client ``wide`` has its page."""
        if self._steering.pane is None:
            raise NotAsked("what a page of an app sees", pane=True)
        return self._steering.pane

    @contextlib.contextmanager
    def styled(self, style: Mapping[str, str]) -> Iterator[Gateway]:
        """The same gateway, started with another look."""
        if self._steering.styled is None:
            raise NotAsked("the gateway is started with another look", steer=True)
        with (
            self._steering.styled(style) as facts,
            contextlib.closing(Gateway(facts, self.clock)) as gateway,
        ):
            yield gateway

    @contextlib.contextmanager
    def behind_tls(self) -> Iterator[Gateway]:
        """A gateway behind TLS: this one when it is, else one that is started for the row."""
        if self._steering.secure is not None:
            with self._steering.secure() as facts:
                gateway = Gateway(facts, self.clock)
                with contextlib.closing(gateway):
                    yield gateway
        elif self.base_url.startswith("https:"):
            yield self
        else:
            raise NotAsked("a gateway behind TLS (this base URL is http)")


Check = Callable[[Target], None]


@dataclass(frozen=True, slots=True)
class Row:
    """``requirement`` is its id, ``states`` what is checked; ``mutant`` names the broken server that must fail it.

    ``in_pane``: it is asked of a page in a pane (tests/shell/web/test_messaging_rows.py).
    """

    requirement: str
    level: str
    states: str
    mutant: str
    check: Check
    in_pane: bool = False

    @property
    def name(self) -> str:
        """The row's name in a test report."""
        return f"{self.requirement}-{self.check.__name__}"


class Rows:
    """Collects the rows of one part of the standard; ``in_pane`` as in :class:`Row`."""

    def __init__(self, *, in_pane: bool = False) -> None:
        self._in_pane = in_pane
        self.all: list[Row] = []

    def row(self, requirement: str, level: str, mutant: str) -> Callable[[Check], Check]:
        """Make a row of a check; its docstring says what it states."""

        def keep(check: Check) -> Check:
            states = (check.__doc__ or "").strip()
            self.all.append(Row(requirement, level, states, mutant, check, self._in_pane))
            return check

        return keep


def status_table(
    rows: Iterable[Row],
    elsewhere: Mapping[str, str],
    ids: Iterable[str],
    verdict: Callable[[list[Row]], str] = lambda rows: "pass",
) -> str:
    """One line for each id: what its rows prove, or why there is none; raises ``KeyError`` for a gap."""
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
            lines.append(f"| {requirement} | {found[0].level} | {verdict(found)}: {states} |")
    return "\n".join(lines) + "\n"
