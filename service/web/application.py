"""The ASGI application: its routes, what starts and stops with it, and its outer edges."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Route
from strawberry import Schema

from service.logs import configure_logging
from service.settings import Settings
from service.web.errors import MaskFaults, refuse, refuse_http
from service.web.graphiql import graphiql_routes, to_graphiql
from service.web.graphql import GraphQLEndpoint, MakeContext
from service.web.headers import SecurityHeaders
from service.web.health import alive, ready
from service.web.uploads import UploadEndpoint
from studio.errors import StudioError
from studio.operations.background.worker import Worker
from studio.operations.jobs import Handler
from studio.operations.people.access import USE_INTERVAL, TokenUse
from studio.operations.surveys.uploads import remove_expired_uploads
from studio.store.database import open_database
from studio.store.enums import JobKind
from studio.store.faults import refusal_of
from studio.store.schema import require_newest

log = structlog.get_logger("service")
# Between two looks for expired uploads, in seconds.
UPLOADS_INTERVAL = 3600.0


class CannotStart(RuntimeError):
    """The service cannot serve this database; the message says what to do."""


@dataclass(frozen=True)
class Parts:
    """What the application is put together from."""

    schema: Schema
    make_context: MakeContext
    handlers: Mapping[JobKind, Handler] = field(default_factory=dict)
    # Pages beside the API, such as the report at `/`.
    pages: Sequence[BaseRoute] = ()


def build(settings: Settings, parts: Parts) -> Starlette:
    """Return the application; the database is opened now and first used when the server starts."""
    graphql = GraphQLEndpoint(parts.schema, parts.make_context, settings.graphql_limit)
    upload = UploadEndpoint(settings.upload_limit)
    app = Starlette(
        routes=[
            # A Mount would answer POST with a redirect.
            Route("/graphql", graphql.__call__, methods=["GET", "POST"]),
            Route("/uploads", upload.__call__, methods=["POST"]),
            Route("/healthz", alive, methods=["GET"]),
            Route("/readyz", ready, methods=["GET"]),
            *graphiql_routes(),
            *parts.pages,
            # Whoever opens the bare address, where no page stands at it, finds the page to ask from.
            Route("/", to_graphiql, methods=["GET"]),
        ],
        middleware=[Middleware(SecurityHeaders), Middleware(MaskFaults)],
        exception_handlers={StudioError: refuse, HTTPException: refuse_http},
        lifespan=lambda app: _lifespan(app, settings, parts.handlers),
    )
    app.state.settings = settings
    app.state.engine = open_database(settings.database_url)
    app.state.token_use = TokenUse()
    app.state.worker = None
    return app


@asynccontextmanager
async def _lifespan(
    app: Starlette, settings: Settings, handlers: Mapping[JobKind, Handler]
) -> AsyncIterator[None]:
    configure_logging(settings.log_level)
    engine: AsyncEngine = app.state.engine
    try:
        await check_schema(engine)
        async with _worker(app, engine, handlers, settings.worker), _token_use(app, engine), _uploads(engine):
            log.info("started", database=engine.dialect.name, worker=settings.worker)
            yield
    finally:
        await engine.dispose()
        log.info("stopped")


async def check_schema(engine: AsyncEngine) -> None:
    """Refuse to start without a database at the newest revision: `CannotStart` says what to do."""
    try:
        await require_newest(engine)
    except (StudioError, DBAPIError, OSError) as fault:
        refusal = fault if isinstance(fault, StudioError) else refusal_of(fault)
        if refusal is None:
            raise
        raise CannotStart(f"{refusal.code}: {refusal.message('zh')} / {refusal.message('en')}") from None


@asynccontextmanager
async def _worker(
    app: Starlette, engine: AsyncEngine, handlers: Mapping[JobKind, Handler], wanted: bool
) -> AsyncIterator[None]:
    if not wanted:
        yield
        return
    worker = Worker(engine, handlers)
    app.state.worker = asyncio.create_task(worker.run_until_stopped())
    try:
        yield
    finally:
        worker.stop()
        await app.state.worker


@asynccontextmanager
async def _token_use(app: Starlette, engine: AsyncEngine) -> AsyncIterator[None]:
    """Write now and then, and at the end, when tokens were last used."""
    use: TokenUse = app.state.token_use

    async def write() -> None:
        try:
            await use.write(engine)
        except (DBAPIError, OSError) as fault:
            log.warning("token_use_not_written", fault=type(fault).__name__)

    async def write_now_and_then() -> None:
        while True:
            await asyncio.sleep(USE_INTERVAL.total_seconds())
            await write()

    task = asyncio.create_task(write_now_and_then())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await write()


@asynccontextmanager
async def _uploads(engine: AsyncEngine) -> AsyncIterator[None]:
    """Delete expired uploads, now and every hour: raw files identify people and may not lie about."""

    async def remove_every_hour() -> None:
        while True:
            try:
                await remove_expired_uploads(engine)
            except (DBAPIError, OSError) as fault:
                log.warning("uploads_not_removed", fault=type(fault).__name__)
            await asyncio.sleep(UPLOADS_INTERVAL)

    task = asyncio.create_task(remove_every_hour())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
