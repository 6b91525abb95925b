"""What is made from the table: group policy templates, page, schema and example; each is what lies in the repository."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, fromstring

import jsonschema_rs
import pytest

from plugins.findings import Language
from shell.settings.demands import demand_sound
from shell.settings.documents import documents, example, page, schema
from shell.settings.group_policy import CULTURES, adml, admx
from shell.settings.kinds import Choice, Networks, Number, Switch
from shell.settings.registry import POLICIES
from shell.settings.resolve import resolve
from shell.settings.rows import GROUPS, TABLE
from shell.settings.sources import Given, Source, flattened

ROOT = Path(__file__).resolve().parents[3]
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
REFERENCE = re.compile(r"\$\((string|presentation)\.([^)]+)\)")
ORDER = ("policyNamespaces", "resources", "supportedOn", "categories", "policies")
PARTS = ("parentCategory", "supportedOn", "enabledValue", "disabledValue", "elements")
BOXES = {"enum": "dropdownList", "decimal": "decimalTextBox", "multiText": "multiTextBox", "text": "textBox"}


@pytest.mark.parametrize(("path", "content"), documents().items(), ids=str)
def test_what_lies_in_the_repository_is_what_the_table_gives(path: Path, content: str) -> None:
    """Mutant: a row is changed and its templates are not; make them with ``python -m shell.settings``."""
    assert (ROOT / path).read_text(encoding="utf-8") == content


def plain(text: str) -> Element:
    """The tree without its namespace, which every element must have."""
    root = fromstring(text.encode("utf-8"))
    for element in root.iter():
        namespace, _, name = element.tag.rpartition("}")
        assert namespace == "{http://schemas.microsoft.com/GroupPolicy/2006/07/PolicyDefinitions"
        element.tag = name
    return root


def references(root: Element) -> set[tuple[str, str]]:
    values = [value for element in root.iter() for value in element.attrib.values()]
    return {found for value in values for found in REFERENCE.findall(value)}


def unique(root: Element, path: str, attribute: str) -> list[str]:
    found = [element.attrib[attribute] for element in root.iterfind(path)]
    assert len(found) == len(set(found)) and all(NAME.fullmatch(name) for name in found), found
    return found


def test_the_templates_hang_together() -> None:
    """Mutants: a category, definition, id or value name that is there twice or nowhere; parts in another order."""
    root = plain(admx())
    assert tuple(part.tag for part in root) == ORDER
    categories = unique(root, "categories/category", "name")
    definitions = unique(root, "supportedOn/definitions/definition", "name")
    assert len(unique(root, "policies/policy", "name")) == len(TABLE)
    unique(root, ".//elements/*", "id")
    for parent in root.iter("parentCategory"):
        assert parent.attrib["ref"] in categories
    used = set()
    for policy in root.iterfind("policies/policy"):
        positions = [PARTS.index(part.tag) for part in policy]
        assert positions == sorted(set(positions)) and positions[:2] == [0, 1]
        assert policy.find("supportedOn").attrib["ref"] in definitions  # type: ignore[union-attr]
        assert policy.attrib["key"] == f"{POLICIES}\\{policy.find('parentCategory').attrib['ref']}"  # type: ignore[union-attr]
        elements = policy.findall("elements/*")
        assert len(elements) == (0 if "valueName" in policy.attrib else 1)
        names = [policy.attrib.get("valueName"), *(element.attrib["valueName"] for element in elements)]
        used |= {(policy.attrib["key"], name) for name in names if name}
    assert used == {(f"{POLICIES}\\{row.group}", row.name) for row in TABLE}


def test_each_policy_takes_what_its_row_takes() -> None:
    """Mutant: an element of another kind, or with limits of its own."""
    policies = {policy.attrib["name"]: policy for policy in plain(admx()).iterfind("policies/policy")}
    for row in TABLE:
        policy = policies[f"{row.group}_{row.name}"]
        assert policy.attrib["class"] == ("Both" if row.scope == "user" else "Machine")
        kind: Any = row.kind
        if isinstance(kind, Switch):
            values = [
                policy.find(f"{part}/decimal").attrib["value"] for part in ("enabledValue", "disabledValue")
            ]  # type: ignore[union-attr]
            assert [kind.from_registry(int(value)) for value in values] == [True, False]
            continue
        element = policy.find("elements/*")
        assert element is not None and element.attrib["required"] == "true"
        if isinstance(kind, Choice) or (isinstance(kind, Number) and kind.options):
            given = [value for item in element for value in item.iterfind("value/*")]
            taken = [value.text if value.tag == "string" else int(value.attrib["value"]) for value in given]
            assert [kind.from_registry(value) for value in taken] == list(
                kind.words if isinstance(kind, Choice) else kind.options
            )
        elif isinstance(kind, Number):
            assert (int(element.attrib["minValue"]), int(element.attrib["maxValue"])) == (kind.low, kind.high)
        else:
            assert element.tag == ("multiText" if isinstance(kind, Networks) else "text")
            if element.tag == "text":
                assert (
                    kind.check("/" + "x" * (int(element.attrib["maxLength"]) - 1))
                    if row.name.endswith("_file")
                    else True
                )
                assert int(element.attrib["maxLength"]) <= 1023


@pytest.mark.parametrize("language", CULTURES.values())
def test_the_words_are_all_there(language: Language) -> None:
    """Mutants: a text without words or without use; a box that names another element, or of another kind."""
    root, words = plain(admx()), plain(adml(language))
    assert [part.tag for part in words] == ["displayName", "description", "resources"]
    strings = unique(words, "resources/stringTable/string", "id")
    presentations = unique(words, "resources/presentationTable/presentation", "id")
    assert references(root) == {("string", name) for name in strings} | {
        ("presentation", name) for name in presentations
    }
    assert all((text.text or "").strip() for text in words.iterfind("resources/stringTable/string"))
    kinds = {element.attrib["id"]: element.tag for element in root.iterfind(".//elements/*")}
    for policy in root.iterfind("policies/policy"):
        if policy.find("elements") is None:
            assert "presentation" not in policy.attrib
    boxes = [box for found in words.iterfind("resources/presentationTable/presentation") for box in found]
    assert {box.attrib["refId"]: box.tag for box in boxes} == {
        name: BOXES[tag] for name, tag in kinds.items()
    }


def test_both_languages_say_the_same_things_in_their_own_words() -> None:
    """Mutant: one language is handed out for both."""
    ids = [
        unique(plain(adml(language)), "resources/stringTable/string", "id") for language in CULTURES.values()
    ]
    assert ids[0] == ids[1] and adml("nb") != adml("en")
    for row in TABLE:
        assert row.text.nb != row.text.en and len(row.text.nb) < 400 and len(row.title.nb) < 80
    assert {row.group for row in TABLE} == set(GROUPS)


def test_the_example_is_taken_by_the_schema_and_by_the_program() -> None:
    """Mutant: schema and program do not take the same."""
    validator = jsonschema_rs.validator_for(schema())
    assert validator.is_valid(example())
    settings = resolve([Given(Source.MACHINE_POLICY, "P", flattened(example()["settings"]))], frozen=True)
    assert demand_sound(settings).warnings == ()
    for row in TABLE:
        for value in ({"a": 1}, None, -1, "\n"):
            given = json.loads(json.dumps({"policy_version": 1, "settings": {row.group: {row.name: value}}}))
            if value != "\n":
                assert not validator.is_valid(given), (row.key, value)
        default = list(row.default) if isinstance(row.default, tuple) else row.default
        assert validator.is_valid({"policy_version": 1, "settings": {row.group: {row.name: default}}})


def test_the_page_names_every_setting() -> None:
    text = page()
    assert all(f"| `{row.key}` |" in text and row.text.nb in text for row in TABLE)
