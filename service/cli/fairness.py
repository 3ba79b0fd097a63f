"""How evenly a match treats people, for people."""

from typing import Any

from service.cli.printing import output
from studio.messages import translate
from studio.store.enums import TraineeRole
from studio.store.labels import label

Node = dict[str, Any]


def print_fairness(found: Node, language: str) -> None:
    """Print the spread of loads and scores, how many would be better off otherwise, and means by group."""
    loads, uses, scores = found["loads"], found["uses"], found["scores"]
    output.print(
        translate(
            "CLI_LOADS",
            language,
            **{name: f"{loads[name]:g}" for name in ("least", "most")},
            mean=f"{loads['mean']:.1f}",
            least_use=f"{100 * uses['least']:.0f}",
            most_use=f"{100 * uses['most']:.0f}",
        )
    )
    if scores:
        told = {name: f"{score:.3f}" for name, score in scores.items()}
        output.print(translate("CLI_SCORES_SPREAD", language, **told))
    output.print(
        translate("CLI_BETTER_OFF", language, blocking=found["blockingPairs"], envious=found["envious"])
    )
    for heading, groups in (
        ("CLI_BY_COUNTY", [(group["county"], group) for group in found["counties"]]),
        ("CLI_BY_ROLE", [(_role(group["role"], language), group) for group in found["roles"]]),
    ):
        if groups:
            told_groups = [_told(name, group, language) for name, group in groups]
            output.print(translate(heading, language, groups=told_groups))


def _told(name: str, group: Node, language: str) -> str:
    mean = "–" if group["meanScore"] is None else f"{group['meanScore']:.3f}"
    code = "CLI_GROUP_SHORT" if group["unmatched"] else "CLI_GROUP"
    return translate(
        code, language, name=name, mean=mean, trainees=group["trainees"], unmatched=group["unmatched"]
    )


def _role(role: str, language: str) -> str:
    return role.replace("_", " ").lower() if language == "en" else label(TraineeRole(role))
