"""All commands of `yanzhen`, put together."""

import sys

import typer

from service.cli import classify, cohort, exports, imports, server, setup
from service.cli.usage import CommandLine
from service.logs import configure_logging
from service.settings import read_settings
from studio.errors import StudioError

app = typer.Typer(
    name="yanzhen",
    cls=CommandLine,
    help="雁阵:把问卷里的难处,变成主题、推荐、带教套餐和有证明的师徒配对。",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
)
app.command("init")(setup.init)
app.add_typer(imports.app, name="import")
app.command("needs")(cohort.needs)
app.command("recommend")(cohort.recommend)
app.command("match")(cohort.match)
app.command("classify")(classify.classify)
app.add_typer(exports.exports, name="export")
app.command("report")(exports.report)
app.command("schema")(exports.schema)
app.add_typer(setup.tokens, name="token")
app.command("serve")(server.serve)
app.command("worker")(server.worker)
app.command("demo")(server.demo)


def main() -> None:
    """Run the command line; logs go to standard error, so that results stay readable by programs."""
    try:
        level = read_settings().log_level
    except StudioError:  # the command that needs the settings tells it, in its language and form
        level = "INFO"
    configure_logging(level, sys.stderr)
    app()
