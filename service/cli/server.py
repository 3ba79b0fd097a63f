"""`yanzhen serve`, `worker` and `demo`: processes that stay."""

import asyncio
import os
import signal
from pathlib import Path
from typing import Annotated

import typer
import uvicorn
from sqlalchemy.ext.asyncio import AsyncEngine

from seed.demo import Demo, load_demo, load_generated
from service.cli.demo_summary import print_summary
from service.cli.options import Format, FormatOption, Language, LanguageOption
from service.cli.running import complaints, database, output, print_json, require_writable, run, working
from service.logs import configure_logging
from service.report import write_report
from service.settings import Settings
from service.web.report import report_page
from studio.messages import translate
from studio.operations.access import rotate_token
from studio.operations.handlers import HANDLERS
from studio.operations.worker import Worker
from studio.store.database import writing
from studio.store.enums import Role
from studio.store.schema import migrate

DEMO_DATABASE = "sqlite:///yanzhen-demo.db"
DEMO_TOKEN = "demo"  # noqa: S105  a label, not a secret
HostOption = Annotated[str | None, typer.Option("--host", help="监听地址,默认 127.0.0.1")]
PortOption = Annotated[int | None, typer.Option("--port", min=1, max=65535, help="端口,默认 8000")]


def serve(host: HostOption = None, port: PortOption = None) -> None:
    """启动服务:GraphQL 在 /graphql,网页编辑器在 /graphiql。"""
    _serve(Settings(), host, port, None)


def _serve(settings: Settings, host: str | None, port: int | None, report: Path | None) -> None:
    # Importing the application opens a database: only what serves it should.
    from service.app import create_app

    app = create_app(settings, [report_page(report)] if report else [])
    uvicorn.run(app, host=host or settings.host, port=port or settings.port, log_config=None, ws="none")


def worker(
    form: FormatOption = Format.TEXT,
    lang: LanguageOption = Language.ZH,
) -> None:
    """单独运行后台任务(导入、匹配);Ctrl+C 结束。"""
    configure_logging(Settings().log_level)

    async def work() -> None:
        async with database() as engine:
            jobs = Worker(engine, HANDLERS)
            loop = asyncio.get_running_loop()
            for name in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(name, jobs.stop)
            await jobs.run_until_stopped()

    complaints.print(translate("CLI_WORKER", lang.value))
    run(work, form, lang)
    complaints.print(translate("CLI_STOPPED", lang.value))


def demo(
    serve_: Annotated[bool, typer.Option("--serve/--no-serve", help="完成后是否启动服务")] = True,
    trainees: Annotated[
        int | None, typer.Option("--trainees", min=1, help="生成多少名虚构学员(负载测试)")
    ] = None,
    mentors: Annotated[
        int | None, typer.Option("--mentors", min=1, help="生成多少名虚构导师(负载测试)")
    ] = None,
    report: Annotated[Path, typer.Option("--report", help="报告写到哪里")] = Path("report.html"),
    host: HostOption = None,
    port: PortOption = None,
    form: FormatOption = Format.TEXT,
    lang: LanguageOption = Language.ZH,
) -> None:
    """装入演示工作室(人物均为虚构),导入问卷,推荐、配对,写出报告,然后启动服务。"""
    # A demo never goes into the database of real work, unless that one is named on purpose.
    os.environ.setdefault("YANZHEN_DATABASE_URL", DEMO_DATABASE)

    require_writable(report, form, lang)

    async def work() -> dict[str, object]:
        async with database(check_schema=False) as engine:
            await migrate(engine)
            loaded = await _load(engine, trainees, mentors, lang.value)
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
        settings = Settings()
        address = f"http://{host or settings.host}:{port or settings.port}"
        complaints.print(translate("CLI_SERVING", lang.value, address=address))
        _serve(settings, host, port, report)


async def _load(engine: AsyncEngine, trainees: int | None, mentors: int | None, language: str) -> Demo:
    def say(code: str) -> None:
        complaints.print(f"· {translate(code, language)}", style="dim")

    if trainees is None and mentors is None:
        return await load_demo(engine, say)
    n_trainees = trainees or 64
    return await load_generated(engine, n_trainees, mentors or max(1, n_trainees // 4), say)


async def _write_report(engine: AsyncEngine, loaded: Demo, path: Path) -> None:
    content = await write_report(engine, loaded.actor, loaded.cohort_number)
    await asyncio.to_thread(path.write_bytes, content)


async def _token(engine: AsyncEngine, loaded: Demo) -> str:
    """Issue the demo's organizer token anew: one row, so loading the demo again adds none."""
    async with writing(engine) as session:
        _, plaintext = await rotate_token(session, loaded.actor, DEMO_TOKEN, role=Role.ORGANIZER)
    return plaintext
