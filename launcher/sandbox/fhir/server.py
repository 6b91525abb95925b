"""The sandbox's FHIR R4 server as one ASGI app: a real system, as far as anything upstream of a gateway is one."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator, Callable
from datetime import tzinfo
from pathlib import Path
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from launcher.sandbox.fhir import fhir_time, json_numbers
from launcher.sandbox.fhir.capability import capability_statement
from launcher.sandbox.fhir.everything import Everything
from launcher.sandbox.fhir.history import History
from launcher.sandbox.fhir.interactions import Interactions
from launcher.sandbox.fhir.outcomes import NotFound
from launcher.sandbox.fhir.paging import CursorSeal
from launcher.sandbox.fhir.preferences import FHIR_JSON
from launcher.sandbox.fhir.routes import AccessCheck, FhirEndpoint
from launcher.sandbox.fhir.search_run import Searcher
from launcher.sandbox.fhir.store import Store
from launcher.sandbox.fhir.validation import warm_up

QUIET_SECONDS = 4.0


def open_store(
    database: Path | str, *, base_url: str, clock: fhir_time.Clock, zone: tzinfo | None = None
) -> Store:
    """Opens or makes the database. ``zone`` is that of dates without one (default: Norway's). Raises StoreUnavailable."""
    return Store(database, base_url=base_url.rstrip("/"), clock=clock, zone=zone)


def create_fhir_server(
    database: Path | str | Store,
    *,
    base_url: str,
    clock: fhir_time.Clock,
    access: AccessCheck,
    new_id: Callable[[], str] | None = None,
) -> Starlette:
    """The server, answering below the path of ``base_url``.

    ``database`` is a file or an open store; the server closes it when it stops. Raises StoreUnavailable.
    """
    base_url = base_url.rstrip("/")
    store = database if isinstance(database, Store) else open_store(database, base_url=base_url, clock=clock)
    seal = CursorSeal(store.page_key())
    searcher = Searcher(base_url=base_url, clock=clock, zone=store.zone, seal=seal)
    started = fhir_time.instant(fhir_time.microseconds(clock.now()))
    prefix = urlsplit(base_url).path
    endpoint = FhirEndpoint(
        store,
        prefix=prefix,
        access=access,
        interactions=Interactions(
            base_url=base_url, searcher=searcher, new_id=new_id or (lambda: str(uuid.uuid4()))
        ),
        history=History(base_url=base_url, zone=store.zone, seal=seal),
        everything=Everything(base_url=base_url, zone=store.zone, searcher=searcher),
        capabilities=json_numbers.dumps(capability_statement(base_url=base_url, date=started)),
    )

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        warming = asyncio.create_task(_warm_up(store))
        try:
            yield
        finally:
            warming.cancel()
            await asyncio.gather(warming, return_exceptions=True)
            store.close()

    routes = [
        Route(prefix or "/", endpoint),
        Route(prefix + "/{path:path}", endpoint),
        Route("/{path:path}", _Elsewhere()),
    ]
    app = Starlette(routes=routes, lifespan=lifespan)
    app.state.store = store
    return app


async def _warm_up(store: Store) -> None:
    """What the first write needs, imported when a start has become quiet."""
    await asyncio.sleep(QUIET_SECONDS)
    await store.compute(warm_up)


class _Elsewhere:
    """Answers what lies outside the base."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = NotFound("there is nothing outside the FHIR base")
        response = Response(refusal.body(), refusal.status, media_type=FHIR_JSON)
        await response(scope, receive, send)
