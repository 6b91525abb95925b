"""Which apps exist on this installation, and may each of them run? A broken one is a row with its reasons."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from plugins.errors import FolderMissing, ManifestUnusable
from plugins.findings import Text
from plugins.folder import Report, check
from plugins.manifest import Addresses, Manifest, resolve
from plugins.policy import INSTALLED, AppPolicy, Decision

BUNDLED = Path(__file__).parent / "bundled"
Source = Literal["bundled", "unpacked"]
State = Literal["enabled", "disabled", "unapproved", "incompatible", "broken", "duplicate"]
NO_POLICY = AppPolicy()
UNAPPROVED = Text("Virksomheten har ikke godkjent appen.", "The organisation has not approved the app.")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the apps would run in.

    ``own_origin`` gives the origin at which the gateway serves a packaged app, by its id; ``loopback`` says
    that no vendor's server can reach this gateway.
    """

    own_origin: Callable[[str], str]
    loopback: bool = True


@dataclass(frozen=True, slots=True)
class AppRow:
    """One folder that may hold an app: what it is, whether it may run, if not, why, and what was decided about it."""

    app_id: str
    source: Source
    state: State
    report: Report
    reasons: tuple[Text, ...] = ()
    decision: Decision = INSTALLED

    @property
    def folder(self) -> Path:
        """Where the app's files are."""
        return self.report.folder

    @property
    def manifest(self) -> Manifest:
        """The typed manifest. Raises ``ManifestUnusable`` for a broken row."""
        if self.report.manifest is None:
            raise ManifestUnusable(self.app_id)
        return self.report.manifest


class AppRegistry:
    """All apps, in the order bundled, then unpacked; the first of two with the same id wins."""

    def __init__(
        self,
        surroundings: Surroundings,
        *,
        bundled: Path = BUNDLED,
        unpacked: Iterable[Path] = (),
        disabled: Iterable[str] = (),
        policy: AppPolicy = NO_POLICY,
    ) -> None:
        self._surroundings = surroundings
        self._policy = policy
        self._disabled = frozenset(disabled)
        self._rows = tuple(self._read(bundled, tuple(unpacked)))

    def rows(self) -> tuple[AppRow, ...]:
        """Every app found, those that may not run included."""
        return self._rows

    def enabled(self) -> tuple[AppRow, ...]:
        """The apps that may run."""
        return tuple(row for row in self._rows if row.state == "enabled")

    def registrable(self) -> tuple[AppRow, ...]:
        """The apps that the gateway knows: those that may run, and those of which it says that nobody approved them."""
        return tuple(row for row in self._rows if row.state in ("enabled", "unapproved"))

    def find(self, app_id: str) -> AppRow | None:
        """The enabled app with this id (client_id), or None."""
        return next((row for row in self.enabled() if row.app_id == app_id), None)

    def addresses(self, row: AppRow) -> Addresses:
        """The exact addresses to register for an app (SAL-22)."""
        return resolve(row.manifest, self._surroundings.own_origin(row.app_id))

    def _read(self, bundled: Path, unpacked: tuple[Path, ...]) -> Iterator[AppRow]:
        folders: list[tuple[Source, Path]] = []
        if bundled.is_dir():
            folders += [
                ("bundled", path) for path in sorted(bundled.iterdir()) if (path / "manifest.json").exists()
            ]
        folders += [("unpacked", path) for path in unpacked]
        seen: dict[str, Path] = {}
        for source, folder in folders:
            row = self._row(source, folder)
            known = row.report.manifest is not None and row.state != "broken"
            if known and row.app_id in seen:
                first = seen[row.app_id].name
                why = Text(f"Appen i {first} har samme id.", f"The app in {first} has the same id.")
                row = AppRow(row.app_id, source, "duplicate", row.report, (why,))
            elif known:
                seen[row.app_id] = folder
            yield row

    def _row(self, source: Source, folder: Path) -> AppRow:
        try:
            report = check(folder)
        except (FolderMissing, OSError):
            gone = Text(
                "Mappen finnes ikke eller kan ikke leses.", "The folder is missing or cannot be read."
            )
            return AppRow(folder.name, source, "broken", Report(folder, None, ()), (gone,))
        manifest = report.manifest
        if manifest is None or not report.good:
            reasons = tuple(
                Text(f.in_language("nb"), f.in_language("en"))
                for f in report.findings
                if f.severity == "error"
            )
            newer = any(finding.rule == "manifest-version" for finding in report.findings)
            return AppRow(folder.name, source, "incompatible" if newer else "broken", report, reasons)
        if manifest.server_side and self._surroundings.loopback:
            why = Text(
                "Appens tjener må kunne kalle Vaktrom, og det går ikke når Vaktrom kjører på denne maskinen.",
                "The app's server must call Vaktrom, which it cannot while Vaktrom runs on this machine.",
            )
            return AppRow(manifest.id, source, "incompatible", report, (why,))
        if manifest.id in self._disabled:
            off = Text("Appen er slått av.", "The app is turned off.")
            return AppRow(manifest.id, source, "disabled", report, (off,))
        decision = self._policy.of(manifest.id)
        if not decision.usable:
            return AppRow(manifest.id, source, "unapproved", report, (UNAPPROVED,), decision)
        return AppRow(manifest.id, source, "enabled", report, decision=decision)
