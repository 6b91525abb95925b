"""What a support person finds of a session, and who may not be found in it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from launcher.sandbox.population import resources
from shell.command_line import application
from shell.composition.clock import SystemClock
from shell.timeline.folder import FOLDER, parts_in

PEOPLE = ("Patient", "Practitioner", "RelatedPerson", "Person")


def timeline_of(state: Path) -> dict[str, Any]:
    """The last session as ``vaktrom doctor --context --json`` tells it."""
    answer = CliRunner().invoke(application, ["doctor", "--context", "--json", "--state", str(state)])
    assert answer.exit_code == 0, answer.output
    told: dict[str, Any] = json.loads(answer.output)
    return told


def people_found(state: Path) -> set[str]:
    """Ids, names and identity numbers of anybody in the practice environment that a timeline's file holds."""
    content = "\n".join(part.path.read_text("ascii") for part in parts_in(state / FOLDER))
    assert content
    words = set(re.findall(r"[\w-]+", content))
    found: set[str] = set(re.findall(r"(?<!\d)\d{11}(?!\d)|p-[0-9a-f]{6,}", content))
    for person in resources(SystemClock().now()):
        if person["resourceType"] in PEOPLE:
            names = [
                part
                for name in person.get("name", ())
                for part in (name.get("family", ""), *name.get("given", ()))
            ]
            numbers = [str(entry.get("value", "")) for entry in person.get("identifier", ())]
            told = {str(person["id"]), *numbers, *(part for name in names for part in name.split())}
            found |= told & words
    return found - {""}
