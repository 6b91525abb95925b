"""What the banner says, in which order, and what gives way."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from shell.presenters.view_models import AllergyRecord, BannerModel, FlagModel, Gender
from shell.theme.theme import Theme
from shell.widgets.patient_banner import LEFT, RIGHT, PatientBanner
from shell.widgets.runs import runs_width
from shell.windows import gallery_models as demo


@pytest.fixture
def banner(qtbot: QtBot, theme: Theme) -> PatientBanner:
    made = PatientBanner(theme)
    qtbot.addWidget(made)
    made.resize(1278, 96)
    made.show()
    return made


def test_the_sentence_has_everything_cave_included(banner: PatientBanner) -> None:
    banner.set_banner(demo.haugen_banner())
    sentence = banner.accessibleName()
    for part in (
        "Haugen, Marit",
        "87 år, kvinne",
        "148239 21420",
        "Rom 204, Vestfløyen",
        "CAVE Penicillin – anafylaksi",
    ):
        assert part in sentence
    assert "Navnelik: Haugan, Marit, rom 211" in sentence


@pytest.mark.parametrize(
    ("record", "text"),
    [
        (AllergyRecord.NONE_KNOWN, "Ingen kjente allergier"),
        (AllergyRecord.NOT_RECORDED, "Allergier ikke registrert"),
        (AllergyRecord.UNREAD, "Allergier er ikke lest"),
    ],
)
def test_no_allergies_and_not_asked_are_two_texts(
    banner: PatientBanner, record: AllergyRecord, text: str
) -> None:
    banner.set_banner(replace(demo.lien_banner(), allergies=record))
    assert banner.shown_chips()[0] == text


def test_cave_comes_first_and_the_namesake_last(banner: PatientBanner) -> None:
    banner.set_banner(demo.haugen_banner())
    assert banner.shown_chips() == [
        "CAVE Penicillin – anafylaksi",
        "Fallrisiko",
        "HLR minus",
        "Navnelik: Haugan, Marit, rom 211",
    ]
    assert banner.heightForWidth(1278) == 96


@pytest.mark.parametrize("width", [420, 700, 936, 1278])
def test_cave_and_namesake_never_become_a_number(banner: PatientBanner, width: int) -> None:
    many = tuple(FlagModel(f"Varsel nummer {number}") for number in range(9))
    model = replace(
        demo.haugen_banner(), flags=many, cave=("Penicillin – anafylaksi", "Latex", "Nøtter – pustevansker")
    )
    banner.resize(width, banner.heightForWidth(width))
    banner.set_banner(model)
    shown = " ".join(banner.shown_chips())
    assert "Penicillin" in shown
    assert "Latex" in shown
    assert "Nøtter" in shown
    assert "Navnelik" in shown
    assert banner.hidden_chips()
    assert banner.overflow.isVisible()
    assert banner.overflow.text() == f"+{len(banner.hidden_chips())}"
    assert len(banner.shown_chips()) + len(banner.hidden_chips()) == 13


@pytest.mark.parametrize("width", [420, 700, 1278])
def test_what_is_not_saved_never_becomes_a_number_and_takes_no_warnings_place(
    banner: PatientBanner, width: int
) -> None:
    """Mutants: a draft is hidden where warnings fill the line; a warning is hidden because of a draft."""
    warnings = tuple(FlagModel(f"Varsel nummer {number}") for number in range(9))
    drafts = tuple(
        FlagModel(f"Utkast: {name} · Notat", "draft", stays=True) for name in ("innkomst", "epikrise")
    )
    banner.resize(width, 400)
    banner.set_banner(replace(demo.haugen_banner(), flags=warnings))
    shown, hidden = banner.shown_chips(), banner.hidden_chips()
    banner.set_banner(replace(demo.haugen_banner(), flags=(*warnings, *drafts)))
    assert banner.shown_chips() == [*shown, *(draft.text for draft in drafts)]
    assert banner.hidden_chips() == hidden != []
    assert banner.overflow.geometry().right() <= width


@pytest.mark.parametrize("percent", [100, 150, 200])
@pytest.mark.parametrize("width", [936, 1278, 1832])
@pytest.mark.parametrize("model", [demo.haugen_banner(), demo.crowded_banner()])
def test_no_fact_is_cut(
    banner: PatientBanner, theme: Theme, width: int, percent: int, model: BannerModel
) -> None:
    theme.set_text_size(percent)
    banner.resize(width, 400)
    banner.set_banner(model)
    for line in banner._facts:
        left, runs = line[-1]
        alone = len(line) == 1
        assert left + runs_width(runs) <= width - LEFT - RIGHT or alone
        assert left + runs_width(runs) <= width - LEFT or percent == 200


def test_no_patient_is_said(banner: PatientBanner) -> None:
    banner.set_banner(demo.haugen_banner())
    banner.set_banner(None)
    assert banner.accessibleName() == "Ingen pasient er valgt"
    assert not banner.more.isVisible()


def test_a_field_has_the_patients_colour(banner: PatientBanner, theme: Theme) -> None:
    banner.set_banner(demo.haugan_banner())
    image = banner.grab().toImage()
    assert image.pixelColor(4, 4).name().upper() == theme.hex("patient-2")


@pytest.mark.parametrize(
    ("age", "gender", "words"),
    [
        (4, "male", "4 år, gutt"),
        (17, "female", "17 år, jente"),
        (18, "female", "18 år, kvinne"),
        (4, "other", "4 år, annet kjønn"),
    ],
)
def test_a_child_is_not_a_man(banner: PatientBanner, age: int, gender: Gender, words: str) -> None:
    banner.set_banner(replace(demo.haugen_banner(), age=age, gender=gender))
    assert f", {words}," in banner.sentence()
