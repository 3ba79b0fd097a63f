"""A mentoring package: its goals, its week day by day and the months after, each with what it stands on."""

from collections import Counter, defaultdict
from typing import Any

Node = dict[str, Any]


def fullest_package(pairs: list[Node]) -> Node | None:
    """Return the package with the most material that answers the trainee's own words; None where there is none."""
    planned = [pair for pair in pairs if pair["package"]]
    if not planned:
        return None
    fullest = max(planned, key=_fullness)
    others = [pair for pair in pairs if pair["trainee"] == fullest["trainee"] and pair is not fullest]
    return {**_by_day(fullest), "other": next(iter(others), None)}


def _fullness(pair: Node) -> tuple[int, int]:
    answering = [item for item in pair["package"]["items"] if item["content"] and item["painPoint"]]
    return len(answering), len({item["painPoint"]["text"] for item in answering})


def _by_day(pair: Node) -> Node:
    days: dict[int, list[Node]] = defaultdict(list)
    for item in pair["package"]["items"]:
        days[item["day"]].append({**item, "because": _because(item)})
    return {
        "trainee": pair["trainee"],
        "mentor": pair["mentor"],
        "minutes": pair["package"]["totalMinutes"],
        "goals": [{**goal, "because": _goal_because(goal)} for goal in pair["package"]["goals"]],
        "events": [{**event, "because": _because(event)} for event in pair["package"]["events"]],
        "days": [_day(day, items) for day, items in sorted(days.items())],
    }


def _day(day: int, items: list[Node]) -> Node:
    """Return a day with what most of its items stand on; only the others say it by themselves."""
    because = Counter(item["because"] for item in items).most_common(1)[0][0]
    return {
        "day": day,
        "topic": items[0]["topic"]["name"],
        "because": because,
        "items": [
            {**item, "because": None if item["because"] == because else item["because"]} for item in items
        ],
    }


def _goal_because(goal: Node) -> str:
    """Say what a goal rests on, in words or else by its topic."""
    if goal["painPoint"]:
        return f"依据原话：“{goal['painPoint']['text']}”"
    if goal["topic"]:
        return f"依据：学员在{goal['topic']['name']}上的需求"
    return "依据：学员没有提到相关的难处"


def _because(item: Node) -> str:
    """Say what an item stands on in the words of the API, with the trainee's own where it answers them."""
    because = str(item["because"])
    return f"{because}：“{item['painPoint']['text']}”" if item["painPoint"] else because
