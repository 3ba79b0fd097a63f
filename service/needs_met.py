"""Which of a trainee's greatest needs a mentor is strong in."""

from typing import Any

Node = dict[str, Any]

# From this strength on a mentor is said to be strong in a topic.
STRONG = 0.5
# Needs fade with age, so which are greatest counts and not how great they are: of the first four, those that are
# at least half as great as the first. Smaller ones are mostly the cohort's mean, not what the trainee said.
NEEDS_NAMED = 4
LEAST_SHARE = 0.5


def needs_met(trainee: Node, mentor: Node) -> list[Node]:
    """Return those of the trainee's greatest needs in which the mentor is strong, the greatest first."""
    strength = _strength_by_topic(mentor)
    return [need for need in greatest_needs(trainee) if strength.get(need["topic"]["code"], 0.0) >= STRONG]


def greatest_needs(trainee: Node) -> list[Node]:
    """Return the needs that are the trainee's own, the greatest first; empty where nothing was answered."""
    needs = sorted(trainee["needs"], key=lambda need: -need["need"])[:NEEDS_NAMED]
    return [need for need in needs if need["need"] >= LEAST_SHARE * needs[0]["need"]]


def _strength_by_topic(mentor: Node) -> dict[str, float]:
    """Return the mentor's strength by the code of the top topic: a strength in a leaf is one in its parent."""
    strength: dict[str, float] = {}
    for each in mentor["strengths"]:
        code = top_code(each["topic"])
        strength[code] = max(each["strength"], strength.get(code, 0.0))
    return strength


def top_code(topic: Node) -> str:
    """Return the code of a topic's parent, or its own where it has none."""
    code: str = (topic["parent"] or topic)["code"]
    return code
