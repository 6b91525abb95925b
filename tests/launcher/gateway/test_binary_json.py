"""The attachment of a Binary in pieces of any size is the one that a decoder of the whole finds."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher.gateway.binary_json import Base64Text, BinaryJson
from launcher.gateway.heads import AnswerUnreadable

OTHERS: dict[str, Any] = {
    "resourceType": "Binary",
    "id": "b",
    "contentType": 'a "quoted\\" \u00e5',
    "meta": {"data": "inner", "tag": [{"code": "data"}, "data"]},
    "securityContext": {"reference": "Patient/x"},
    "language": None,
}


def read(raw: bytes, cuts: list[int]) -> tuple[bytes, dict[str, Any]]:
    reader, text = BinaryJson(10_000), Base64Text()
    edges = sorted({0, len(raw), *(cut % (len(raw) + 1) for cut in cuts)})
    data = b"".join(text.feed(reader.feed(raw[start:end])) for start, end in pairwise(edges))
    text.finish()
    return data, reader.head()


def head_of(pieces: Iterable[bytes]) -> dict[str, Any]:
    reader = BinaryJson(1000)
    for piece in pieces:
        reader.feed(piece)
    return reader.head()


def decode(pieces: Iterable[bytes]) -> None:
    text = Base64Text()
    for piece in pieces:
        text.feed(piece)
    text.finish()


@given(
    st.binary(max_size=60),
    st.permutations([*OTHERS, "data"]),
    st.lists(st.integers(0, 10_000), max_size=12),
    st.sampled_from([None, 1]),
    st.sampled_from(["", "/", "=+/", "\n"]),
)
def test_pieces_are_put_together(
    data: bytes, order: list[str], cuts: list[int], indent: int | None, escaped: str
) -> None:
    text = base64.b64encode(data).decode()
    if escaped == "\n":
        text = text[:4] + "\n" + text[4:]
    members = {**OTHERS, "data": text}
    written = json.dumps({name: members[name] for name in order}, indent=indent)
    spelled = json.dumps(text)
    for character in escaped.strip():
        spelled = spelled.replace(character, "\\/" if escaped == "/" else f"\\u{ord(character):04x}")
    raw = written.replace(json.dumps(text), spelled).encode()
    assert json.loads(raw) == members
    found, head = read(raw, cuts)
    assert (found, head) == (data, {**OTHERS, "data": ""})


SPELLED = [
    rb'{"":"","resourceType":"Binary","data":"Pz8\/Pw\u003D\u003d"}',
    rb'{"resourceType":"Binary","language":"\",\"data\":\"QUJD","data":"Pz8/Pw=="}',
    rb'{"resourceType":"Binary","a\":{":"\\","data":"Pz8/Pw==","b":"\\"}',
    rb'{"resourceType":"Binary","meta":{"id":"data"},"language":"data","data" : "Pz8/Pw=="}',
    rb'{"resourceType":"Binary","\u0064ata":"Pz8/Pw==","\u0041":["data",{"data":"QUJD"}]}',
]
"""One attachment, in every way that another decoder reads alike."""


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 1000])
@pytest.mark.parametrize("raw", SPELLED)
def test_it_is_the_attachment_that_other_decoders_find(raw: bytes, size: int) -> None:
    members = json.loads(raw)
    assert base64.b64decode(members["data"]) == b"????"
    assert read(raw, list(range(0, len(raw), size))) == (b"????", {**members, "data": ""})


@pytest.mark.parametrize("size", [1, 2, 1000])
@pytest.mark.parametrize("end", [b"QU\\", b"QU\\\\", b"\\\\"])
def test_an_escape_at_its_end_hides_nothing(end: bytes, size: int) -> None:
    """For another decoder the attachment goes on behind an escaped quotation mark."""
    raw = b'{"resourceType":"Binary","data":"%b","language":"nb"}' % end
    with pytest.raises(AnswerUnreadable, match="base64"):
        head_of(raw[start : start + size] for start in range(0, len(raw), size))


def test_what_stands_before_the_attachment_is_known_while_it_comes() -> None:
    reader = BinaryJson(1000)
    assert reader.feed(b'{"resourceType":"Binary","id":"b","data":"QUJ') == b"QUJ"
    assert (reader.in_data, reader.beginning()) == (True, {"resourceType": "Binary", "id": "b", "data": ""})
    with pytest.raises(AnswerUnreadable):
        reader.head()
    assert reader.feed(b'D","language":"nb"}') == b"D"
    assert reader.head()["language"] == "nb"


@pytest.mark.parametrize(
    "raw",
    [
        b'{"resourceType":"Binary","data":"QUJD","data":"QUJD"}',
        b'{"resourceType":"Binary","data":"QUJD","\\u0064ata":"QUJD"}',
        b'{"resourceType":"Binary","id":"a","id":"b"}',
        b'{"resourceType":"Binary","data":"QU\\"JD"}',
        b'{"resourceType":"Binary","data":"QUJD"',
        b'{"resourceType":"Binary","data":"QUJD"}}',
        b'{"resourceType":"Patient","data":"QUJD"}',
        b'["resourceType","Binary","data","QUJD"]',
        b'{"resourceType":"Binary","data" "QUJD"}',
        b"",
    ],
)
@pytest.mark.parametrize("size", [1, 1000])
def test_what_is_no_binary(raw: bytes, size: int) -> None:
    with pytest.raises(AnswerUnreadable):
        head_of(raw[start : start + size] for start in range(0, len(raw), size))


def test_the_rest_may_not_be_large() -> None:
    begin = b'{"resourceType":"Binary","x":"'
    BinaryJson(100).feed(begin.ljust(100, b"x"))
    with pytest.raises(AnswerUnreadable):
        BinaryJson(100).feed(begin.ljust(101, b"x"))
    assert len(BinaryJson(100).feed(b'{"resourceType":"Binary","data":"' + b"x" * 1000)) == 1000


@pytest.mark.parametrize(
    "pieces",
    [[b"QUJ"], [b"QQ==", b"QUJD"], [b"QQ==QUJD"], [b"QU!D"], [b"QUJD\\"], [b"QUJD\\u00"], [b"\\u00e5UJD"]],
)
def test_what_is_no_base64(pieces: list[bytes]) -> None:
    with pytest.raises(AnswerUnreadable):
        decode(pieces)
