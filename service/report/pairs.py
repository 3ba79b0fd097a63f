"""Every pair with its why in plain words: first what sets it apart from the other pairs."""

import re
from collections import defaultdict
from typing import Any

from service.needs_met import greatest_needs, needs_met
from service.report.parts import named
from studio.store import enums
from studio.store.labels import LABELS

Node = dict[str, Any]

# A part stands out where it adds so many times what it adds to the average pair.
STANDS_OUT = 1.1
TOPICS_NAMED = 3
_ROLES = LABELS[enums.TraineeRole]


def explained_pairs(pairings: list[Node], rules: list[Node]) -> list[Node]:
    """Return the pairs with sentences that say why, in the order given."""
    reasons = {(rule["trainee"]["id"], rule["mentor"]["id"]): rule for rule in rules}
    usual = _mean_contributions(pairings)
    return [
        {
            **pairing,
            "decided": _by_people(pairing, reasons.get((pairing["trainee"]["id"], pairing["mentor"]["id"]))),
            "why": _by_parts(pairing, usual),
            "shown_parts": [named(part) for part in pairing["parts"] if part["contribution"] > 0],
        }
        for pairing in pairings
    ]


def _mean_contributions(pairings: list[Node]) -> dict[str, float]:
    total: dict[str, float] = defaultdict(float)
    for pairing in pairings:
        for part in pairing["parts"]:
            total[part["code"]] += part["contribution"]
    return {code: value / len(pairings) for code, value in total.items()}


def _by_people(pairing: Node, rule: Node | None) -> list[str]:
    """Say what people decided about the pair."""
    sentences = []
    if rule is not None and rule["kind"] == "PIN":
        sentences.append(f"按规则必须配对：{_clause(rule['reason'])}。")
    if rule is not None and rule["kind"] == "PREFER":
        sentences.append(f"双方意愿优先：{_clause(rule['reason'])}。")
    if pairing["origin"] == "OVERRIDE":
        sentences.append(f"由组织者调整：{_clause(pairing['reason'])}。")
    return sentences


def _clause(reason: str | None) -> str:
    return (reason or "").rstrip("。.；; ")


def _by_parts(pairing: Node, usual: dict[str, float]) -> list[str]:
    """Say what the score stands on: needs and cases, what sets this pair apart first, and then circumstances."""
    times = {
        part["code"]: part["contribution"] / usual[part["code"]]
        for part in pairing["parts"]
        if usual[part["code"]]
    }
    circumstances = [*_about_county(pairing), *_about_years(pairing, times)]
    told = _similar_case(pairing)
    case = [_about_case(pairing, *told)] if told else []
    if not needs_met(pairing["trainee"], pairing["mentor"]):
        return [*case, *circumstances, _about_needs_unmet(pairing)]
    needs = [_about_needs(pairing, told[0] if told else None)]
    case_first = times.get("EVIDENCE", 0.0) > times.get("NEED_STRENGTH", 0.0)
    return [*(case + needs if case_first else needs + case), *circumstances]


def _similar_case(pairing: Node) -> tuple[str, str] | None:
    """Return the trainee's words and the mentor's case near to them."""
    for part in pairing["parts"]:
        if part["painPoint"] and part["case"]:
            return part["painPoint"]["text"], _first_sentence(part["case"]["text"])
    return None


def _first_sentence(text: str) -> str:
    return re.split(r"(?<=[。！？!?])", text.strip(), maxsplit=1)[0].rstrip("。")


def _about_case(pairing: Node, words: str, case: str) -> str:
    return f"{_name(pairing, 'trainee')}说“{words}”，{_name(pairing, 'mentor')}办过类似的事：“{case}。”"


def _about_needs(pairing: Node, told: str | None) -> str:
    """Name the topics in which the mentor meets the trainee, and what the trainee said, unless it is `told`."""
    trainee, mentor = _name(pairing, "trainee"), _name(pairing, "mentor")
    met = needs_met(pairing["trainee"], pairing["mentor"])[:TOPICS_NAMED]
    first, *others = (need["topic"]["name"] for need in met)
    greatest = greatest_needs(pairing["trainee"])[0]["topic"]["name"]
    point = met[0]["painPoint"]
    said = f"（原话：“{point['text']}”）" if point and point["text"] != told else ""
    rest = "、".join(others)
    if first != greatest:
        also = f"，{rest}上也帮得上" if rest else ""
        return f"除了{greatest}，{trainee}还要在{first}上有人带{said}，{mentor}正擅长{also}。"
    if rest:
        return f"{trainee}最需要的是{first}{said}，其次是{rest}，{mentor}都拿手。"
    return f"{trainee}最需要的是{first}{said}，这是{mentor}的强项。"


def _about_needs_unmet(pairing: Node) -> str:
    """Say openly that the mentor's strengths lie elsewhere."""
    trainee, mentor = _name(pairing, "trainee"), _name(pairing, "mentor")
    needs = greatest_needs(pairing["trainee"])
    wanted = f"{trainee}最需要的是{needs[0]['topic']['name']}" if needs else f"{trainee}还没有说过需求"
    names = "、".join(each["topic"]["name"] for each in pairing["mentor"]["strengths"][:2])
    offered = f"{mentor}以{names}见长" if names else f"{mentor}还没有登记专长"
    together = "，是全批一起算下来的安排" if pairing["origin"] == "ENGINE" else ""
    return f"{wanted}，{offered}，并不完全对口{together}。" if needs else f"{wanted}，{offered}{together}。"


def _about_county(pairing: Node) -> list[str]:
    county = _county(pairing["trainee"])
    return [f"两人同在{county}，见面方便。"] if county and county == _county(pairing["mentor"]) else []


def _about_years(pairing: Node, times: dict[str, float]) -> list[str]:
    years = pairing["mentor"]["tenureYears"]
    if not years or max(times.get("LEVEL", 0.0), times.get("TENURE", 0.0)) < STANDS_OUT:
        return []
    role = _ROLES[enums.TraineeRole(pairing["trainee"]["role"])]
    return [f"{_name(pairing, 'mentor')}任职{years:g}年，带{role}正合适。"]


def _name(pairing: Node, who: str) -> str:
    name: str = pairing[who]["displayName"]
    return name


def _county(person: Node) -> str:
    return person["community"]["county"] if person["community"] else ""
