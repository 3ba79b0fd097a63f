"""All commands of `yanzhen`, put together."""

import sys

import typer

from service.cli import (
    classify,
    cohort,
    consents,
    contacts,
    emerging,
    events,
    exports,
    gaps,
    imports,
    limits,
    match,
    match_runs,
    models,
    package,
    policies,
    preset_editing,
    presets,
    rematches,
    review,
    server,
    setup,
    weeks,
    weights,
)
from service.cli.usage import CommandLine
from service.logs import configure_logging
from service.memory import give_back_large_blocks
from service.settings import read_settings
from studio.errors import StudioError

app = typer.Typer(
    name="yanzhen",
    cls=CommandLine,
    help="HELP_YANZHEN",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
)
app.command("init", help="HELP_INIT")(setup.init)
app.add_typer(imports.app, name="import")
app.command("needs", help="HELP_NEEDS")(cohort.needs)
app.command("gaps", help="HELP_GAPS")(gaps.gaps)
app.command("emerging", help="HELP_EMERGING")(emerging.emerging)
app.command("recommend", help="HELP_RECOMMEND")(cohort.recommend)
app.command("event", help="HELP_EVENT")(events.event)
app.command("match", help="HELP_MATCH")(match.match)
app.add_typer(match_runs.runs, name="run")
match_runs.runs.command("rematch", help="HELP_RUN_REMATCH")(rematches.rematch)
app.command("consents", help="HELP_CONSENTS")(consents.consents)
app.command("contacts", help="HELP_CONTACTS")(contacts.contacts)
app.add_typer(policies.policies, name="policy")
app.add_typer(presets.rules, name="rules")
presets.rules.command("preset", help="HELP_PRESET")(preset_editing.preset)
presets.rules.command("limits", help="HELP_LIMITS")(limits.limits)
presets.rules.command("limit", help="HELP_LIMIT")(limits.limit)
presets.rules.command("unlimit", help="HELP_UNLIMIT")(limits.unlimit)
app.add_typer(weeks.weeks, name="weeks")
app.command("package", help="HELP_PACKAGE")(package.package)
app.command("classify", help="HELP_CLASSIFY")(classify.classify)
app.command("review", help="HELP_REVIEW")(review.review)
app.command("retrain", help="HELP_RETRAIN")(models.retrain)
app.command("reread", help="HELP_REREAD")(models.reread)
app.add_typer(models.models, name="model")
app.add_typer(weights.weights, name="weights")
app.add_typer(exports.exports, name="export")
app.command("report", help="HELP_REPORT")(exports.report)
app.command("schema", help="HELP_SCHEMA")(exports.schema)
app.add_typer(setup.tokens, name="token")
app.command("serve", help="HELP_SERVE")(server.serve)
app.command("worker", help="HELP_WORKER")(server.worker)
app.command("demo", help="HELP_DEMO")(server.demo)


def main() -> None:
    """Run the command line; logs go to standard error, so that results stay readable by programs."""
    try:
        level = read_settings().log_level
    except StudioError:  # the command that needs the settings tells it, in its language and form
        level = "INFO"
    configure_logging(level, sys.stderr)
    give_back_large_blocks()
    app()
