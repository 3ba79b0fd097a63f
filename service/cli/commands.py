"""All commands of `yanzhen`: what each is called, what its help says, and where its function is."""

from collections.abc import Mapping
from typing import Final

from service.cli.lazy_commands import Command, Entry, Group

COMMANDS: Final[Mapping[str, Entry]] = {
    "init": Command("HELP_INIT", "setup:init"),
    "import": Group(
        "HELP_IMPORT",
        {
            "roster": Command("HELP_IMPORT_ROSTER", "imports:roster"),
            "mentors": Command("HELP_IMPORT_MENTORS", "imports:mentors"),
            "survey": Command("HELP_IMPORT_SURVEY", "imports:survey"),
            "rules": Command("HELP_IMPORT_RULES", "imports:rules"),
        },
    ),
    "needs": Command("HELP_NEEDS", "cohort:needs"),
    "gaps": Command("HELP_GAPS", "gaps:gaps"),
    "emerging": Command("HELP_EMERGING", "emerging:emerging"),
    "recommend": Command("HELP_RECOMMEND", "cohort:recommend"),
    "event": Command("HELP_EVENT", "events:event"),
    "match": Command("HELP_MATCH", "match:match"),
    "run": Group(
        "HELP_RUN",
        {
            "list": Command("HELP_RUN_LIST", "match_runs:list_runs"),
            "start": Command("HELP_RUN_START", "match_runs:start"),
            "cancel": Command("HELP_RUN_CANCEL", "match_runs:cancel"),
            "publish": Command("HELP_RUN_PUBLISH", "match_runs:publish"),
            "rollback": Command("HELP_RUN_ROLLBACK", "match_runs:rollback"),
            "rematch": Command("HELP_RUN_REMATCH", "rematches:rematch"),
        },
    ),
    "consents": Command("HELP_CONSENTS", "consents:consents"),
    "contacts": Command("HELP_CONTACTS", "contacts:contacts"),
    "policy": Group(
        "HELP_POLICY",
        {
            "show": Command("HELP_POLICY_SHOW", "policies:show"),
            "aim": Command("HELP_POLICY_AIM", "policies:aim"),
        },
    ),
    "rules": Group(
        "HELP_RULES",
        {
            "presets": Command("HELP_PRESETS", "presets:presets"),
            "list": Command("HELP_COHORT_RULES", "presets:listed"),
            "apply": Command("HELP_PRESET_APPLY", "presets:apply"),
            "undo": Command("HELP_PRESET_UNDO", "presets:undo"),
            "preset": Command("HELP_PRESET", "preset_editing:preset"),
            "limits": Command("HELP_LIMITS", "limits:limits"),
            "limit": Command("HELP_LIMIT", "limits:limit"),
            "unlimit": Command("HELP_UNLIMIT", "limits:unlimit"),
        },
    ),
    "weeks": Group(
        "HELP_WEEKS",
        {
            "show": Command("HELP_WEEKS_SHOW", "weeks:show"),
            "offer": Command("HELP_WEEKS_OFFER", "weeks:offer"),
            "free": Command("HELP_WEEKS_FREE", "weeks:free"),
            "move": Command("HELP_WEEKS_MOVE", "weeks:move"),
        },
    ),
    "package": Command("HELP_PACKAGE", "package:package"),
    "classify": Command("HELP_CLASSIFY", "classify:classify"),
    "review": Command("HELP_REVIEW", "review:review"),
    "retrain": Command("HELP_RETRAIN", "models:retrain"),
    "reread": Command("HELP_REREAD", "models:reread"),
    "model": Group("HELP_MODEL", {"card": Command("HELP_MODEL_CARD", "models:card")}),
    "weights": Group(
        "HELP_WEIGHTS",
        {
            "learn": Command("HELP_WEIGHTS_LEARN", "weights:learn"),
            "card": Command("HELP_WEIGHTS_CARD", "weights:card"),
        },
    ),
    "export": Group(
        "HELP_EXPORT",
        {
            "pairings": Command("HELP_EXPORT_PAIRINGS", "exports:pairings"),
            "rules": Command("HELP_EXPORT_RULES", "exports:rules"),
        },
    ),
    "report": Command("HELP_REPORT", "exports:report"),
    "schema": Command("HELP_SCHEMA", "exports:schema"),
    "token": Group("HELP_TOKEN", {"create": Command("HELP_TOKEN_CREATE", "setup:create")}),
    "serve": Command("HELP_SERVE", "server:serve"),
    "worker": Command("HELP_WORKER", "server:worker"),
    "demo": Command("HELP_DEMO", "server:demo"),
}
