"""The check of a folder: files, icon and pages, everything at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from plugins.errors import FolderMissing
from plugins.folder import check
from plugins.icon import check_icon

Make = Callable[..., Path]
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24">{}</svg>'


def rules(folder: Path) -> set[tuple[str, str]]:
    return {(finding.rule, finding.file) for finding in check(folder).findings}


def test_a_correct_folder_is_good(make_app: Make) -> None:
    report = check(make_app())
    assert report.good
    assert report.findings == ()


def test_a_missing_folder_is_the_callers_mistake(tmp_path: Path) -> None:
    with pytest.raises(FolderMissing):
        check(tmp_path / "nowhere")


def test_a_folder_without_a_manifest(tmp_path: Path) -> None:
    assert rules(tmp_path) == {("manifest-missing", "manifest.json")}


def test_a_manifest_that_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").mkdir()
    assert rules(tmp_path) == {("manifest-missing", "manifest.json")}


def test_files_named_must_be_there(make_app: Make) -> None:
    folder = make_app(redirect_uris=["index.html", "ferdig.html"], icon="tegning.svg")
    found = {(finding.rule, finding.pointer) for finding in check(folder).findings}
    assert found == {("file-missing", "/redirect_uris/1"), ("file-missing", "/icon")}


def test_mistakes_of_manifest_and_files_come_together(make_app: Make) -> None:
    page = '<!doctype html><script>alert(1)</script><body onload="go()"><p style="color:red">\n<script src="https://x.example/a.js"></script>'
    folder = make_app(files={"index.html": page}, publisher=None)
    found = rules(folder)
    assert ("required", "manifest.json") in found
    assert {
        ("inline-script", "index.html"),
        ("inline-handler", "index.html"),
        ("foreign-file", "index.html"),
    } <= found
    line = next(finding.line for finding in check(folder).findings if finding.rule == "foreign-file")
    assert line == 2


def test_a_file_that_a_page_needs_and_nobody_put_there(make_app: Make) -> None:
    """Mutants: the check is silent; or it names files that are there, beside the page, above it or from the top."""
    page = """<!doctype html><link rel="icon" href="../icon.svg"><script src="/js/a.js?v=1"></script>
<script src="b%20c.js"></script><script src="borte.js"></script><link rel="x" href="../../utenfor.css"><a href="no.html">a</a>"""
    folder = make_app(files={"sub/page.html": page, "js/a.js": "1", "sub/b c.js": "1"})
    report = check(folder)
    assert [(f.rule, f.severity, f.line) for f in report.findings] == [("file-absent", "warning", 2)] * 2
    assert "borte.js is not in the folder" in report.lines("en")[0]
    assert report.good


def test_data_in_a_page_and_inline_style_are_no_errors(make_app: Make) -> None:
    page = '<!doctype html><style>p{color:red}</style><script type="application/json">{"a": 1}</script>'
    assert check(make_app(files={"index.html": page})).findings == ()


def test_a_link_out_of_the_folder(make_app: Make, tmp_path: Path) -> None:
    secret = tmp_path / "secret.html"
    secret.write_text("x")
    folder = make_app()
    (folder / "lenke.html").symlink_to(secret)
    assert ("link-outside", "lenke.html") in rules(folder)


def test_a_launch_page_of_a_kind_that_is_not_served(make_app: Make) -> None:
    assert ("file-kind", "manifest.json") in rules(
        make_app(files={"launch.php": ""}, launch_uri="launch.php")
    )


def test_a_folder_with_only_manifest_and_icon(make_app: Make) -> None:
    folder = make_app(launch_uri="https://app.example/launch", redirect_uris=["https://app.example/cb"])
    for name in ("launch.html", "launch.js", "index.html"):
        (folder / name).unlink()
    assert check(folder).good


BAD_ICONS = {
    "icon-element": SVG.format("<script>alert(1)</script>"),
    "icon-attribute": SVG.format('<path d="M0 0" onclick="x()"/>'),
    "icon-doctype": '<!DOCTYPE svg [<!ENTITY a "b">]>' + SVG.format("<title>&a;</title>"),
    "icon-xml": "<svg",
    "icon-root": '<html xmlns="http://www.w3.org/1999/xhtml" viewBox="0 0 24 24"/>',
    "icon-instruction": '<?xml-stylesheet href="x.css"?>' + SVG.format(""),
    "icon-view-box": SVG.format("").replace(' viewBox="0 0 24 24"', ""),
    "icon-elements": SVG.format("<g/>" * 201),
    "icon-size": SVG.format(" " * 17000),
}
MORE_BAD = [
    SVG.format('<image href="https://x.example/a.png"/>'),
    SVG.format('<use href="#a"/>'),
    SVG.format("<foreignObject/>"),
    SVG.format('<path d="M0 0" style="fill:url(https://x.example)"/>'),
    SVG.format('<path fill="url(https://x.example/#a)"/>'),
    SVG.format('<a xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="javascript:alert(1)"/>'),
]


@pytest.mark.parametrize("rule", BAD_ICONS)
def test_an_icon_that_does_more_than_draw(rule: str) -> None:
    assert rule in {finding.rule for finding in check_icon(BAD_ICONS[rule].encode(), "icon.svg")}


@pytest.mark.parametrize("icon", MORE_BAD)
def test_an_icon_that_reaches_out(icon: str) -> None:
    assert list(check_icon(icon.encode(), "icon.svg"))


def test_a_plain_icon_may_refer_to_itself() -> None:
    icon = SVG.format(
        '<defs><clipPath id="a"><path d="M0 0h9"/></clipPath></defs><path clip-path="url(#a)" d="M4 4"/>'
    )
    assert list(check_icon(icon.encode(), "icon.svg")) == []
