"""One row of the table of settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from plugins.findings import Text
from shell.settings.kinds import Kind

Value = TypeVar("Value")

Scope = Literal["machine", "user"]
Lock = Literal["no", "machine", "policy"]


@dataclass(frozen=True, slots=True)
class Row(Generic[Value]):
    """A setting that an organisation may want to fix.

    ``scope`` *user*: a user's own group policy counts too, below the machine's. ``locked`` says what a frozen program
    takes it from: anything (*no*), machine policy and machine file only (*machine*), machine policy only (*policy*).
    ``security``: a value that cannot be read refuses clinical access, instead of letting the next source decide.
    """

    key: str
    kind: Kind[Value]
    default: Value
    scope: Scope
    locked: Lock
    security: bool
    title: Text
    text: Text
    since: str = "0.1.0"

    @property
    def group(self) -> str:
        """The first word of the key: a table in a file, a category in group policy."""
        return self.key.partition(".")[0]

    @property
    def name(self) -> str:
        """The second word of the key."""
        return self.key.partition(".")[2]

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return f"VAKTROM_{self.group}_{self.name}".upper()
