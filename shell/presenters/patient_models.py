"""From confirmed facts of one patient to banner, tab and pane header. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Literal, cast

from shell.presenters.patient_facts import PatientFacts, Warnings
from shell.presenters.similar_names import Alike, alike_in
from shell.presenters.start_list_rows import StartRow
from shell.presenters.view_models import (
    AllergyRecord,
    BannerModel,
    FlagModel,
    Gender,
    PatientRef,
    PersonName,
    Slot,
)

FLAG_ICONS = (
    ("fall", "fall"),
    ("hlr", "heart"),
    ("smitte", "shield"),
    ("palliativ", "heart"),
    ("drikke", "drop"),
)
GENDERS = ("male", "female", "other")


class Neighbours:
    """The people of the signed-in user's list: rooms, and who is called nearly the same as whom.

    A patient from elsewhere is compared with the list as well: she is opened among these people.
    """

    def __init__(self, rows: Sequence[StartRow], alike: Mapping[str, Alike]) -> None:
        self._rows = {row.patient.patient_id: row for row in rows}
        self._alike = alike
        self._names = {key: plain_name(row.patient) for key, row in self._rows.items()}
        self._elsewhere: dict[PatientFacts, Alike | None] = {}

    def row(self, patient_id: str) -> StartRow | None:
        return self._rows.get(patient_id)

    def likeness(self, facts: PatientFacts) -> Alike | None:
        """The patient's namesakes on the list, whether or not she stands in it."""
        if facts.patient_id in self._rows:
            return self._alike.get(facts.patient_id)
        if facts not in self._elsewhere:
            self._elsewhere[facts] = alike_in(plain_name(facts), self._names)
        return self._elsewhere[facts]

    def reference(self, facts: PatientFacts, slot: Slot | None = None) -> PatientRef:
        """The patient with the letters that tell him from his namesakes, and room or year of birth beside it."""
        row = self._rows.get(facts.patient_id)
        found = self.likeness(facts)
        name = found.name if found else plain_name(facts)
        room = row.room if row else ""
        year = str(facts.birth_date.year) if facts.birth_date else ""
        return PatientRef(facts.patient_id, name, slot, room or year, bool(room), facts.birth_date)

    def namesakes(self, facts: PatientFacts) -> tuple[PatientRef, ...]:
        """Everybody on the list whom the patient may be taken for."""
        found = self.likeness(facts)
        others = [self._rows[key] for key in (found.others if found else ()) if key in self._rows]
        return tuple(self.reference(row.patient) for row in others)

    def place(self, facts: PatientFacts) -> tuple[str, Literal["room", "practitioner"]]:
        """``204, Vestfløyen``; for somebody without a room on the list the general practitioner; else empty."""
        row = self._rows.get(facts.patient_id)
        if row is not None and row.room:
            return ", ".join(filter(None, (row.room, row.place))), "room"
        return facts.practitioner, "practitioner"


def plain_name(facts: PatientFacts) -> PersonName:
    """The name without any letter marked."""
    return PersonName(facts.family, facts.given)


def banner(
    facts: PatientFacts,
    warnings: Warnings | None,
    slot: Slot | None,
    neighbours: Neighbours,
    today: date,
) -> BannerModel:
    """The banner of a confirmed patient; ``warnings`` None while they are being read."""
    place, place_kind = neighbours.place(facts)
    return BannerModel(
        patient=neighbours.reference(facts, slot),
        age=facts.age(today),
        gender=cast(Gender, facts.gender) if facts.gender in GENDERS else "unknown",
        identity_number=facts.identity_number,
        place=place,
        place_kind=place_kind,
        allergies=allergy_record(warnings),
        cave=warnings.cave if warnings else (),
        other_allergies=warnings.other_allergies if warnings else (),
        flags=tuple(FlagModel(text, flag_icon(text)) for text in warnings.flags) if warnings else (),
        alike=neighbours.namesakes(facts),
        deceased=facts.deceased,
        birth_date=facts.birth_date,
    )


def allergy_record(warnings: Warnings | None) -> AllergyRecord:
    """*No known allergies* and *never asked* are two different things."""
    if warnings is None:
        return AllergyRecord.UNREAD
    if warnings.cave or warnings.other_allergies:
        return AllergyRecord.KNOWN
    return AllergyRecord.NONE_KNOWN if warnings.recorded else AllergyRecord.NOT_RECORDED


def flag_icon(text: str) -> str:
    lower = text.lower()
    return next((icon for word, icon in FLAG_ICONS if word in lower), "warn")
