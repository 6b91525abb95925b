"""The licences of what is shipped, read from the packages' own descriptions: texts, and one line for each package."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from importlib.metadata import Distribution
from pathlib import Path

from packaging.utils import canonicalize_name

LICENCE_WORDS = ("licen", "copying", "notice", "authors")
CLASSIFIER = "License :: "

Shipped = Mapping[str, Distribution]
"""Canonical name -> the package as it lies in the folder that it is shipped from."""


def by_name(distributions: Iterable[Distribution]) -> dict[str, Distribution]:
    """Sorted by canonical name."""
    found = {canonicalize_name(one.metadata["Name"]): one for one in distributions}
    return dict(sorted(found.items()))


def licence_of(package: Distribution) -> str:
    """What a package says of its licence, in one line."""
    told = package.metadata.json
    if expression := told.get("license_expression"):
        return str(expression)
    classifiers = [text for text in told.get("classifier", ()) if text.startswith(CLASSIFIER)]
    if classifiers:
        return " / ".join(text.split(" :: ")[-1] for text in classifiers)
    return str(told.get("license") or "see its licence file").strip().splitlines()[0]


def add_licences(target: Path, source: Path, packages: Shipped) -> None:
    """Into the new folder ``target``: our licence, those of Qt, Chromium and Python, and what each package brings."""
    shutil.copytree(source / "packaging" / "notices", target)
    shutil.copyfile(source / "LICENSE", target / "LICENSE.txt")
    for name, package in packages.items():
        (target / name).mkdir()
        for path in licence_files(package):
            shutil.copyfile(path, target / name / path.name)
        text = f"{name} {package.version}\n{licence_of(package)}\n"
        (target / name / "licence.txt").write_text(text, encoding="utf-8", newline="\n")


def licence_files(package: Distribution) -> list[Path]:
    """The licence files in a package's own description."""
    named = [file for file in package.files or () if ".dist-info" in file.parts[0]]
    paths = [Path(str(file.locate())) for file in named]
    return sorted(
        path for path in paths if path.is_file() and any(word in path.name.lower() for word in LICENCE_WORDS)
    )


def licence_report(packages: Shipped) -> str:
    """One line per shipped package: name, version, licence."""
    lines = [f"{name} {package.version}: {licence_of(package)}" for name, package in packages.items()]
    return "\n".join(["What Vaktrom is shipped with; the texts are in the folder licences.", "", *lines, ""])
