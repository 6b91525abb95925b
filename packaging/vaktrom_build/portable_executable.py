"""Which libraries a Windows program or library asks for: the import and delay-import directories of a PE32+ file."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

_IMPORTS, _DELAYED = 1, 13
_ENTRY = {_IMPORTS: (20, 12), _DELAYED: (32, 4)}
"""Directory -> (bytes of an entry, offset of the name in it), PE format, *The .idata Section*."""


class NotExecutable(ValueError):
    """The file is no 64-bit Windows program or library, or ends in the middle."""


def imported(path: Path) -> set[str]:
    """Names of the libraries that are loaded with it, lower case. Raises ``NotExecutable``."""
    data = path.read_bytes()
    try:
        return {name.lower() for name in _names(data)}
    except (struct.error, IndexError, ValueError) as error:
        raise NotExecutable(f"{path.name}: not a whole 64-bit Windows program") from error


def _names(data: bytes) -> Iterator[str]:
    header: int = struct.unpack_from("<I", data, 0x3C)[0]
    if data[:2] != b"MZ" or data[header : header + 4] != b"PE\0\0":
        raise ValueError("no PE header")
    sections = struct.unpack_from("<H", data, header + 6)[0]
    optional_size = struct.unpack_from("<H", data, header + 20)[0]
    optional = header + 24
    if struct.unpack_from("<H", data, optional)[0] != 0x20B:
        raise ValueError("not PE32+")
    table = [
        struct.unpack_from("<8x4I", data, optional + optional_size + 40 * number)
        for number in range(sections)
    ]
    for directory, (size, name_at) in _ENTRY.items():
        address = struct.unpack_from("<I", data, optional + 112 + 8 * directory)[0]
        if not address:
            continue
        at = _offset(table, address)
        while any(data[at : at + size]):
            name = _offset(table, struct.unpack_from("<I", data, at + name_at)[0])
            yield data[name : data.index(b"\0", name)].decode("ascii")
            at += size


def _offset(table: list[tuple[int, ...]], address: int) -> int:
    for virtual_size, virtual, raw_size, raw in table:
        if virtual <= address < virtual + max(virtual_size, raw_size):
            return address - virtual + raw
    raise ValueError("an address outside all sections")
