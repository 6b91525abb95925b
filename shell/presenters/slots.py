"""Which patient has which colour and shape: three slots, the lowest free one, kept until the patient is closed. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from shell.presenters.view_models import Slot

SLOTS: tuple[Slot, ...] = (1, 2, 3)


def allocate(held: Mapping[str, Slot], shown: Iterable[str]) -> dict[str, Slot]:
    """Slots of the ``shown`` patients: kept where they have one, else the lowest free one; nobody else keeps any."""
    wanted = list(dict.fromkeys(shown))
    kept = {patient: slot for patient, slot in held.items() if patient in wanted}
    for patient in wanted:
        free = [slot for slot in SLOTS if slot not in kept.values()]
        if patient not in kept and free:
            kept[patient] = free[0]
    return kept
