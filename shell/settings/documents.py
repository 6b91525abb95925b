"""What is written about the settings, made from the table: the page for administrators, schema and example of the policy file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from shell.settings.files import POLICY_VERSION
from shell.settings.group_policy import CULTURES, NOTHING, SCOPES, adml, admx
from shell.settings.kinds import (
    LONGEST_TEXT,
    MOST_LINES,
    Address,
    Choice,
    FilePath,
    Networks,
    Number,
    Switch,
    Words,
)
from shell.settings.registry import POLICIES
from shell.settings.report import shown
from shell.settings.row import Row
from shell.settings.rows import GROUPS, TABLE

FOLDER = Path("packaging") / "policy"

INTRODUCTION = f"""# Settings

Everything that an organisation may fix, made from the table in `shell/settings/rows.py` by
`python -m shell.settings`; a test compares. `vaktrom doctor --settings` shows each value on a machine, where it
comes from, what it overrode and what had no effect (`--json` for programs).

## Where a value comes from, what counts most first

| source | where |
|---|---|
| machine policy | Windows: group policy, `HKLM\\{POLICIES}` ([vaktrom.admx](vaktrom.admx)); \
Linux: `/etc/vaktrom/policy.json` ([schema](policy.schema.json), [example](policy.example.json)) |
| user policy | Windows: `HKCU\\{POLICIES}`, for the settings that are for users |
| command line | `vaktrom run --port`, `--identity-provider`, `--app-policy` |
| environment | `VAKTROM_`, then the key in capitals with `_` for the point: `VAKTROM_DESKTOP_LANGUAGE` |
| chosen in the window | language, look, size of text, as the user left them |
| user file | `~/.config/vaktrom/settings.toml`; Windows: `%APPDATA%\\vaktrom\\settings.toml` |
| machine file | `/etc/vaktrom/settings.toml`; Windows: `%ProgramData%\\vaktrom\\settings.toml` |
| default | the tables below |

In an installed program a setting that is locked is taken from fewer sources: *machine* from machine policy and
machine file only, *policy* from machine policy only. An option that would have no effect is refused; a variable or
an entry that has none is shown by `vaktrom doctor --settings`. Run from source, every source counts for every setting.

On Linux the policy file, the machine file and their folder must belong to root and be writable by nobody else (run
from source: or belong to whoever starts it). On Windows the machine file and its folder must belong to an administrator or
the system; who else may write is decided by the rights of the folder and of the policy keys.

## A machine file from elsewhere

`/etc/vaktrom/source.toml` names it on Linux, `HKLM\\Software\\Vaktrom` (`ConfigUrl`, `ConfigSha256`, `ConfigFile`) on
Windows; the machine file beside it is then not read.

```toml
url = "https://config.fjordvik.example/vaktrom.toml"   # or file = "/srv/vaktrom/settings.toml", never both
sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"   # optional: this content and no other
```

The address is asked at each start, for at most a few seconds: https alone, against the authorities of the operating
system, directly (no proxy), no redirects, at most 256 KiB of `application/toml`, `text/toml`, `text/plain` or
`application/octet-stream`. What it gives must be without a mistake. Otherwise the last good copy stands in, with a
warning in `vaktrom doctor --settings`; without one there is no clinical access. The copy lies in the machine's folder
when whoever starts the program may write there (run `vaktrom doctor --settings` once as administrator), else with the
user. In an installed program a user's copy counts only when `sha256` is given: he could have written it.

## For which program

The settings are those of the desktop, its own gateway and its command line. A gateway that stands by itself has a
file of its own ([launcher/HOSTED.md](../../launcher/HOSTED.md)); of these it reads `apps.policy_file`. `vaktrom sandbox`
has made-up people only, and of these reads `apps.policy_file` too.

## What bad input gets

| what | then |
|---|---|
| a policy or a variable with an unknown key | a warning with the nearest name: a policy may be newer than the program |
| a file with an unknown key, or a value that cannot be | the program does not start (exit code 2), every mistake is named |
| a policy or variable with a value that cannot be | a security setting: no clinical access (exit code 1); any other: \
the next source counts, with a warning |
| a policy or machine file that cannot be read, is not what it should be, or that others may write | no clinical \
access (exit code 1) |

## The settings

Keys are written as `group.name` or as tables of a TOML file. *Security*: a value that cannot be read refuses clinical access.

"""


def page(table: Iterable[Row[Any]] = TABLE) -> str:
    """The settings page, Markdown."""
    return INTRODUCTION + "\n".join(_sections(tuple(table))) + "\n"


def _sections(rows: tuple[Row[Any], ...]) -> Iterator[str]:
    for group, title in GROUPS.items():
        yield f"### {title.en}\n"
        yield "| key | takes | default | for | locked | security | since | |"
        yield "|---|---|---|---|---|---|---|---|"
        for row in rows:
            if row.group == group:
                yield _line(row)
        yield ""


def _line(row: Row[Any]) -> str:
    default = f"`{shown(row.default)}`" if row.default not in ("", ()) else NOTHING.en
    scope = "machine" if row.scope == "machine" else "machine, user"
    assert row.scope in SCOPES
    words = f"{row.text.en}<br>*{row.text.nb}*"
    security = "yes" if row.security else "no"
    cells = (f"`{row.key}`", row.kind.takes.en, default, scope, row.locked, security, row.since, words)
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def schema(table: Iterable[Row[Any]] = TABLE) -> dict[str, Any]:
    """JSON Schema (2020-12) of the policy file; stricter than the program, which only warns of keys that it does not know."""
    groups: dict[str, Any] = {}
    for row in table:
        group = groups.setdefault(
            row.group, {"type": "object", "additionalProperties": False, "properties": {}}
        )
        facts = {"title": row.title.en, "description": f"{row.text.en} ({row.text.nb})"}
        group["properties"][row.name] = {**facts, **_shape(row)}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Vaktrom: /etc/vaktrom/policy.json",
        "type": "object",
        "additionalProperties": False,
        "required": ["policy_version", "settings"],
        "properties": {
            "policy_version": {"const": POLICY_VERSION},
            "settings": {"type": "object", "additionalProperties": False, "properties": groups},
        },
    }


def _shape(row: Row[Any]) -> dict[str, Any]:
    kind = row.kind
    match kind:
        case Choice():
            return {"enum": list(kind.words)}
        case Number():
            between = {"type": "integer", "minimum": kind.low, "maximum": kind.high}
            return {"enum": list(kind.options)} if kind.options else between
        case Switch():
            return {"type": "boolean"}
        case Networks():
            return {"type": "array", "items": {"type": "string"}, "maxItems": MOST_LINES}
        case Words():
            return {"type": "string", "maxLength": kind.longest}
        case Address():
            return {"type": "string", "maxLength": LONGEST_TEXT - 1, "pattern": "^$|^https?://"}
        case FilePath():
            return {"type": "string", "maxLength": LONGEST_TEXT - 1, "pattern": "^$|^/|^[A-Za-z]:|^\\\\\\\\"}
        case _:
            raise TypeError(f"{row.key}: a schema knows nothing of {type(kind).__name__}")


def example() -> dict[str, Any]:
    """A policy file of an organisation with its own record system."""
    return {
        "policy_version": POLICY_VERSION,
        "settings": {
            "desktop": {"language": "nb", "lock_after_minutes": 10},
            "record_system": {"fhir_base": "https://journal.fjordvik.example/fhir"},
            "identity_provider": {
                "issuer": "https://login.example",
                "client_id": "fjordvik-vaktrom",
                "method": "private_key_jwt",
                "key_file": "/etc/vaktrom/provider-key.json",
            },
            "network": {
                "upstream_ca_file": "/etc/vaktrom/fjordvik-ca.pem",
                "vendor_networks": ["10.20.0.0/16"],
            },
            "audit": {"sink": "https://logg.fjordvik.example/fhir"},
            "apps": {"unpacked": False},
            "practice": {"allowed": False},
        },
    }


def documents() -> dict[Path, str]:
    """Every file that is made from the table, by its path in the repository."""
    return {
        FOLDER / "README.md": page(),
        FOLDER / "vaktrom.admx": admx(),
        **{FOLDER / culture / "vaktrom.adml": adml(language) for culture, language in CULTURES.items()},
        FOLDER / "policy.schema.json": _json(schema()),
        FOLDER / "policy.example.json": _json(example()),
    }


def _json(content: dict[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"
