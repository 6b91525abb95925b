"""HTML of a packaged app: what its Content-Security-Policy would block is said before the browser does."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser

from plugins.findings import Finding, Text

_MOVE = Text("Flytt det til en egen fil i mappen.", "Move it to a file of its own in the folder.")
_COPY = Text("Legg filen i mappen og vis til den der.", "Put the file into the folder and refer to it there.")
_LOADING = {"script": "src", "link": "href", "img": "src", "iframe": "src", "object": "data", "embed": "src"}


class _Page(HTMLParser):
    def __init__(self, file: str) -> None:
        super().__init__()
        self.file = file
        self.found: list[Finding] = []
        self.inside = False

    def _note(self, rule: str, nb: str, en: str, remedy: Text = _MOVE) -> None:
        line = self.getpos()[0]
        self.found.append(Finding(rule, "", Text(nb, en), remedy, "files", "error", self.file, line))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        executable = values.get("type", "").lower() in ("", "module", "text/javascript", "importmap")
        self.inside = tag == "script" and "src" not in values and executable
        for name in values:
            if name.startswith("on"):
                self._note("inline-handler", f"{name}= blir ikke kjørt.", f"{name}= will not run.")
        address = values.get(_LOADING.get(tag, ""), "")
        if address.lower().startswith(("http:", "https:", "//", "javascript:")):
            self._note(
                "foreign-file", f"<{tag}> henter fra et annet sted.", f"<{tag}> loads from elsewhere.", _COPY
            )

    def handle_data(self, data: str) -> None:
        if self.inside and data.strip():
            self._note(
                "inline-script",
                "Skript inne i siden blir ikke kjørt.",
                "A script inside the page will not run.",
            )

    def handle_endtag(self, tag: str) -> None:
        self.inside = False


def check_page(content: bytes, file: str) -> Iterator[Finding]:
    """Inline scripts, handlers and files from elsewhere in one page; ``file`` is its shown name."""
    page = _Page(file)
    page.feed(content.decode("utf-8", "replace"))
    page.close()
    yield from page.found
