"""Roles as people say them."""

from __future__ import annotations

import pytest

from shell.presenters.roles import role_word


@pytest.mark.parametrize(
    ("role", "language", "word"),
    [
        ("administrator", "nb", "IT-administrator"),
        ("administrator", "en", "IT administrator"),
        ("Helsefagarbeider", "en", "Health worker"),
        ("sykepleier", "nb", "Sykepleier"),
        ("Ernæringsfysiolog", "en", "Ernæringsfysiolog"),
        ("", "nb", ""),
    ],
)
def test_role_word(role: str, language: str, word: str) -> None:
    assert role_word(role, language) == word
