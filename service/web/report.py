"""The report page at `/`: a file that was written, served as it is."""

from asyncio import to_thread
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

# The page needs nothing but its own styles.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"


def report_page(path: Path) -> Route:
    """Return the route `/` that serves the report file at `path`, or 404 while there is none."""

    async def page(_request: Request) -> Response:
        if not await to_thread(path.is_file):
            return Response("report not written yet", status_code=404, media_type="text/plain")
        return FileResponse(
            path, media_type="text/html; charset=utf-8", headers={"content-security-policy": POLICY}
        )

    return Route("/", page, methods=["GET"])
