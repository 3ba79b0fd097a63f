"""Demand against supply in plain words: whom to recruit, and what the next events should be about."""

from typing import Any

from service.gaps import content_hours, next_event, topics_short
from studio.store.enums import CourseEvent

Node = dict[str, Any]
MOST_NAMED = 3


def explained_gaps(gaps: list[Node], plan: list[Node]) -> Node | None:
    """Return the gaps by topic with the advice that follows, each with its figures; None without any."""
    if not gaps:
        return None
    by_topic = {gap["topic"]["code"]: gap for gap in gaps}
    advice = [("招导师", _recruiting(topics_short(gaps)))]
    event = next_event(plan, CourseEvent.MONTHLY_TOPIC)
    if event is not None:
        advice.append(("下次月度活动", _event(event, by_topic.get(event["topic"]["code"]))))
    visit = next_event(plan, CourseEvent.OUTREACH_TEACHING)
    if visit is not None:
        advice.append(("下次送教上门", _visit(visit, by_topic.get(visit["topic"]["code"]))))
    return {"topics": [{**gap, "hours": content_hours(gap)} for gap in gaps], "advice": advice}


def _recruiting(short: list[Node]) -> str:
    if not short:
        return "各主题的空余名额都够一对一带教，眼下不必专门招人。"
    named = [_shortage(gap) for gap in short[:MOST_NAMED]]
    rest = f"；另有 {len(short) - MOST_NAMED} 个主题也缺，见表" if len(short) > MOST_NAMED else ""
    return f"先找{'；'.join(named)}{rest}。"


def _shortage(gap: Node) -> str:
    demand, supply, short = gap["demand"], gap["supply"], gap["placesShort"]
    return f"擅长{gap['topic']['name']}的，缺 {short} 个名额（需要 {demand:.1f} 个，现有 {supply:.1f} 个）"


def _event(event: Node, gap: Node | None) -> str:
    lead = f"讲{event['topic']['name']}"
    if gap is None:
        return f"{lead}。"
    named = f"{gap['respondents']} 人提到"
    if gap["placesShort"]:
        return f"{lead}：{named}，一对一还缺 {gap['placesShort']} 个名额，集中讲最省力。"
    return f"{lead}：{named}，一对一名额够用，集中讲仍能惠及最多的人。"


def _visit(visit: Node, gap: Node | None) -> str:
    hours = f"，目录里有 {content_hours(gap):.1f} 小时材料可带去" if gap and gap["contentMinutes"] else ""
    return f"到{visit['county']}讲{visit['topic']['name']}：当地平均需求 {visit['need']:.2f}{hours}。"
