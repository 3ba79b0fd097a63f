"""A mentoring package: its goals, its week day by day and the months after, each with what it stands on."""

from collections import Counter, defaultdict
from typing import Any

Node = dict[str, Any]


def fullest_package(pairs: list[Node]) -> Node | None:
    """Return the package with the most material that answers the trainee's own words; None where there is none."""
    planned = [pair for pair in pairs if pair["package"]]
    return _by_day(max(planned, key=_fullness)) if planned else None


def _fullness(pair: Node) -> tuple[int, int]:
    answering = [item for item in pair["package"]["items"] if item["content"] and item["painPoint"]]
    return len(answering), len({item["painPoint"]["text"] for item in answering})


def _by_day(pair: Node) -> Node:
    needs = {need["topic"]["code"]: need for need in pair["trainee"]["needs"]}
    days: dict[int, list[Node]] = defaultdict(list)
    for item in pair["package"]["items"]:
        days[item["day"]].append({**item, "because": _because(item, needs)})
    return {
        "trainee": pair["trainee"],
        "mentor": pair["mentor"],
        "minutes": pair["package"]["totalMinutes"],
        "goals": [{**goal, "because": _goal_because(goal)} for goal in pair["package"]["goals"]],
        "events": [{**event, "because": _because(event, needs)} for event in pair["package"]["events"]],
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


def _because(item: Node, needs: dict[str, Node]) -> str:
    """Say what an item answers: a sentence, or where there is none what the need was read from."""
    if item["painPoint"]:
        return f"回应原话：“{item['painPoint']['text']}”"
    topic, need = item["topic"]["name"], needs.get(item["topic"]["code"])
    if need is None:
        return f"依据：导师的专长和可用的材料（学员没有提到{topic}）"
    if need["painPoint"] is None:
        return f"依据：问卷中对{topic}的勾选或打分"
    return f"依据：学员在{topic}上的需求"
