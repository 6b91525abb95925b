"""Administrative templates for Windows group policy (ADMX and ADML), made from the table of settings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from plugins.findings import Language, Text
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
from shell.settings.row import Row
from shell.settings.rows import GROUPS, TABLE

SCHEMA = "http://schemas.microsoft.com/GroupPolicy/2006/07/PolicyDefinitions"
NAMESPACE = "Vaktrom.Policies"
PRODUCT = "vaktrom"
CULTURES: dict[str, Language] = {"nb-NO": "nb", "en-US": "en"}
REVISION = {"revision": "1.0", "schemaVersion": "1.0"}

SINCE = Text("Vaktrom {version} eller nyere", "Vaktrom {version} or later")
FACTS = Text(
    "{text}\n\nVanlig verdi: {default}.\nNøkkel: {key}.\nGjelder for: {scope}.",
    "{text}\n\nDefault: {default}.\nKey: {key}.\nApplies to: {scope}.",
)
SCOPES = {
    "machine": Text("maskinen", "the machine"),
    "user": Text(
        "maskinen og brukeren; maskinens regler går foran",
        "machine and user; the machine's policy counts first",
    ),
}
NOTHING = Text("ikke satt", "not set")


def admx(table: Iterable[Row[Any]] = TABLE) -> str:
    """The templates themselves, the same for every language."""
    rows = tuple(table)
    root = Element("policyDefinitions", {"xmlns": SCHEMA, **REVISION})
    SubElement(SubElement(root, "policyNamespaces"), "target", {"prefix": PRODUCT, "namespace": NAMESPACE})
    SubElement(root, "resources", {"minRequiredRevision": REVISION["revision"]})
    definitions = SubElement(SubElement(root, "supportedOn"), "definitions")
    for version in sorted({row.since for row in rows}):
        SubElement(
            definitions, "definition", {"name": _since(version), "displayName": _string(_since(version))}
        )
    categories = SubElement(root, "categories")
    SubElement(categories, "category", {"name": PRODUCT, "displayName": _string(PRODUCT)})
    for group in GROUPS:
        named = SubElement(categories, "category", {"name": group, "displayName": _string(group)})
        SubElement(named, "parentCategory", {"ref": PRODUCT})
    policies = SubElement(root, "policies")
    for row in rows:
        _policy(policies, row)
    return _written(root)


def _policy(policies: Element, row: Row[Any]) -> None:
    name = policy_name(row)
    attributes = {
        "name": name,
        "class": "Both" if row.scope == "user" else "Machine",
        "displayName": _string(name),
        "explainText": _string(f"{name}_explain"),
        "key": f"{POLICIES}\\{row.group}",
    }
    switch = isinstance(row.kind, Switch)
    attributes |= {"valueName": row.name} if switch else {"presentation": f"$(presentation.{name})"}
    policy = SubElement(policies, "policy", attributes)
    SubElement(policy, "parentCategory", {"ref": row.group})
    SubElement(policy, "supportedOn", {"ref": _since(row.since)})
    if switch:
        for member, value in (("enabledValue", "1"), ("disabledValue", "0")):
            SubElement(SubElement(policy, member), "decimal", {"value": value})
    else:
        _element(SubElement(policy, "elements"), row)


def _element(elements: Element, row: Row[Any]) -> None:
    kind = row.kind
    named = {"id": _value(row), "valueName": row.name, "required": "true"}
    match kind:
        case Choice():
            enum = SubElement(elements, "enum", named)
            for word in kind.words:
                item = SubElement(enum, "item", {"displayName": _string(f"{policy_name(row)}_{_id(word)}")})
                SubElement(SubElement(item, "value"), "string").text = word
        case Number() if kind.options:
            enum = SubElement(elements, "enum", named)
            for number in kind.options:
                item = SubElement(enum, "item", {"displayName": _string(f"{policy_name(row)}_{number}")})
                SubElement(SubElement(item, "value"), "decimal", {"value": str(number)})
        case Number():
            SubElement(elements, "decimal", {**named, "minValue": str(kind.low), "maxValue": str(kind.high)})
        case Networks():
            SubElement(elements, "multiText", {**named, "maxStrings": str(MOST_LINES)})
        case Words():
            SubElement(elements, "text", {**named, "maxLength": str(kind.longest)})
        case Address() | FilePath():
            SubElement(elements, "text", {**named, "maxLength": str(LONGEST_TEXT - 1)})
        case _:
            raise TypeError(f"{row.key}: a template knows nothing of {type(kind).__name__}")


def adml(language: Language, table: Iterable[Row[Any]] = TABLE) -> str:
    """The words of the templates in one language."""
    rows = tuple(table)
    root = Element("policyDefinitionResources", {"xmlns": SCHEMA, **REVISION})
    SubElement(root, "displayName").text = "Vaktrom"
    SubElement(root, "description").text = Text(
        "Innstillingene i Vaktrom som virksomheten kan bestemme",
        "The settings of Vaktrom that an organisation may decide",
    ).in_language(language)
    resources = SubElement(root, "resources")
    strings = SubElement(resources, "stringTable")
    presentations = SubElement(resources, "presentationTable")
    texts = {PRODUCT: Text("Vaktrom", "Vaktrom"), **GROUPS}
    texts |= {_since(row.since): SINCE.about(version=row.since) for row in rows}
    for row in rows:
        texts |= _texts(row)
        if not isinstance(row.kind, Switch):
            _presentation(presentations, row, language)
    for name, text in texts.items():
        SubElement(strings, "string", {"id": name}).text = text.in_language(language)
    return _written(root)


def _texts(row: Row[Any]) -> dict[str, Text]:
    name = policy_name(row)
    found = {name: row.title, f"{name}_explain": explanation(row)}
    if isinstance(row.kind, Choice):
        found |= {f"{name}_{_id(word)}": text for word, text in row.kind.options}
    if isinstance(row.kind, Number):
        found |= {f"{name}_{number}": Text(str(number), str(number)) for number in row.kind.options}
    return found


def explanation(row: Row[Any]) -> Text:
    """What the editor shows beside a policy: the row's text, its default, key and scope."""
    default = default_text(row)
    scope = SCOPES[row.scope]
    return Text(*(
        FACTS.in_language(language)
        .replace("{text}", row.text.in_language(language))
        .replace("{default}", default.in_language(language))
        .replace("{key}", row.key)
        .replace("{scope}", scope.in_language(language))
        for language in ("nb", "en")
    ))  # fmt: skip


def default_text(row: Row[Any]) -> Text:
    """The default as one reads it."""
    if isinstance(row.default, bool):
        return Text("på", "on") if row.default else Text("av", "off")
    if row.default in ("", ()):
        return NOTHING
    if isinstance(row.kind, Choice):
        return next(text for word, text in row.kind.options if word == row.default)
    return Text(str(row.default), str(row.default))


def _presentation(table: Element, row: Row[Any], language: Language) -> None:
    presentation = SubElement(table, "presentation", {"id": policy_name(row)})
    label, named = row.title.in_language(language), {"refId": _value(row)}
    match row.kind:
        case Choice() | Number(options=(_, *_)):
            words = row.kind.words if isinstance(row.kind, Choice) else row.kind.options
            first = str(words.index(row.default))
            box = SubElement(presentation, "dropdownList", {**named, "noSort": "true", "defaultItem": first})
            box.text = label
        case Number():
            box = SubElement(presentation, "decimalTextBox", {**named, "defaultValue": str(row.default)})
            box.text = label
        case Networks():
            SubElement(presentation, "multiTextBox", named).text = label
        case _:
            SubElement(SubElement(presentation, "textBox", named), "label").text = label


def policy_name(row: Row[Any]) -> str:
    """The name of a row's policy, and the id of its title."""
    return f"{row.group}_{row.name}"


def _value(row: Row[Any]) -> str:
    return f"{policy_name(row)}_value"


def _since(version: str) -> str:
    return f"since_{_id(version)}"


def _id(word: str) -> str:
    return "".join(sign if sign.isalnum() else "_" for sign in word)


def _string(name: str) -> str:
    return f"$(string.{name})"


def _written(root: Element) -> str:
    indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(root, encoding="unicode") + "\n"
