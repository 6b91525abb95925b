"""All requirements in one table; ``python -m tests.conformance.status`` prints it as it stands in launcher/README.md.

``--write`` writes it there.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.conformance import (
    rows_authorize,
    rows_clients,
    rows_discovery,
    rows_hosted,
    rows_hub_channels,
    rows_hub_events,
    rows_messaging,
    rows_pages,
    rows_scopes,
    rows_token,
)
from tests.conformance.table import Row, status_table

PARTS = (
    rows_discovery,
    rows_authorize,
    rows_token,
    rows_scopes,
    rows_clients,
    rows_hosted,
    rows_hub_channels,
    rows_hub_events,
    rows_messaging,
    rows_pages,
)
ALL: list[Row] = [row for part in PARTS for row in part.ROWS.all]
LAST = {"SAL": 70, "NAV": 12, "BALP": 13, "FC": 39, "SWM": 13}
IDS = [f"{part}-{number:02d}" for part, last in LAST.items() for number in range(1, last + 1)]

ELSEWHERE = {
    "SAL-33": "not offered: authorization_details is experimental",
    "SAL-41": "documented above: linked patients are two patients, a grant follows no Patient.link",
    "SAL-46": "not offered: UserInfo, the claims parameter and request objects",
    "SAL-66": "not offered: app state",
    "SAL-68": "not offered: tasks that ask for a launch",
    "FC-03": "not offered: the address of the hub in the CapabilityStatement; the token response has it",
    "FC-20": "not used: an event is refused before the 202, never after",
    "FC-33": "not used: the desktop sends no event twice",
    "NAV-11": "content of the practice records; tests/launcher/sandbox_population",
    **{
        f"BALP-{number:02d}": "told by the audit log, not over HTTP; tests/launcher/gateway/test_audit_event.py"
        for number in range(1, LAST["BALP"] + 1)
    },
}
"""What no row can show from outside, and why."""


README = Path(__file__).resolve().parents[2] / "launcher" / "README.md"
BEGIN, END = "<!-- conformance table -->\n", "<!-- end of the conformance table -->\n"


def table() -> str:
    """The table as Markdown."""
    return status_table(ALL, ELSEWHERE, IDS)


def documented(page: str) -> str:
    """The table that stands in a page."""
    return page.partition(BEGIN)[2].partition(END)[0]


def rewritten(page: str) -> str:
    """The page with the table as it is now."""
    before, _, rest = page.partition(BEGIN)
    return before + BEGIN + table() + END + rest.partition(END)[2]


if __name__ == "__main__":
    if "--write" in sys.argv:
        README.write_text(rewritten(README.read_text(encoding="utf-8")), encoding="utf-8")
    sys.stdout.write(table())
