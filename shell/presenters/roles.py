"""Roles in people's words. Pure."""

from __future__ import annotations

WITHOUT_RECORD = "administrator"
"""What the gateway calls a user who is not in the register of health personnel."""

WORDS = {
    WITHOUT_RECORD: ("IT-administrator", "IT administrator"),
    "helsefagarbeider": ("Helsefagarbeider", "Health worker"),
    "sykepleier": ("Sykepleier", "Nurse"),
    "vernepleier": ("Vernepleier", "Social educator"),
    "fastlege": ("Fastlege", "General practitioner"),
    "allmennlege": ("Allmennlege", "General practitioner"),
    "lege": ("Lege", "Doctor"),
    "sykehjemslege": ("Sykehjemslege", "Nursing home doctor"),
    "fysioterapeut": ("Fysioterapeut", "Physiotherapist"),
}


def role_word(role: str, language: str) -> str:
    """A role that is not in the table is shown as the record has it."""
    pair = WORDS.get(role.strip().lower())
    return (pair[0] if language == "nb" else pair[1]) if pair else role
