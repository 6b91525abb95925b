"""What one part of the self-test found."""

from __future__ import annotations

from dataclasses import dataclass

from plugins.findings import Text


@dataclass(frozen=True, slots=True)
class Result:
    """``good`` False fails the self-test; ``detail`` says what was seen, or what to do."""

    good: bool
    detail: Text
