"""The cohort in figures."""

from collections import Counter
from typing import Any

Node = dict[str, Any]
NEEDS_NAMED = 3


def cohort_figures(cohort: Node, trainees: list[Node]) -> Node:
    """Return how many people, counties, roles and answers the cohort has, and the greatest needs that anybody named."""
    roles = Counter(trainee["role"] for trainee in trainees)
    counties = Counter(trainee["community"]["county"] for trainee in trainees if trainee["community"])
    counties.pop("", None)
    return {
        "trainees": len(trainees),
        "responses": sum(survey["responseCount"] for survey in cohort["surveys"]),
        "greatest": [need for need in cohort["needs"] if need["respondents"]][:NEEDS_NAMED],
        "counties": sorted(counties.items(), key=lambda item: (-item[1], item[0])),
        "roles": sorted(roles.items(), key=lambda item: (-item[1], item[0])),
    }
