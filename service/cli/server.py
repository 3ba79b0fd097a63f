"""`yanzhen serve`, `worker` and `demo`: processes that stay."""

import asyncio
import os
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer
import uvicorn
from sqlalchemy.ext.asyncio import AsyncEngine

from seed.demo import Demo, load_demo, load_generated
from service.cli.demo_summary import print_summary
from service.cli.named_files import require_writable
from service.cli.options import Format, FormatOption, Language, LanguageOption
from service.cli.printing import complaints, output, print_json, print_json_line, refuse, working
from service.cli.running import database, run
from service.logs import configure_logging
from service.report import write_report
from service.settings import Settings, read_settings
from service.web.report import report_page
from studio.errors import StudioError
from studio.messages import translate
from studio.operations.background.handlers import HANDLERS
from studio.operations.background.worker import Worker
from studio.operations.people.access import rotate_token
from studio.store.database import writing
from studio.store.enums import Role
from studio.store.schema import migrate

DEMO_DATABASE = "sqlite:///yanzhen-demo.db"
# Connections that wait until they are accepted, as many as uvicorn itself lets wait.
BACKLOG = 2048
DEMO_TOKEN = "demo"  # noqa: S105  a label, not a secret
HostOption = Annotated[str | None, typer.Option("--host", help="HELP_HOST")]
PortOption = Annotated[int | None, typer.Option("--port", min=1, max=65535, help="HELP_PORT")]


def serve(
    host: HostOption = None,
    port: PortOption = None,
    form: FormatOption = Format.TEXT,
    lang: LanguageOption = Language.ZH,
) -> None:
    """Serve until the process is told to end."""

    async def work() -> None:
        async with database():
            pass  # a database of no use is told here, as every command does it

    run(work, form, lang)
    settings = read_settings()
    listener = _listen(host or settings.host, port or settings.port, form, lang)

    def say(address: str) -> None:
        if form is Format.JSON:
            paths = {"graphql": "/graphql", "graphiql": "/graphiql"}
            print_json_line({"address": address, **{name: address + path for name, path in paths.items()}})
        else:
            complaints.print(translate("CLI_SERVING", lang.value, address=address))

    _serve(settings, listener, None, say)


def _listen(host: str, port: int, form: Format, lang: Language) -> socket.socket:
    """Return a socket that listens at the address, or end the command saying that it cannot be used."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError:
        refuse(StudioError("ADDRESS_UNUSABLE", address=f"{host}:{port}"), form, lang)


class _Server(uvicorn.Server):
    """A server that tells when it is ready."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()


def _serve(
    settings: Settings, listener: socket.socket, report: Path | None, say: Callable[[str], None]
) -> None:
    """Serve until the process is told to end; `say` learns the address once requests are answered."""
    # Importing the application opens a database: only what serves it should.
    from service.app import create_app

    app = create_app(settings, [report_page(report)] if report else [])
    host, port = listener.getsockname()[:2]
    address = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    server = _Server(uvicorn.Config(app, log_config=None, ws="none"), lambda: say(address))
    with suppress(KeyboardInterrupt):  # Ctrl+C is how a server ends
        server.run([listener])
    if not server.started:
        raise typer.Exit(1)


def worker(
    form: FormatOption = Format.TEXT,
    lang: LanguageOption = Language.ZH,
) -> None:
    """Run jobs until the process is told to end."""

    async def work() -> None:
        async with database() as engine:
            configure_logging(read_settings().log_level)
            jobs = Worker(engine, HANDLERS)
            loop = asyncio.get_running_loop()
            for name in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(name, jobs.stop)
            if form is Format.JSON:
                print_json_line({"worker": "ready"})
            else:
                complaints.print(translate("CLI_WORKER", lang.value))
            await jobs.run_until_stopped()

    run(work, form, lang)
    if form is Format.TEXT:
        complaints.print(translate("CLI_STOPPED", lang.value))


def demo(
    serve_: Annotated[bool, typer.Option("--serve/--no-serve", help="HELP_DEMO_SERVE")] = True,
    trainees: Annotated[int | None, typer.Option("--trainees", min=1, help="HELP_DEMO_TRAINEES")] = None,
    mentors: Annotated[int | None, typer.Option("--mentors", min=1, help="HELP_DEMO_MENTORS")] = None,
    seed: Annotated[int | None, typer.Option("--seed", min=0, help="HELP_DEMO_SEED")] = None,
    report: Annotated[Path, typer.Option("--report", help="HELP_DEMO_REPORT")] = Path("report.html"),
    host: HostOption = None,
    port: PortOption = None,
    form: FormatOption = Format.TEXT,
    lang: LanguageOption = Language.ZH,
) -> None:
    """Load the demo, do the main job on it, and serve the result."""
    # A demo never goes into the database of real work, unless that one is named on purpose.
    os.environ.setdefault("YANZHEN_DATABASE_URL", DEMO_DATABASE)

    require_writable(report, form, lang)

    async def work() -> dict[str, object]:
        async with database(check_schema=False) as engine:
            await migrate(engine)
            loaded = await _load(engine, trainees, mentors, seed, lang.value)
            await _write_report(engine, loaded, report)
            token = await _token(engine, loaded)
            summary = await print_summary(engine, loaded, lang.value, quiet=form is Format.JSON)
            return {**summary, "report": str(report), "token": token}

    with working(translate("CLI_DEMO", lang.value)):
        result = run(work, form, lang)
    if form is Format.JSON:
        print_json(result)
    else:
        output.print(translate("CLI_DEMO_REPORT", lang.value, file=report))
        output.print(translate("CLI_DEMO_TOKEN", lang.value))
        output.print(str(result["token"]), style="bold")
    if serve_:
        settings = read_settings()
        listener = _listen(host or settings.host, port or settings.port, form, lang)
        _serve(
            settings,
            listener,
            report,
            lambda address: complaints.print(translate("CLI_SERVING_DEMO", lang.value, address=address)),
        )


async def _load(
    engine: AsyncEngine, trainees: int | None, mentors: int | None, seed: int | None, language: str
) -> Demo:
    def say(code: str) -> None:
        complaints.print(f"· {translate(code, language)}", style="dim")

    if trainees is None and mentors is None and seed is None:
        return await load_demo(engine, say)
    n_trainees = trainees or 64
    return await load_generated(engine, n_trainees, mentors or max(1, n_trainees // 4), say, seed or 0)


async def _write_report(engine: AsyncEngine, loaded: Demo, path: Path) -> None:
    content = await write_report(engine, loaded.actor, loaded.cohort_number)
    await asyncio.to_thread(path.write_bytes, content)


async def _token(engine: AsyncEngine, loaded: Demo) -> str:
    """Issue the demo's organizer token anew: one row, so loading the demo again adds none."""
    async with writing(engine) as session:
        _, plaintext = await rotate_token(session, loaded.actor, DEMO_TOKEN, role=Role.ORGANIZER)
    return plaintext
