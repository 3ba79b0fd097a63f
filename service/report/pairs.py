"""Every pair with its why in plain words, and a mentoring package day by day."""

from collections import defaultdict
from typing import Any

Node = dict[str, Any]

# From this strength on a mentor is said to be strong in a topic; a trainee's greatest needs are looked at.
STRONG = 0.5
NEEDS_NAMED = 4
# A case is called similar from this value of the evidence part on.
SIMILAR = 0.5
SENIOR_YEARS = 5


def explained_pairs(pairings: list[Node], rules: list[Node]) -> list[Node]:
    """Return the pairs with sentences that say why, in the order given."""
    reasons = {(rule["trainee"]["id"], rule["mentor"]["id"]): rule for rule in rules}
    return [
        {
            **pairing,
            "why": _why(pairing, reasons.get((pairing["trainee"]["id"], pairing["mentor"]["id"]))),
            "shown_parts": [part for part in pairing["parts"] if part["contribution"] > 0],
        }
        for pairing in pairings
    ]


def _why(pairing: Node, rule: Node | None) -> list[str]:
    trainee, mentor = pairing["trainee"], pairing["mentor"]
    sentences = []
    if rule is not None and rule["kind"] == "PIN":
        sentences.append(f"按规则必须配对：{rule['reason']}。")
    if rule is not None and rule["kind"] == "PREFER":
        sentences.append(f"双方意愿优先：{rule['reason']}。")
    if pairing["origin"] == "OVERRIDE":
        sentences.append(f"由组织者调整：{pairing['reason']}。")
    sentences.append(_about_needs(trainee, mentor))
    if _county(trainee) and _county(trainee) == _county(mentor):
        sentences.append(f"两人同在{_county(trainee)}，见面方便。")
    if mentor["tenureYears"] and mentor["tenureYears"] >= SENIOR_YEARS:
        sentences.append(f"{mentor['displayName']}任职{mentor['tenureYears']:g}年，压得住阵脚。")
    if any(part["code"] == "EVIDENCE" and part["value"] >= SIMILAR for part in pairing["parts"]):
        sentences.append(f"{mentor['displayName']}办过的案例与{trainee['displayName']}说的难处相近。")
    return sentences


def _about_needs(trainee: Node, mentor: Node) -> str:
    strengths = {each["topic"]["code"]: each["strength"] for each in mentor["strengths"]}
    # Needs fade with the age of the survey, so which are greatest counts and not how great they are.
    needs = sorted(trainee["needs"], key=lambda need: -need["need"])[:NEEDS_NAMED]
    met = [need for need in needs if strengths.get(need["topic"]["code"], 0) >= STRONG]
    met.sort(key=lambda need: -need["need"] * strengths[need["topic"]["code"]])
    if not met:
        names = "、".join(each["topic"]["name"] for each in mentor["strengths"][:2]) or "综合经验"
        return (
            f"{trainee['displayName']}的主要需求没有专长完全对口的导师有空，"
            f"{mentor['displayName']}以{names}见长，全局算下来最合适。"
        )
    names = "、".join(need["topic"]["name"] for need in met[:3])
    words = next((need["painPoint"]["text"] for need in met if need["painPoint"]), None)
    said = f"（原话：“{words}”）" if words else ""
    return f"{trainee['displayName']}需要{names}{said}，正是{mentor['displayName']}的专长。"


def _county(person: Node) -> str:
    return person["community"]["county"] if person["community"] else ""


def package_days(pair: Node) -> Node:
    """Return one pair's package by day."""
    days: dict[int, list[Node]] = defaultdict(list)
    for item in pair["package"]["items"]:
        days[item["day"]].append(item)
    return {
        "trainee": pair["trainee"],
        "mentor": pair["mentor"],
        "minutes": pair["package"]["totalMinutes"],
        "days": [
            {"day": day, "topic": items[0]["topic"]["name"], "items": items}
            for day, items in sorted(days.items())
        ],
    }
