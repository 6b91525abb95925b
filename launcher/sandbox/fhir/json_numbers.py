"""JSON that keeps a decimal as it was written: 72.50 stays 72.50 (FHIR R4 datatypes.html#decimal: precision is significant).

Numbers with a fraction or an exponent become ``Decimal`` and are written back with every digit.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import msgspec

_ENCODER = msgspec.json.Encoder(decimal_format="number")
_DECODER: msgspec.json.Decoder[Any] = msgspec.json.Decoder(float_hook=Decimal)
_MOST_DIGITS_OF_AN_INTEGER = 15


class MalformedJson(ValueError):
    """The bytes are not JSON, not UTF-8, or name a property twice in one object."""


def loads(body: bytes) -> Any:
    """Parses JSON from outside. Raises MalformedJson, also for a property named twice, NaN and infinities."""
    try:
        return json.loads(
            body.decode("utf-8"),
            parse_float=_decimal,
            parse_int=_integer,
            parse_constant=_refuse_constant,
            object_pairs_hook=_unique,
        )
    except UnicodeDecodeError as error:
        raise MalformedJson(f"not UTF-8 at byte {error.start}") from None
    except json.JSONDecodeError as error:
        raise MalformedJson(f"{error.msg} at line {error.lineno}, column {error.colno}") from None
    except RecursionError:
        raise MalformedJson("nested too deep") from None


def decode(body: bytes | str) -> Any:
    """Parses JSON of our own, which is known to be well formed; decimals as ``Decimal``."""
    return _DECODER.decode(body)


def dumps(value: Any) -> bytes:
    """Writes compact UTF-8 JSON; every ``Decimal`` with the digits it was read with."""
    try:
        return _ENCODER.encode(value)
    except UnicodeEncodeError:
        raise MalformedJson("a string holds half of a surrogate pair") from None
    except RecursionError:
        raise MalformedJson("nested too deep") from None


def _decimal(text: str) -> Decimal:
    value = Decimal(text)
    if not value.is_finite():  # pragma: no cover - JSON's grammar has no such number
        raise MalformedJson("not a finite number")
    return value


def _integer(text: str) -> int | Decimal:
    if len(text) > _MOST_DIGITS_OF_AN_INTEGER or text == "-0":
        return Decimal(text)
    return int(text)


def _refuse_constant(name: str) -> Any:
    raise MalformedJson(f"{name} is not a JSON number")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise MalformedJson(f"property {twice!r} is named twice in one object")
    return members
