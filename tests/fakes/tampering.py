"""One way to forge what is random: always another value, never by chance the same."""

from __future__ import annotations

import re


def tampered(text: str) -> str:
    """``text`` with one character changed, in the middle of its last value (after the last ``.``, ``=`` or blank).

    At the end of base64 a change may fall on bits that nobody decodes, and a fixed tail may be there already.
    """
    value = re.split(r"[.= ]", text)[-1]
    if len(value) < 3:
        raise ValueError("too short to be tampered with in its middle")
    place = len(text) - len(value) + len(value) // 2
    return f"{text[:place]}{'B' if text[place] == 'A' else 'A'}{text[place + 1 :]}"
