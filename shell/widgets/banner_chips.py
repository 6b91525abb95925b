"""The chips of the banner's second line: which there are, how they look, which give way to ``+2``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from shell.presenters.view_models import AllergyRecord, BannerModel, PatientRef
from shell.theme.theme import Theme
from shell.widgets.runs import Run, centered_baseline, draw_runs, name_runs, runs_width

ICON = 18
GAP = 8
CHIP_SIDES = 10


@dataclass(frozen=True, slots=True)
class Chip:
    """``must``: never becomes part of ``+2``; ``apart``: nor does it, and it pushes no other there, but takes a further line.
    ``fill`` empty: the patient's field shows through."""

    icon: str
    runs: tuple[Run, ...]
    ink: str
    fill: str
    must: bool
    spoken: str
    apart: bool = False

    @property
    def width(self) -> int:
        return CHIP_SIDES + ICON + 8 + runs_width(self.runs) + CHIP_SIDES + 2


@dataclass(frozen=True, slots=True)
class ChipWords:
    """Translated words of the chips."""

    none_known: str
    not_recorded: str
    unread: str
    alike: str
    room: str
    deceased: str
    unconfirmed: str


def banner_chips(theme: Theme, model: BannerModel, words: ChipWords) -> list[Chip]:
    """In the order in which they matter: whether it is he at all, CAVE, what is recorded, warnings, namesakes last."""
    chips: list[Chip] = []
    if model.unconfirmed:
        chips.append(_marked(theme, "broken", "danger", words.unconfirmed))
    if model.deceased:
        chips.append(_plain(theme, "info", words.deceased, must=True))
    chips += [_cave(theme, text) for text in _joined(model.cave, theme)]
    chips += _record(theme, model, words)
    chips += [_plain(theme, flag.icon, flag.text, apart=flag.stays) for flag in model.flags]
    chips += [_alike(theme, other, words) for other in model.alike]
    return chips


def placed(
    chips: Sequence[Chip], width: int, more_width: Callable[[int], int]
) -> tuple[list[list[Chip]], list[Chip]]:
    """Lines of chips for ``width`` pixels and what did not fit; ``must`` chips take further lines if they have to."""
    everything = sum(chip.width + GAP for chip in chips) - GAP
    shown = list(chips)
    hidden: list[Chip] = []
    if everything > width:
        first = [chip for chip in chips if not chip.apart]
        needed = sum(chip.width + GAP for chip in first if chip.must)
        more = more_width(9) if sum(chip.width + GAP for chip in first) - GAP > width else 0
        room = width - needed - more + (0 if more else GAP)
        for chip in first:
            if not chip.must:
                room -= chip.width + GAP
                if room < 0:
                    hidden.append(chip)
        shown = [chip for chip in first if chip not in hidden] + [chip for chip in chips if chip.apart]
    lines: list[list[Chip]] = [[]]
    used = 0
    for chip in shown:
        if lines[-1] and used + chip.width > width:
            lines.append([])
            used = 0
        lines[-1].append(chip)
        used += chip.width + GAP
    if hidden and len(lines) > 1 and used + more_width(len(hidden)) - GAP > width:
        lines.append([])
    return lines, hidden


def draw_chip(
    painter: QPainter, theme: Theme, chip: Chip, left: float, top: float, height: int, back: str
) -> None:
    """``back`` is the token of the field below."""
    rect = QRectF(left + 0.5, top + 0.5, chip.width - 1, height - 1)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    ink = theme.color(chip.ink)
    bordered = not chip.fill or theme.high_contrast
    painter.setPen(QPen(ink if not chip.fill or theme.high_contrast else Qt.GlobalColor.transparent, 1))
    painter.setBrush(theme.color(chip.fill) if chip.fill else Qt.BrushStyle.NoBrush)
    radius = theme.tokens.radius("chip")
    painter.drawRoundedRect(rect if bordered else rect.adjusted(-0.5, -0.5, 0.5, 0.5), radius, radius)
    icon = theme.icon(chip.icon, chip.ink, ICON, surface=chip.fill or back)
    painter.drawPixmap(QPointF(left + CHIP_SIDES, top + (height - ICON) / 2), icon)
    baseline = centered_baseline(theme.metrics("control", 600, name=True), rect)
    draw_runs(painter, left + CHIP_SIDES + ICON + 8, baseline, chip.runs)


def _joined(cave: tuple[str, ...], theme: Theme) -> list[str]:
    """Allergies side by side in one chip while it stays short, else one chip each."""
    together = ", ".join(cave)
    return [together] if cave and len(together) <= 44 else list(cave)


def _cave(theme: Theme, text: str) -> Chip:
    ink = theme.color("cave-ink")
    runs = (
        Run("CAVE", theme.font("control", 700), ink),
        Run(text, theme.font("control", 600), ink, before=8),
    )
    return Chip("alarm", runs, "cave-ink", "cave-fill", True, f"CAVE {text}")


def _plain(theme: Theme, icon: str, text: str, *, must: bool = False, apart: bool = False) -> Chip:
    run = Run(text, theme.font("control", 600), theme.color("on-patient"))
    return Chip(icon, (run,), "on-patient", "", must, text, apart)


def _record(theme: Theme, model: BannerModel, words: ChipWords) -> list[Chip]:
    if model.allergies is AllergyRecord.NONE_KNOWN:
        return [_plain(theme, "ok", words.none_known, must=True)]
    if model.allergies in (AllergyRecord.NOT_RECORDED, AllergyRecord.UNREAD):
        text = words.not_recorded if model.allergies is AllergyRecord.NOT_RECORDED else words.unread
        return [_marked(theme, "warn", "warn", text)]
    return [_plain(theme, "warn", text) for text in model.other_allergies]


def _marked(theme: Theme, icon: str, ink: str, text: str) -> Chip:
    run = Run(text, theme.font("control", 600), theme.color(ink))
    return Chip(icon, (run,), ink, f"{ink}-soft", True, text)


def _alike(theme: Theme, other: PatientRef, words: ChipWords) -> Chip:
    ink = theme.color("alike-ink")
    runs = [Run(f"{words.alike}:", theme.font("control", 600), ink)]
    runs += name_runs(theme, "control", other.name, ink, all_bold=True, before=10)
    in_room = other.beside_is_room and bool(other.beside)
    place = f"{words.room} {other.beside}" if in_room else other.beside
    if other.born is not None:
        born = f"{other.born:%d.%m.%Y}"
        place = f"{place} · {born}" if in_room else born
    if place:
        runs.append(Run(f"· {place}", theme.font("control", 600), ink, before=6))
    return Chip(
        "alike", tuple(runs), "alike-ink", "alike-fill", True, f"{words.alike}: {other.name.full}, {place}"
    )
