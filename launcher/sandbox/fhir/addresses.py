"""Which addresses exist and what can be done there: one table for HTTP, for entries of bundles and for the statement.

FHIR R4 http.html; the interaction names are those of the value sets type- and system-restful-interaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qsl, unquote, urlsplit

from launcher.sandbox.fhir.outcomes import MethodNotAllowed, NotFound, RequestRefused
from launcher.sandbox.fhir.search_parameters import SEARCH_PARAMETERS
from launcher.sandbox.fhir.search_query import Pairs
from launcher.sandbox.fhir.validation import is_id

Place = Literal[
    "system", "metadata", "type", "search", "type-history", "instance", "history", "version", "everything"
]
Interaction = Literal[
    "capabilities",
    "bundle",
    "search-type",
    "create",
    "history-type",
    "read",
    "update",
    "delete",
    "history-instance",
    "vread",
    "everything",
]

INTERACTIONS: dict[Place, dict[str, Interaction]] = {
    "system": {"POST": "bundle"},
    "metadata": {"GET": "capabilities"},
    "type": {"GET": "search-type", "POST": "create"},
    "search": {"POST": "search-type"},
    "type-history": {"GET": "history-type"},
    "instance": {"GET": "read", "PUT": "update", "DELETE": "delete"},
    "history": {"GET": "history-instance"},
    "version": {"GET": "vread"},
    "everything": {"GET": "everything"},
}
MOST_PARAMETERS = 200


@dataclass(frozen=True, slots=True)
class Address:
    """A place below the base; ``type`` and ``id`` are empty where the place has none. ``version`` 0: none, or not a number."""

    place: Place
    type: str = ""
    id: str = ""
    version: int = 0

    def interaction(self, method: str) -> Interaction:
        """What the method does here; HEAD is a GET without a body. Raises MethodNotAllowed."""
        methods = INTERACTIONS[self.place]
        found = methods.get("GET" if method == "HEAD" else method)
        if found is None:
            allowed = ", ".join([*methods, *(["HEAD"] if "GET" in methods else [])])
            raise MethodNotAllowed(f"{method[:16]} is not done here", headers={"Allow": allowed})
        return found


def parse_address(path: str) -> Address:
    """The address of a path below the base, still percent-encoded, without leading slash. Raises NotFound, RequestRefused."""
    steps = [unquote(step) for step in path.split("/")] if path else []
    if not steps:
        return Address("system")
    if steps == ["metadata"]:
        return Address("metadata")
    resource_type = steps[0]
    if resource_type not in SEARCH_PARAMETERS:
        raise NotFound(f"there is no resource type {resource_type[:64]!r} here", code="not-supported")
    match steps[1:]:
        case []:
            return Address("type", resource_type)
        case ["_search"]:
            return Address("search", resource_type)
        case ["_history"]:
            return Address("type-history", resource_type)
        case [resource_id, *rest] if not resource_id.startswith(("_", "$")):
            return _instance(resource_type, resource_id, rest)
    raise NotFound("there is no such address", code="not-supported")


def _instance(resource_type: str, resource_id: str, rest: list[str]) -> Address:
    if not is_id(resource_id):
        raise RequestRefused("an id is 1 to 64 letters, digits, hyphens and dots", code="value")
    match rest:
        case []:
            return Address("instance", resource_type, resource_id)
        case ["_history"]:
            return Address("history", resource_type, resource_id)
        case ["_history", version]:
            number = int(version) if version.isascii() and version.isdigit() and len(version) < 10 else 0
            return Address("version", resource_type, resource_id, number)
        case ["$everything"] if resource_type == "Patient":
            return Address("everything", resource_type, resource_id)
    raise NotFound("there is no such address", code="not-supported")


def parse_url(url: str, base_url: str) -> tuple[Address, Pairs]:
    """The address and parameters of an entry's ``request.url``, relative or with our own base."""
    relative = url[len(base_url) :] if url.startswith(base_url) else url
    parts = urlsplit(relative)
    if parts.scheme or parts.netloc:
        raise RequestRefused("the url of an entry lies outside this server")
    return parse_address(parts.path.strip("/")), parse_parameters(parts.query)


def parse_parameters(query: str | bytes) -> Pairs:
    """Form-encoded pairs in order, UTF-8. Raises RequestRefused."""
    try:
        text = query.decode("ascii") if isinstance(query, bytes) else query
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MOST_PARAMETERS)
    except ValueError:
        raise RequestRefused("the parameters are not form-encoded UTF-8, or too many") from None
