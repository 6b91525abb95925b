"""Identity numbers of people who do not exist (FNR-01, FNR-03, FNR-05, ORG-01)."""

from __future__ import annotations

from datetime import date

_WEIGHTS_1 = (3, 7, 6, 1, 8, 9, 4, 5, 2)
_WEIGHTS_2 = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
_WEIGHTS_ORGANISATION = (3, 2, 7, 6, 5, 4, 3, 2)
TENOR_MONTH = 80


def _check_digit(digits: str, weights: tuple[int, ...]) -> int | None:
    rest = sum(int(d) * w for d, w in zip(digits, weights, strict=True)) % 11
    digit = (11 - rest) % 11
    return None if digit == 10 else digit


def is_valid(number: str) -> bool:
    """Eleven digits with month + 80 and both check digits (classic rule)."""
    if len(number) != 11 or not number.isdigit() or not 81 <= int(number[2:4]) <= 92:
        return False
    return number[9:] == f"{_check_digit(number[:9], _WEIGHTS_1)}{_check_digit(number[:10], _WEIGHTS_2)}"


def synthetic_number(born: date, female: bool, start: int) -> str:
    """The first existing number of that day and sex, counting up from the individual number ``start``.

    1940-1999 (and before) uses 000-499, from 2000 on 500-999. Raises ValueError when none is left.
    """
    low, high = (0, 499) if born.year < 2000 else (500, 999)
    head = f"{born.day:02d}{born.month + TENOR_MONTH}{born.year % 100:02d}"
    for step in range(high - low + 1):
        individual = low + (start + step) % (high - low + 1)
        if (individual % 2 == 0) != female:
            continue
        nine = f"{head}{individual:03d}"
        first = _check_digit(nine, _WEIGHTS_1)
        if first is None:
            continue
        second = _check_digit(f"{nine}{first}", _WEIGHTS_2)
        if second is not None:
            return f"{nine}{first}{second}"
    raise ValueError(f"no identity number left on {born}")


def organisation_number(start: int) -> str:
    """The first valid nine-digit number from ``start`` on; synthetic ones begin with 2 or 3."""
    for eight in range(start, start + 11):
        digit = _check_digit(str(eight), _WEIGHTS_ORGANISATION)
        if digit is not None:
            return f"{eight}{digit}"
    raise ValueError(f"no organisation number near {start}")


def is_organisation_number(number: str) -> bool:
    """Nine digits that begin with 2 or 3 and carry the right check digit."""
    return (
        len(number) == 9
        and number.isdigit()
        and number[0] in "23"
        and _check_digit(number[:8], _WEIGHTS_ORGANISATION) == int(number[8])
    )
