"""Who is there to ask about: two patients of the user's own, found with the desktop's rights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.conformance.asking import Gateway, Shell
from tests.conformance.facts import NotAsked

Resource = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class People:
    """Two patients with an encounter in progress, the newest one of the first, and staff around it and elsewhere."""

    user: str
    first: Resource
    second: Resource
    encounter: Resource
    strangers: tuple[str, ...]
    """References of a practitioner and an organisation that the encounter has nothing to do with."""

    @property
    def implied(self) -> tuple[str, ...]:
        """References of the encounter's participants and its organisation."""
        found = [part["individual"]["reference"] for part in self.encounter.get("participant", ())]
        return (*found, self.encounter["serviceProvider"]["reference"])


def people_of(shell: Shell, user: str) -> People:
    """Look them up; ``user`` is the reference of who is signed in. Raises ``NotAsked`` where there are too few."""
    found = _found(shell, "/Encounter?status=in-progress&_include=Encounter:subject&_count=200")
    patients = {f"Patient/{item['id']}": item for item in found if item["resourceType"] == "Patient"}
    going = [item for item in found if item["resourceType"] == "Encounter" and _has_surroundings(item)]
    names = sorted({item["subject"]["reference"] for item in going} & patients.keys())
    if len(names) < 2:
        raise NotAsked("two patients with an encounter in progress whom the user may read")
    first, second = (patients[name] for name in names[:2])
    own = [item for item in going if item["subject"]["reference"] == names[0]]
    encounter = max(own, key=lambda item: str(item["period"]["start"]))
    people = People(user, first, second, encounter, ())
    near = {user, *people.implied}
    strangers = []
    for kind in ("Practitioner", "Organization"):
        others = [f"{kind}/{item['id']}" for item in _found(shell, f"/{kind}?_count=50")]
        strangers += sorted(set(others) - near)[:1]
    return People(user, first, second, encounter, tuple(strangers))


def hidden_patient(gateway: Gateway, own: Shell) -> str | None:
    """The id of a patient of another user whom the first one may not read; ``None`` when nobody has one."""
    for user in gateway.facts.users[1:]:
        for patient in _found(gateway.shell(user), "/Patient?_count=5"):
            if own.fhir("GET", f"/Patient/{patient['id']}").status_code in (403, 404):
                return str(patient["id"])
    return None


def _has_surroundings(encounter: Resource) -> bool:
    return "serviceProvider" in encounter and "start" in encounter.get("period", {})


def _found(shell: Shell, search: str) -> list[Resource]:
    path, _, query = search.partition("?")
    url = f"{shell.gateway.fhir_base}{path}/_search"
    form = dict(pair.split("=", 1) for pair in query.split("&"))
    answer = shell.gateway.http.post(url, data=form, headers=shell.headers("POST", url))
    assert answer.status_code == 200, answer.text
    return [entry["resource"] for entry in answer.json().get("entry", ())]
