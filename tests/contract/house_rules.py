"""Rules of the house that no linter knows: file length, names, synthetic people only.

Run as ``python -m tests.contract.house_rules``; exit code 1 and one line per breach.
"""

from __future__ import annotations

import gzip
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LONGEST_FILE = 600
ELEVEN_DIGITS = re.compile(r"(?<![\d.\-+/a-fA-F])(\d{11})(?![\d.\-+/a-fA-F])")
FIRST_WEIGHTS = (3, 7, 6, 1, 8, 9, 4, 5, 2)
SECOND_WEIGHTS = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
HOST_NAMES = ("py" + "pi.org", "python" + "hosted.org", "registry." + "npmjs", "deb." + "debian.org")


def tracked_files() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [ROOT / name for name in listed.decode().split("\0") if name and (ROOT / name).is_file()]


def looks_like_a_real_identity_number(digits: str) -> bool:
    """A valid national identity number with month 01-12, D-numbers included (FNR-01, FNR-02, FNR-05)."""
    numbers = [int(digit) for digit in digits]
    day, month = int(digits[:2]) % 40, int(digits[2:4])
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return False
    first = (sum(a * b for a, b in zip(FIRST_WEIGHTS, numbers, strict=False)) + numbers[9]) % 11
    second = (sum(a * b for a, b in zip(SECOND_WEIGHTS, numbers, strict=False)) + numbers[10]) % 11
    return first in (0, 1, 2, 3) and second == 0


def text_of(path: Path) -> str | None:
    data = path.read_bytes()
    if path.suffix == ".gz":
        data = gzip.decompress(data)
    return None if b"\0" in data[:4096] else data.decode("utf-8", "replace")


def breaches() -> Iterator[str]:
    if (ROOT / "packaging" / "__init__.py").exists():
        yield "packaging/__init__.py hides the package of that name"
    for path in tracked_files():
        name = path.relative_to(ROOT).as_posix()
        text = text_of(path)
        if text is None:
            continue
        lines = text.count("\n")
        if path.suffix == ".py" and lines > LONGEST_FILE:
            yield f"{name}: {lines} lines, {LONGEST_FILE} at most"
        for host in HOST_NAMES:
            if host in text:
                yield f"{name}: names a package registry's host"
        if path.name in ("requirements.lock", "package-lock.json", "fhir-client.min.js"):
            continue
        for digits in set(ELEVEN_DIGITS.findall(text)):
            if looks_like_a_real_identity_number(digits):
                yield f"{name}: {digits[:4]}... looks like a real identity number; use month + 80"


def main() -> int:
    found = list(breaches())
    for breach in found:
        sys.stderr.write(f"house rules: {breach}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
