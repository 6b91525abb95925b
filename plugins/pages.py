"""HTML of a packaged app: what its Content-Security-Policy would block is said before the browser does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html.parser import HTMLParser

from plugins.findings import Finding, Text

IsThere = Callable[[str], bool]

_MOVE = Text("Flytt det til en egen fil i mappen.", "Move it to a file of its own in the folder.")
_COPY = Text("Legg filen i mappen og vis til den der.", "Put the file into the folder and refer to it there.")
_PUT_IT = Text(
    "Legg filen i mappen, eller rett navnet.", "Put the file into the folder, or correct the name."
)
_LOADING = {"script": "src", "link": "href", "img": "src", "iframe": "src", "object": "data", "embed": "src"}


class _Page(HTMLParser):
    def __init__(self, file: str, is_there: IsThere) -> None:
        super().__init__()
        self.file = file
        self.is_there = is_there
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
        elif tag in ("script", "link"):
            self._look_for(address)

    def _look_for(self, address: str) -> None:
        """A file that the page needs and that is not in the folder: a note, since another page may be the one in use."""
        name = address.partition("#")[0].partition("?")[0]
        if not name or ":" in name.partition("/")[0] or self.is_there(name):
            return
        gone = Text(f"{name} finnes ikke i mappen.", f"{name} is not in the folder.")
        line = self.getpos()[0]
        self.found.append(Finding("file-absent", "", gone, _PUT_IT, "files", "warning", self.file, line))

    def handle_data(self, data: str) -> None:
        if self.inside and data.strip():
            self._note(
                "inline-script",
                "Skript inne i siden blir ikke kjørt.",
                "A script inside the page will not run.",
            )

    def handle_endtag(self, tag: str) -> None:
        self.inside = False


def check_page(content: bytes, file: str, is_there: IsThere) -> Iterator[Finding]:
    """Inline scripts, handlers, files from elsewhere and files that are missing in one page.

    ``file`` is its shown name; ``is_there`` is asked for addresses as they stand in the page.
    """
    page = _Page(file, is_there)
    page.feed(content.decode("utf-8", "replace"))
    page.close()
    yield from page.found
