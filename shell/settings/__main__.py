"""``python -m shell.settings``: write the files that are made from the table, from the root of the repository."""

from shell.settings.documents import documents

for path, content in documents().items():
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8", newline="\n")
