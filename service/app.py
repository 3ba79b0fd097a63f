"""The application as `uvicorn service.app:app` serves it: the real schema, the real handlers."""

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.routing import BaseRoute

from graph.context import Context
from graph.schema import schema
from service.settings import Settings
from service.web.application import Parts, build
from studio.computing import compute_at
from studio.operations.background.handlers import HANDLERS


def create_app(settings: Settings | None = None, pages: Sequence[BaseRoute] = ()) -> Starlette:
    """Return the application for `settings` (by default those of the environment), with further pages."""
    settings = settings or Settings()
    compute_at(settings.engine)
    return build(settings, Parts(schema, Context, HANDLERS, pages))


app = create_app()
