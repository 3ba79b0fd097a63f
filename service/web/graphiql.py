"""GraphiQL, the page to try queries on: all its files come from this server."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from service.web.errors import language_for
from studio.messages import translate

STATIC = Path(__file__).parent / "static"

# GraphiQL's dialogs add style elements; scripts, and whom the page may talk to, stay ours alone.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src data:; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

PAGE = """<!doctype html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/static/graphiql/graphiql.min.css">
<link rel="stylesheet" href="/static/graphiql/explorer.css">
<link rel="stylesheet" href="/static/graphiql/page.css">
</head>
<body>
<form id="sign" autocomplete="off">
<label for="token">{label}</label>
<input id="token" type="password" spellcheck="false" placeholder="yz_…">
<button>{button}</button>
<span>{hint}</span>
</form>
<main id="graphiql"></main>
<script src="/static/graphiql/react.production.min.js"></script>
<script src="/static/graphiql/react-dom.production.min.js"></script>
<script src="/static/graphiql/graphiql.min.js"></script>
<script src="/static/graphiql/explorer.js"></script>
<script src="/static/graphiql/page.js"></script>
</body>
</html>
"""


async def graphiql_page(request: Request) -> Response:
    """Return the page; it asks for a token and keeps it for this tab only."""
    language = language_for(request)
    page = PAGE.format(
        lang="zh-CN" if language == "zh" else "en",
        title=translate("GRAPHIQL_TITLE", language),
        label=translate("GRAPHIQL_TOKEN", language),
        button=translate("GRAPHIQL_USE", language),
        hint=translate("GRAPHIQL_HINT", language),
    )
    return HTMLResponse(page, headers={"content-security-policy": POLICY})


async def to_graphiql(_request: Request) -> Response:
    """Send a visitor on to the page."""
    return RedirectResponse("/graphiql", 303)


def graphiql_routes() -> list[BaseRoute]:
    """Return the routes of the page and of the files that it loads."""
    return [
        Route("/graphiql", graphiql_page, methods=["GET"]),
        Mount("/static", StaticFiles(directory=STATIC)),
    ]
