"""The stored files are what the program makes, are small, and hold only people who do not exist."""

from __future__ import annotations

import gzip
import re
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from launcher.sandbox.population.generate import population as made_population
from launcher.sandbox.population.identity_numbers import (
    is_organisation_number,
    is_valid,
    organisation_number,
    synthetic_number,
)
from launcher.sandbox.population.reading import FILES
from launcher.sandbox.population.writing import Collected, pack, write

from .conftest import Population

FOLDER = files("launcher.sandbox.population")


@pytest.fixture(scope="module")
def made() -> Collected:
    return made_population()


@pytest.mark.parametrize("name", FILES)
def test_stored_file_is_what_the_program_makes(made: Collected, name: str) -> None:
    stored = gzip.decompress(FOLDER.joinpath("data", f"{name}.ndjson.gz").read_bytes())
    assert (
        stored.decode("utf-8").splitlines()
        == gzip.decompress(pack(made.files[name])).decode("utf-8").splitlines()
    )


def test_packed_twice_gives_the_same_bytes_without_a_time(made: Collected, tmp_path: Path) -> None:
    write(made, tmp_path / "a", ("live",))
    packed = (tmp_path / "a/live.ndjson.gz").read_bytes()
    assert packed == pack(made.files["live"])
    assert packed[4:8] == bytes(4)


def test_small_enough_for_a_repository() -> None:
    assert sum(len(FOLDER.joinpath("data", f"{name}.ndjson.gz").read_bytes()) for name in FILES) < 3_000_000


def test_every_identity_number_is_synthetic_valid_and_agrees_with_the_person(population: Population) -> None:
    """FNR-01, FNR-03, FNR-05."""
    numbers: set[str] = set()
    for patient in population.of("Patient"):
        number = patient["identifier"][0]["value"]
        born = date.fromisoformat(patient["birthDate"])
        assert is_valid(number), number
        assert (int(number[:2]), int(number[2:4]) - 80, int(number[4:6])) == (
            born.day,
            born.month,
            born.year % 100,
        )
        assert (int(number[8]) % 2 == 0) == (patient["gender"] == "female"), patient["name"]
        assert (int(number[6:9]) >= 500) == (born.year >= 2000)
        numbers.add(number)
    assert len(numbers) == len(population.of("Patient"))


def test_no_number_that_looks_real_anywhere_in_the_folder() -> None:
    """FNR-05: eleven digits whose third is 0 or 1 do not occur, in stories, data or programs."""
    texts = [
        path.read_text("utf-8")
        for path in Path(str(FOLDER)).rglob("*")
        if path.suffix in (".py", ".toml", ".txt", ".md")
    ]
    texts += [
        gzip.decompress(FOLDER.joinpath("data", f"{name}.ndjson.gz").read_bytes()).decode("utf-8")
        for name in FILES
    ]
    for text in texts:
        for number in re.findall(r"(?<!\d)\d{11}(?!\d)", text):
            assert is_valid(number), number


def test_organisations_have_synthetic_numbers_and_phones(population: Population) -> None:
    """ORG-01, NAV-11."""
    for organisation in population.of("Organization"):
        assert is_organisation_number(organisation["identifier"][0]["value"])
        assert organisation["telecom"][0]["system"] == "phone"


def test_published_sample_numbers() -> None:
    """FNR-05: a published Tenor number is accepted; the same day without +80, and a wrong digit, are not."""
    assert is_valid("10915596784")
    assert not is_valid("10915596785")
    assert not is_valid("15507600333")
    assert not is_valid("1091559678x")


def test_numbers_are_made_for_the_sex_and_century() -> None:
    woman = synthetic_number(date(1939, 2, 14), True, 214)
    boy = synthetic_number(date(2025, 11, 20), False, 3)
    assert woman == "14823921420"
    assert is_valid(boy)
    assert int(boy[6:9]) >= 500
    assert int(boy[8]) % 2 == 1
    assert organisation_number(31099010)[0] == "3"
