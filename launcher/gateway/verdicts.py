"""Resources of an answer, judged by the bytes that say whose they are (S4).

A resource is decoded no further than to those bytes, and what was judged once for a grant is not judged again: a page
of one patient's observations says a hundred times the same. A repeated key must not let a client's decoder see
another patient than ours does, so a judged key stands in the bytes once, or all of them are read; and bytes that are no
UTF-8 are no resource, since nobody knows which quotation marks another decoder finds in them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, reduce
from operator import or_
from typing import Any, ClassVar, NamedTuple

import msgspec
from msgspec.structs import astuple

from launcher.gateway import granular
from launcher.gateway.compartments import element_names, patients_of
from launcher.gateway.grant_facts import GrantFacts
from launcher.gateway.heads import AnswerUnreadable, unambiguous
from launcher.gateway.policy import judge_resource
from launcher.gateway.resource_types import RESOURCE_TYPES

_ABSENT = msgspec.Raw()
_ESCAPED_ASCII = b"\\u00"
"""How a key can be spelled so that a search for its bytes does not find it."""
MOST_LEARNED = 1024
"""Verdicts that one judge remembers."""


class Verdict(NamedTuple):
    """What a grant says of one resource: may it be shown, and which patients is it about (``""``: unproven)."""

    covered: bool
    patients: frozenset[str]


class Judged(msgspec.Struct, gc=False):
    """One resource by type and id, and the verdict on it; an id that is no text is empty."""

    type: str
    id: str
    verdict: Verdict


class _Head(msgspec.Struct, gc=False):
    """The id of a resource and, in a class for each type, the raw values of the elements that are judged."""

    type: ClassVar[str] = ""
    names: ClassVar[tuple[str, ...]] = ()

    id: str = ""
    contained: msgspec.Raw = _ABSENT


class _Known(NamedTuple):
    """A verdict, and the keys that it rests on, in quotes: each has to stand once in a resource's bytes."""

    verdict: Verdict
    keys: tuple[bytes, ...]


def _decoder(judged_elements: Callable[[str], set[str]]) -> msgspec.json.Decoder[_Head]:
    """Reads the head of a resource of any type; a type that is repeated with another value is an error."""
    made: list[Any] = []
    for resource_type in sorted(RESOURCE_TYPES):
        names = sorted(judged_elements(resource_type) - {"id"})
        fields = [
            (f"element_{name}", msgspec.Raw, msgspec.field(default=_ABSENT, name=name)) for name in names
        ]
        made.append(
            msgspec.defstruct(
                resource_type,
                fields,
                bases=(_Head,),
                namespace={"type": resource_type, "names": ("contained", *names)},
                tag_field="resourceType",
                tag=resource_type,
                gc=False,
            )
        )
    return msgspec.json.Decoder(reduce(or_, made))


def _owners_and_codes(resource_type: str) -> set[str]:
    paths = (granular.path_of(resource_type, name) for name in (*granular.ANY_TYPE, *granular.TOKEN_PATHS))
    return element_names(resource_type) | {path.split(".")[0] for path in paths if path}


_OF_OWNERS = _decoder(element_names)


@cache
def _decoder_of_codes() -> msgspec.json.Decoder[_Head]:
    return _decoder(_owners_and_codes)


class ResourceJudge:
    """Judges resources under what is known of a grant at one moment; what it has learned holds for equal facts.

    Each needs one of ``letters``; of the type ``searched`` it needs the right to search, unless it only came along.
    """

    def __init__(self, facts: GrantFacts, letters: str = "rs", searched: str | None = None) -> None:
        queried = {name for scope in facts.scopes for name, _ in scope.query}
        self._facts = facts
        self._letters = letters
        self._searched = searched
        self._decode = (_decoder_of_codes() if queried else _OF_OWNERS).decode
        self._all_by_id = "_id" in queried
        self._escaped = True
        self._known: dict[tuple[object, ...], _Known] = {}
        self._last: tuple[_Head, bool] | None = None
        self._last_known: _Known

    def begin(self, answer: bytes) -> ResourceJudge:
        """Itself, for resources that stand in this answer."""
        self._escaped = b"\\" in answer and _ESCAPED_ASCII in answer
        return self

    @property
    def learned(self) -> int:
        """How many verdicts it remembers now, at most ``MOST_LEARNED``."""
        return len(self._known)

    def knows(self, facts: GrantFacts) -> bool:
        """True when what it has learned holds for these facts."""
        return self._facts == facts

    def judge(self, raw: bytes, included: bool = False) -> Judged:
        """Judge one resource. Raises ``AnswerUnreadable`` when it is none of R4, or can be read in two ways."""
        if (self._escaped and _ESCAPED_ASCII in raw) or not _is_utf8(raw):
            return self._judged_whole(raw, included)
        try:
            head = self._decode(raw)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return self._judged_whole(raw, included)
        identifier, resource_type = head.id, head.type
        if resource_type != "Patient" and not self._all_by_id:
            head.id = ""  # Not judged, so that resources that differ in nothing else are equal.
        if self._last != (head, included):
            self._last_known = self._remembered(head, included)
            self._last = (head, included)
        verdict, keys = self._last_known
        for key in keys:
            if raw.find(key) != raw.rfind(key):
                return self._judged_whole(raw, included)
        return Judged(resource_type, identifier, verdict)

    def _remembered(self, head: _Head, included: bool) -> _Known:
        values = tuple(map(bytes, astuple(head)[1:]))
        key = (head.type, head.id, included, values)
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= MOST_LEARNED:
                self._known.clear()
            known = self._known[key] = self._learned(head, values, included)
        return known

    def _learned(self, head: _Head, values: tuple[bytes, ...], included: bool) -> _Known:
        resource: dict[str, Any] = {"resourceType": head.type, "id": head.id}
        keys = [b'"id"'] if head.id else []
        for name, value in zip(head.names, values, strict=True):
            if value:
                resource[name] = unambiguous(value)
                keys.append(b'"%b"' % name.encode("ascii"))
        return _Known(self._verdict(resource, included), tuple(keys))

    def _judged_whole(self, raw: bytes, included: bool) -> Judged:
        """The same for bytes that are not those of the plain case."""
        resource = unambiguous(raw)
        resource_type = resource.get("resourceType") if isinstance(resource, dict) else None
        if not isinstance(resource_type, str) or resource_type not in RESOURCE_TYPES:
            raise AnswerUnreadable("no resource of R4")
        identifier = resource.get("id")
        verdict = self._verdict(resource, included)
        return Judged(resource_type, identifier if isinstance(identifier, str) else "", verdict)

    def _verdict(self, resource: dict[str, Any], included: bool) -> Verdict:
        letters = "s" if resource["resourceType"] == self._searched and not included else self._letters
        about = patients_of(resource, self._facts.bases)
        return Verdict(judge_resource(self._facts, resource, letters, about=about), frozenset(about))


class Judges:
    """A judge for each way in which a grant asks; ``forget`` them when nobody has asked for a while."""

    def __init__(self, most: int = 16) -> None:
        self._most = most
        self._judges: dict[tuple[str, str, str | None], ResourceJudge] = {}

    def judge(self, facts: GrantFacts, letters: str = "rs", searched: str | None = None) -> ResourceJudge:
        """One that has learned nothing under other facts."""
        key = (facts.grant_id, letters, searched)
        judge = self._judges.get(key)
        if judge is None or not judge.knows(facts):
            if len(self._judges) >= self._most:
                self._judges.clear()
            judge = self._judges[key] = ResourceJudge(facts, letters, searched)
        return judge

    def forget(self) -> None:
        """Keep nothing of any patient."""
        self._judges.clear()


def _is_utf8(raw: bytes) -> bool:
    if raw.isascii():
        return True
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
