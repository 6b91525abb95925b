"""The desktop and the picker page of a standalone launch call the same people alike."""

from __future__ import annotations

from launcher.server.similar_names import Name, marked
from shell.presenters.similar_names import mark_alike
from shell.presenters.view_models import PersonName

FAMILIES = ("Haugen", "Haugan", "Olsen", "Olsson", "Berg", "Karlsen", "Karlsson", "Lie", "Li", "Vik", "Å", "")
GIVENS = ("Marit", "Kari Lovise", "Kari", "Karin", "Ola", "Bo", "Jo Anne", "Turid", "")


def test_the_picker_marks_the_same_people() -> None:
    """Mutant: one of the two rules is changed alone. Every pair of names that is hard to tell apart."""
    people = [(family, given) for family in FAMILIES for given in GIVENS]
    for one in people:
        for other in people:
            ours = marked({"a": Name(*one), "b": Name(*other)})
            theirs = mark_alike({"a": PersonName(*one), "b": PersonName(*other)})
            assert ours.keys() == theirs.keys(), (one, other)
            for key, alike in theirs.items():
                assert ours[key] == (alike.name.differs_family, alike.name.differs_given), (one, other)
