"""Columns of the two start lists: how wide, what stands in them, which give way first (from the right)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

ColumnName = Literal["room", "name", "why", "due", "observed", "news", "time", "mode", "status"]


@dataclass(frozen=True, slots=True)
class ListColumn:
    """``width`` at 100 % text; ``grows`` shares what is left over; ``stays`` is never dropped."""

    name: ColumnName
    width: int
    grows: int = 0
    stays: bool = False


WARD_COLUMNS = (
    ListColumn("room", 68, stays=True),
    ListColumn("name", 364, grows=2, stays=True),
    ListColumn("why", 215, grows=2),
    ListColumn("due", 236, grows=2, stays=True),
    ListColumn("observed", 166, grows=1),
    ListColumn("news", 151, grows=2),
)
DAY_COLUMNS = (
    ListColumn("time", 92, stays=True),
    ListColumn("name", 292, grows=2, stays=True),
    ListColumn("why", 206, grows=2),
    ListColumn("mode", 104),
    ListColumn("status", 144, stays=True),
    ListColumn("news", 158, grows=1),
)
PEOPLE_COLUMNS = (ListColumn("name", 400, grows=3, stays=True),)


GIVES_WAY = 60
"""Per cent of its width that *why* keeps, before a column is dropped: what stands there may be cut at its end."""


def fitted(
    columns: Sequence[ListColumn], width: int, percent: int, least: Mapping[ColumnName, int] | None = None
) -> dict[ColumnName, int]:
    """Pixels of each column for ``width``; 0 for those that find no room, dropped from the right.

    ``least``: what stands in a column needs so many pixels, and is never cut.
    """
    wanted = {column.name: column.width * percent // 100 for column in columns}
    for name, pixels in (least or {}).items():
        if name in wanted:
            wanted[name] = max(wanted[name], pixels)
    shown = list(columns)
    while sum(wanted[column.name] for column in shown) > width:
        missing = sum(wanted[column.name] for column in shown) - width
        spared = wanted.get("why", 0) * (100 - GIVES_WAY) // 100
        if missing <= spared and any(column.name == "why" for column in shown):
            wanted["why"] -= missing
            break
        gone = next((column for column in reversed(shown) if not column.stays), None)
        if gone is None:
            break
        shown.remove(gone)
    used = sum(wanted[column.name] for column in shown)
    if used > width and "name" in wanted:
        others = [column for column in shown if column.name not in ("name", "room", "time")]
        kept = sum(wanted[column.name] for column in shown) - sum(wanted[column.name] for column in others)
        squeezed = max(0, width - kept)
        total = sum(wanted[column.name] for column in others)
        for column in others:
            wanted[column.name] = wanted[column.name] * squeezed // max(1, total)
        used = width
    spare, shares = max(0, width - used), sum(column.grows for column in shown)
    found: dict[ColumnName, int] = {}
    for column in columns:
        if column not in shown:
            found[column.name] = 0
        else:
            found[column.name] = wanted[column.name] + (spare * column.grows // shares if shares else 0)
    return found
