"""An app's icon: a small SVG that draws and does nothing else: no script, no style, nothing from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.parsers import expat

from plugins.findings import Finding, Text

ICON_BYTES = 16 * 1024
ICON_ELEMENTS = 200
SVG = "http://www.w3.org/2000/svg"
ELEMENTS = frozenset(
    {
        "svg",
        "g",
        "path",
        "rect",
        "circle",
        "ellipse",
        "line",
        "polyline",
        "polygon",
        "title",
        "desc",
        "defs",
        "clipPath",
    }
)
ATTRIBUTES = re.compile(
    r"(?:xmlns|viewBox|width|height|fill|fill-rule|fill-opacity|clip-rule|clip-path|stroke|stroke-[a-z]+|opacity|d|x|y|x1|x2|y1|y2"
    r"|cx|cy|r|rx|ry|points|transform|id|class|role|aria-[a-z]+|preserveAspectRatio|focusable|version)"
)
_DRAW_ONLY = Text("Tegn bare med streker og flater.", "Draw with lines and shapes only.")


class _Refused(Exception):
    def __init__(self, rule: str, sentence: Text, remedy: Text, line: int | None) -> None:
        super().__init__(rule)
        self.rule, self.sentence, self.remedy, self.line = rule, sentence, remedy, line


class _Reader:
    """Collects what is wrong while expat reads; entities and document types stop it at once."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.StartElementHandler = self._element
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.ProcessingInstructionHandler = self._instruction
        self.problems: list[_Refused] = []
        self.count = 0
        self.view_box = False

    def _note(self, rule: str, nb: str, en: str) -> None:
        self.problems.append(_Refused(rule, Text(nb, en), _DRAW_ONLY, self.parser.CurrentLineNumber))

    def _doctype(self, *_parts: object) -> None:
        raise _Refused(
            "icon-doctype",
            Text("Ikonet har en DOCTYPE.", "The icon has a DOCTYPE."),
            Text("Ta bort linjen.", "Remove the line."),
            self.parser.CurrentLineNumber,
        )

    def _instruction(self, target: str, _data: str) -> None:
        self._note("icon-instruction", f"Ikonet har <?{target} ?>.", f"The icon has <?{target} ?>.")

    def _element(self, name: str, attributes: dict[str, str]) -> None:
        self.count += 1
        space, _, local = name.rpartition(" ")
        if self.count == 1:
            self.view_box = "viewBox" in attributes
            if (space, local) != (SVG, "svg"):
                self._note("icon-root", "Filen er ikke en SVG.", "The file is not an SVG.")
        elif space != SVG or local not in ELEMENTS:
            self._note(
                "icon-element",
                f"<{local}> er ikke tillatt i ikonet.",
                f"<{local}> is not allowed in the icon.",
            )
        for key, value in attributes.items():
            outside = re.search(r"url\(\s*['\"]?\s*(?!#)", value) or "javascript:" in value.lower()
            if not ATTRIBUTES.fullmatch(key) or outside:
                short = key.rpartition(" ")[2]
                self._note(
                    "icon-attribute",
                    f"{short} er ikke tillatt i ikonet.",
                    f"{short} is not allowed in the icon.",
                )


def check_icon(content: bytes, file: str) -> Iterator[Finding]:
    """Every mistake of one icon. ``file`` is its name as the finding shall show it."""
    if len(content) > ICON_BYTES:
        yield Finding(
            "icon-size",
            "",
            Text("Ikonet er større enn 16 KiB.", "The icon is larger than 16 KiB."),
            Text("Forenkle tegningen.", "Simplify the drawing."),
            "files",
            file=file,
        )
        return
    reader = _Reader()
    problems = reader.problems
    try:
        reader.parser.Parse(content, True)
    except expat.ExpatError as error:
        problems.append(
            _Refused(
                "icon-xml",
                Text("Ikonet er ikke gyldig XML.", "The icon is not valid XML."),
                Text("Lagre det på nytt som SVG.", "Save it again as SVG."),
                error.lineno,
            )
        )
    except _Refused as refused:
        problems.append(refused)
    else:
        if not reader.view_box:
            problems.append(
                _Refused(
                    "icon-view-box",
                    Text("Ikonet mangler viewBox.", "The icon lacks viewBox."),
                    Text('Legg til viewBox="0 0 24 24".', 'Add viewBox="0 0 24 24".'),
                    1,
                )
            )
        if reader.count > ICON_ELEMENTS:
            problems.append(
                _Refused(
                    "icon-elements",
                    Text("Ikonet har mer enn 200 deler.", "The icon has more than 200 parts."),
                    Text("Forenkle tegningen.", "Simplify the drawing."),
                    None,
                )
            )
    for problem in problems:
        yield Finding(
            problem.rule, "", problem.sentence, problem.remedy, "files", file=file, line=problem.line
        )
