"""Who may be taken for whom, and which letters tell them apart."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher.sandbox.population.inhabitants import INHABITANTS
from launcher.sandbox.population.residents import RESIDENTS
from launcher.sandbox.population.staff import WARDS
from shell.presenters.similar_names import alike_in, are_alike, differing_letters, mark_alike
from shell.presenters.view_models import PersonName

MARIT = PersonName("Haugen", "Marit")
OTHER = PersonName("Haugan", "Marit")


def test_one_letter_apart_is_marked_in_both() -> None:
    found = mark_alike({"204": MARIT, "211": OTHER, "209": PersonName("Lien", "Torbjørn")})
    assert set(found) == {"204", "211"}
    assert found["204"].name.differs_family == {4}
    assert found["211"].name.differs_family == {4}
    assert found["204"].name.differs_given == frozenset()
    assert found["204"].others == ("211",)


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        (("Berg", "Ola"), ("Berg", "Kristine"), True),
        (("Berg", "Ola"), ("BERG", "Kari"), True),
        (("Karlsen", "Anna"), ("Karlsson", "Anna"), True),
        (("Karlsen", "Anna"), ("Karlstad", "Anna"), False),
        (("Lien", "Per"), ("Lie", "Per"), True),
        (("", "Per"), ("", "Ola"), False),
        (("Aas", "Bo"), ("Vik", "Bo"), False),
        (("Olsen", "Kari Lovise"), ("Olsson", "Kari"), True),
        (("Olsen", "Karin"), ("OLSSON", "Kari Lovise"), True),
        (("Olsen", "Kari Lovise"), ("Olsson", "Turid"), False),
        (("Lie", "Kari Lovise"), ("Vik", "Kari"), False),
        (("Olsen", ""), ("Olsson", ""), True),
        (("Haugen", "Åse Marie"), ("Haugan", ""), False),
    ],
)
def test_who_is_alike(one: tuple[str, str], other: tuple[str, str], alike: bool) -> None:
    assert are_alike(PersonName(*one), PersonName(*other)) is alike


def test_a_missing_letter_marks_its_neighbour() -> None:
    assert differing_letters("Lie", "Lien") == {2}
    assert differing_letters("Lien", "Lie") == {3}
    assert differing_letters("", "Lie") == frozenset()


def test_same_whole_name_is_alike_without_letters() -> None:
    found = mark_alike({"a": MARIT, "b": MARIT})
    assert found["a"].others == ("b",)
    assert found["a"].name == MARIT


names = st.builds(PersonName, st.text("abåe", max_size=5), st.text("xy Z", max_size=5))


@given(st.lists(names, max_size=8))
def test_agrees_with_looking_at_every_pair(people: list[PersonName]) -> None:
    found = mark_alike(dict(zip("abcdefgh", people, strict=False)))
    for key, name in zip("abcdefgh", people, strict=False):
        others = [
            other
            for other, person in zip("abcdefgh", people, strict=False)
            if other != key and are_alike(name, person)
        ]
        assert list(found[key].others if key in found else ()) == others


def test_a_whole_list_is_marked_in_reasonable_time() -> None:
    random.seed(5)
    people = {
        str(number): PersonName("".join(random.choices("abcdeghiklmnorst", k=8)), "Kari")
        for number in range(1200)
    }
    people["x"] = PersonName(people["7"].family[:-1] + "å", "Kari")
    assert "7" in mark_alike(people)["x"].others


def test_the_given_names_of_a_likeness_by_family_name_are_marked_where_they_differ() -> None:
    found = mark_alike({"104": PersonName("Olsen", "Kari Lovise"), "109": PersonName("Olsson", "Kari")})
    assert found["104"].name.differs_given == frozenset(range(4, 11))
    assert found["109"].name.differs_family == {3, 4}


def test_a_name_from_elsewhere_is_compared_with_a_list() -> None:
    names = {"204": MARIT, "209": PersonName("Lien", "Torbjørn")}
    found = alike_in(OTHER, names)
    assert found is not None
    assert (found.others, found.name.differs_family) == (("204",), {4})
    assert alike_in(PersonName("Moe", "Pia"), names) is None


@pytest.mark.parametrize(("ward", "marked"), [("Vestfløyen", 2), ("Østfløyen", 4), ("Skjermet", 2), ("", 14)])
def test_only_namesakes_of_a_list_are_marked(ward: str, marked: int) -> None:
    """A mark on half the ward is no mark. Mutant: a given name that begins alike is enough."""
    stories = [story for story in RESIDENTS if WARDS[story.ward] == ward] if ward else INHABITANTS
    names = {story.id: PersonName(story.family, story.given) for story in stories}
    assert len(mark_alike(names)) == marked
