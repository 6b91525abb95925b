"""Times, dates and spoken names in the form of the interface's language."""

from __future__ import annotations

from datetime import date, datetime

from PySide6.QtCore import QDate, QLocale

from shell.presenters.view_models import PatientRef


def clock_text(moment: datetime) -> str:
    """``03:15``"""
    return f"{moment:%H:%M}"


def day_text(locale: QLocale, day: date) -> str:
    """``mandag 23. november`` or ``Monday 23 November``."""
    norwegian = locale.language() in (QLocale.Language.NorwegianBokmal, QLocale.Language.NorwegianNynorsk)
    shape = "dddd d. MMMM" if norwegian else "dddd d MMMM"
    return locale.toString(QDate(day.year, day.month, day.day), shape)


def sentence_case(text: str) -> str:
    return text[:1].upper() + text[1:]


def number_text(number: int) -> str:
    """``1 142``: thousands apart by a thin no-break space."""
    return f"{number:,}".replace(",", "\u202f")


def spaced_number(number: str) -> str:
    """An identity number as it is read: six and five digits."""
    return f"{number[:6]} {number[6:]}" if len(number) == 11 else number


def with_place(patient: PatientRef) -> str:
    """``Haugen, Marit · 204``"""
    return f"{patient.name.full} · {patient.beside}" if patient.beside else patient.name.full
