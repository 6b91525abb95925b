"""What one row of ``vaktrom doctor`` says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from plugins.findings import Text

Verdict = Literal["ok", "look", "wrong"]
RANK: dict[Verdict, int] = {"ok": 0, "look": 1, "wrong": 2}
NOTHING = Text("", "")


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """``look``: it works, but somebody should look at it. ``action`` says what to do, and is empty when all is well."""

    verdict: Verdict
    detail: Text
    action: Text = NOTHING


def worst(found: list[Diagnosis]) -> Diagnosis:
    """All of them in one line: the worst verdict, the details of those that share it, and their actions once each."""
    verdict = max((one.verdict for one in found), key=RANK.__getitem__)
    chosen = [one for one in found if one.verdict == verdict]
    return Diagnosis(
        verdict,
        joined([one.detail for one in chosen]),
        joined([one.action for one in chosen if one.action.en]),
    )


def joined(texts: list[Text]) -> Text:
    """Several sentences as one, each once."""
    unique = list(dict.fromkeys(texts))
    return Text("; ".join(text.nb for text in unique), "; ".join(text.en for text in unique))
