"""The parts of a score: their short names and what they can add at most."""

from typing import Any

Node = dict[str, Any]

# In the report the API's whole sentence stands once, in the legend; beside the pairs these names do.
SHORT = {
    "NEED_STRENGTH": "专长对口",
    "EVIDENCE": "案例相近",
    "LEVEL": "资历相当",
    "REGION": "同县",
    "TENURE": "任职年限",
    "WISH": "双方意愿",
    "HISTORY": "以往带教",
}


def named(part: Node) -> Node:
    """Return a part with its short name."""
    return {**part, "name": SHORT[part["code"]]}


def parts_weighed(pairs: list[Node]) -> list[Node]:
    """Return the parts that add to the score of some pair, in the engine's order, each with its greatest weight."""
    weights: dict[str, Node] = {}
    for part in (part for pair in pairs for part in pair["shown_parts"]):
        known = weights.setdefault(part["code"], part)
        if part["weight"] > known["weight"]:
            weights[part["code"]] = part
    return [weights[code] for code in SHORT if code in weights]
