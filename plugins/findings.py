"""What a check says: where, what is wrong, what to do, in both languages of the product."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Language = Literal["nb", "en"]
Severity = Literal["error", "warning"]

LINKS = {
    "manifest": "plugins/README.md#the-fields-of-manifestjson",
    "files": "plugins/README.md#what-your-files-may-do",
    "RFC7591": "https://www.rfc-editor.org/rfc/rfc7591#section-2",
    "RFC8252": "https://www.rfc-editor.org/rfc/rfc8252#section-7.3",
    "SAL-11": "https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html#launch-app-ehr-launch",
    "SAL-14": "https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html#request-4",
    "SAL-22": "https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html#register-app-with-ehr",
    "SAL-34": "https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html",
    "SAL-54": "https://hl7.org/fhir/smart-app-launch/STU2.2/client-confidential-asymmetric.html",
    "FC-40": "https://fhircast.org/specification/STU3/#synchronization-considerations",
    "FC-04": "https://fhircast.org/specification/STU3/#fhircast-authorization--smart-scopes",
}


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence in Bokmål and English."""

    nb: str
    en: str

    def in_language(self, language: Language) -> str:
        """The sentence in ``language``."""
        return self.nb if language == "nb" else self.en

    def about(self, **values: str) -> Text:
        """The sentence with its ``{name}`` places filled."""
        nb, en = self.nb, self.en
        for name, value in values.items():
            nb = nb.replace("{" + name + "}", value)
            en = en.replace("{" + name + "}", value)
        return Text(nb, en)


@dataclass(frozen=True, slots=True)
class Finding:
    """One mistake: ``pointer`` is a JSON pointer (RFC 6901) into ``file``, or empty for the whole file."""

    rule: str
    pointer: str
    sentence: Text
    remedy: Text
    link: str
    severity: Severity = "error"
    file: str = "manifest.json"
    line: int | None = None

    @property
    def place(self) -> str:
        """File, line and pointer as one word, e.g. ``manifest.json#/redirect_uris/0``."""
        line = f":{self.line}" if self.line else ""
        pointer = f"#{self.pointer}" if self.pointer else ""
        return f"{self.file}{line}{pointer}"

    def in_language(self, language: Language) -> str:
        """Where, what is wrong, what to do: one line."""
        return f"{self.place}: {self.sentence.in_language(language)} {self.remedy.in_language(language)}"


def has_errors(findings: Iterable[Finding]) -> bool:
    """Whether any finding is more than a warning."""
    return any(finding.severity == "error" for finding in findings)


def pointer_of(path: Iterable[str | int]) -> str:
    """A JSON pointer from its parts (RFC 6901 section 3)."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)
