"""The course plan in plain words: why this event, and where its speakers come from."""

from typing import Any

Node = dict[str, Any]


def explained_plan(plan: list[Node], needs: list[Node]) -> list[Node]:
    """Return the plan's items, each with why it is proposed and a note on its speakers."""
    first = needs[0]["topic"]["code"] if needs else None
    return [
        {
            **item,
            "why": _why(item, [other["topic"]["code"] for other in plan[:place]], first),
            "note": _about_speakers(item),
        }
        for place, item in enumerate(plan)
    ]


def _why(item: Node, before: list[str], first: str | None) -> str:
    if item["demand"] is not None:
        return _about_gap(item)
    if item["coverage"] is not None:
        lead = "这是全批最大的需求。" if item["topic"]["code"] == first else ""
        together = "几位主讲人各有所长，合起来" if len(item["speakers"]) > 1 else "主讲人"
        return f"{lead}{together}能顾到全批需求的 {100 * item['coverage']:.0f}%。"
    if item["need"] is not None:
        # The other events serve this county too.
        greatest = "除前面几场的主题外，这是" if before and item["topic"]["code"] not in before else "这是"
        return f"{greatest}当地学员需求最高的主题（平均 {item['need']:.2f}）。"
    return ""


def _about_gap(item: Node) -> str:
    demand, supply = round(item["demand"], 2), round(item["supply"], 2)
    figures = f"平均需求 {demand:.2f}，一对一名额能覆盖 {supply:.2f}"
    if demand > supply:
        # The difference of the figures that are shown, so that a reader who subtracts finds the same.
        return f"{figures}，还差 {demand - supply:.2f}，适合集中讲。"
    return f"{figures}；与其他主题相比，集中讲仍最值得。"


def _about_speakers(item: Node) -> str:
    if not item["speakers"]:
        return "工作室里还没有擅长这个主题的导师，需从外面请。"
    if item["county"] is None:
        return ""
    counties = {speaker["community"]["county"] for speaker in item["speakers"] if speaker["community"]}
    if item["county"] in counties:
        return f"别处没有擅长这个主题的导师，先请{item['county']}本地的。"
    return f"送教上门，主讲人都来自{item['county']}以外。"
