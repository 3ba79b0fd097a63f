"""What the report says in plain words, by value, from rows as its operations return them."""

from typing import Any

from matching.affinity.mentor_affinity import PART_NAMES
from service.needs_met import greatest_needs, needs_met
from service.report.package import fullest_package
from service.report.pairs import explained_pairs
from service.report.parts import SHORT, parts_weighed
from service.report.plan import explained_plan
from service.report.voices import voices_by_topic

Node = dict[str, Any]


def topic(code: str, parent: str | None = None) -> Node:
    names = {"WRITING": "文稿写作", "GRID": "网格治理", "MASS": "群众工作"}
    return {"code": code, "name": names.get(code, code), "parent": {"code": parent} if parent else None}


def person(name: str, county: str = "", **more: Any) -> Node:
    return {
        "id": name,
        "displayName": name,
        "role": "DEPUTY_SECRETARY",
        "community": {"name": "某社区", "county": county} if county else None,
        **more,
    }


def pair(
    needs: dict[str, float],
    strengths: dict[str, float],
    *,
    said: str | None = None,
    case: tuple[str, str] | None = None,
    parts: dict[str, float] | None = None,
    counties: tuple[str, str] = ("甲县", "乙县"),
    **more: Any,
) -> Node:
    return {
        "trainee": person(
            "小川",
            counties[0],
            needs=[
                {"topic": topic(code), "need": need, "painPoint": {"text": said} if said else None}
                for code, need in needs.items()
            ],
        ),
        "mentor": person(
            "老梁",
            counties[1],
            tenureYears=12.0,
            strengths=[
                {"topic": topic(code, code.partition(".")[0] if "." in code else None), "strength": strength}
                for code, strength in strengths.items()
            ],
        ),
        "origin": "ENGINE",
        "reason": None,
        "parts": [
            {
                "code": code,
                "label": code,
                "weight": 0.5,
                "contribution": contribution,
                "painPoint": {"text": case[0]} if case and code == "EVIDENCE" else None,
                "case": {"text": case[1]} if case and code == "EVIDENCE" else None,
            }
            for code, contribution in (parts or {"NEED_STRENGTH": 0.2, "EVIDENCE": 0.1}).items()
        ],
        **more,
    }


def why(one: Node, *others: Node) -> str:
    return "".join(explained_pairs([one, *others], [])[0]["why"])


USUAL = pair({"WRITING": 0.9}, {"WRITING": 0.9})


def test_needs_are_named_with_the_own_words() -> None:
    one = pair(
        {"WRITING": 0.9, "GRID": 0.5, "MASS": 0.1},
        {"WRITING": 0.9, "GRID.POST": 0.8, "MASS": 1.0},
        said="写不出来",
    )
    assert why(one) == "小川最需要的是文稿写作（原话：“写不出来”），其次是网格治理，老梁都拿手。"


def test_a_need_is_own_where_it_is_half_as_great_as_the_greatest() -> None:
    one = pair({"MASS": 0.4, "WRITING": 0.9, "GRID": 0.45}, {"GRID": 0.5, "WRITING": 0.4, "MASS": 1.0})
    assert [need["topic"]["code"] for need in greatest_needs(one["trainee"])] == ["WRITING", "GRID"]
    assert [need["topic"]["code"] for need in needs_met(one["trainee"], one["mentor"])] == ["GRID"]
    assert why(one) == "除了文稿写作，小川还要在网格治理上有人带，老梁正擅长。"


def test_a_case_comes_first_where_it_sets_the_pair_apart() -> None:
    needs, case = {"WRITING": 0.9}, ("改了九遍", "带人逐篇改。半年后被采用。")
    told = "小川说“改了九遍”，老梁办过类似的事：“带人逐篇改。”"
    met = "小川最需要的是文稿写作，这是老梁的强项。"
    by_case = pair(needs, needs, said="改了九遍", case=case, parts={"NEED_STRENGTH": 0.2, "EVIDENCE": 0.2})
    assert why(by_case, USUAL) == told + met
    by_need = pair(needs, needs, said="改了九遍", case=case, parts={"NEED_STRENGTH": 0.4, "EVIDENCE": 0.1})
    assert why(by_need, USUAL) == met + told


def test_circumstances_come_after_needs() -> None:
    one = pair(
        {"WRITING": 0.9},
        {"WRITING": 0.9},
        counties=("甲县", "甲县"),
        parts={"NEED_STRENGTH": 0.2, "LEVEL": 0.1},
    )
    other = pair({}, {}, parts={"NEED_STRENGTH": 0.2, "LEVEL": 0.05})
    assert why(one, other).endswith("老梁的强项。两人同在甲县，见面方便。老梁任职12年，带副书记正合适。")
    assert "任职" not in why(one, one)


def test_what_is_not_met_is_said_openly() -> None:
    one = pair({"WRITING": 0.9}, {"GRID": 0.9, "MASS": 0.6}, counties=("甲县", "甲县"))
    assert why(one) == (
        "两人同在甲县，见面方便。小川最需要的是文稿写作，老梁以网格治理、群众工作见长，并不完全对口，"
        "是全批一起算下来的安排。"
    )
    assert why({**one, "origin": "OVERRIDE"}).endswith("并不完全对口。")
    assert why(pair({}, {})) == "小川还没有说过需求，老梁还没有登记专长，是全批一起算下来的安排。"


def test_what_people_decided_stands_apart() -> None:
    one = {**USUAL, "origin": "OVERRIDE", "reason": "两人说好了。"}
    rules = [{"kind": "PIN", "reason": "区里定的；", "trainee": {"id": "小川"}, "mentor": {"id": "老梁"}}]
    (found,) = explained_pairs([one], rules)
    assert found["decided"] == ["按规则必须配对：区里定的。", "由组织者调整：两人说好了。"]
    (found,) = explained_pairs([USUAL], [{**rules[0], "mentor": {"id": "别人"}}])
    assert found["decided"] == []


def test_every_part_of_the_engine_has_a_short_name_and_a_place_in_the_legend() -> None:
    assert [name.upper() for name in PART_NAMES] == list(SHORT)
    one = pair({}, {}, parts={"TENURE": 0.05, "REGION": 0.0, "NEED_STRENGTH": 0.1})
    pairs = explained_pairs([one], [])
    assert [part["name"] for part in parts_weighed(pairs)] == ["专长对口", "任职年限"]
    assert parts_weighed([]) == []


def item(event: str, code: str, **figures: Any) -> Node:
    none = {"county": None, "demand": None, "supply": None, "gap": None, "coverage": None, "need": None}
    return {"event": event, "topic": topic(code), "speakers": [person("老梁", "乙县")], **none, **figures}


def test_plan_says_why_and_where_speakers_come_from() -> None:
    needs = [{"topic": topic("MASS")}, {"topic": topic("WRITING")}]
    plan = [
        item("MONTHLY_TOPIC", "WRITING", demand=0.414, supply=0.186),
        item("QUARTERLY_SALON", "MASS", coverage=0.751, speakers=[person("老梁"), person("老陈")]),
        item("OUTREACH_TEACHING", "GRID", county="甲县", need=0.8),
    ]
    event, salon, visit = explained_plan(plan, needs)
    # The figures shown are subtracted, 0.41 − 0.19, and not those behind them.
    assert event["why"] == "平均需求 0.41，一对一名额能覆盖 0.19，还差 0.22，适合集中讲。"
    assert salon["why"] == "这是全批最大的需求。几位主讲人各有所长，合起来能顾到全批需求的 75%。"
    assert visit["why"] == "除前面几场的主题外，这是当地学员需求最高的主题（平均 0.80）。"
    assert [event["note"], visit["note"]] == ["", "送教上门，主讲人都来自甲县以外。"]
    (single,) = explained_plan([item("QUARTERLY_SALON", "WRITING", coverage=0.5)], needs)
    assert single["why"] == "主讲人能顾到全批需求的 50%。"
    (local,) = explained_plan([item("OUTREACH_TEACHING", "GRID", county="乙县", need=0.8)], needs)
    assert local["note"] == "别处没有擅长这个主题的导师，先请乙县本地的。"
    (nobody,) = explained_plan([{**plan[0], "speakers": [], "demand": 0.2}], needs)
    assert nobody["why"].endswith("还差 0.01，适合集中讲。")
    assert nobody["note"] == "工作室里还没有擅长这个主题的导师，需从外面请。"


def test_a_day_says_once_what_most_of_it_answers() -> None:
    def entry(day: int, code: str, words: str | None, content: str | None = None) -> Node:
        return {
            "day": day,
            "topic": topic(code),
            "because": "回应学员的原话" if words else "依据导师的专长",
            "painPoint": {"text": words} if words else None,
            "content": {"title": content, "kind": "COURSE"} if content else None,
        }

    items = [
        *(entry(1, "WRITING", "写不出来") for _ in range(3)),
        entry(1, "WRITING", "改了九遍", "课"),
        entry(2, "GRID", None),
        entry(3, "MASS", None),
    ]
    needs = {"WRITING": 0.9, "GRID": 0.5}
    plain = pair(needs, {}, package={"totalMinutes": 60, "items": items[:1], "goals": [], "events": []})
    goals = [
        {"topic": topic("WRITING"), "painPoint": {"text": "写不出来"}},
        {"topic": topic("GRID"), "painPoint": None},
        {"topic": None, "painPoint": None},
    ]
    events = [{"topic": topic("GRID"), "painPoint": None, "because": "依据学员的需求"}]
    package = {"totalMinutes": 600, "items": items, "goals": goals, "events": events}
    full = pair(needs, {}, package=package)
    found = fullest_package([plain, full, pair({}, {}, package=None)])
    assert found is not None
    assert found["minutes"] == 600
    assert [day["because"] for day in found["days"]] == [
        "回应学员的原话：“写不出来”",
        "依据导师的专长",
        "依据导师的专长",
    ]
    assert [each["because"] for each in found["days"][0]["items"]] == [
        None,
        None,
        None,
        "回应学员的原话：“改了九遍”",
    ]
    assert [goal["because"] for goal in found["goals"]] == [
        "依据原话：“写不出来”",
        "依据：学员在网格治理上的需求",
        "依据：学员没有提到相关的难处",
    ]
    assert [event["because"] for event in found["events"]] == ["依据学员的需求"]
    assert fullest_package([pair({}, {}, package=None)]) is None


def point(text: str, *tags: Node, **flags: bool) -> Node:
    states = {"junk": False, "resolved": False, "abstained": False, **flags}
    topics = [{"topic": each, "evidence": [{"start": 0, "end": 2}]} for each in tags]
    return {"text": text, "trainee": None, "topics": topics, **states}


def test_every_sentence_stands_somewhere_and_is_counted() -> None:
    points = [
        point("网格跑不过来", topic("GRID.POST", "GRID")),
        point("材料改不完，还有那个事", topic("WRITING"), abstained=True),
        point("会议多", abstained=True),
        point("没有主题"),
        point("解决了", resolved=True),
        point("无", junk=True),
    ]
    needs = [{"topic": topic("WRITING")}, {"topic": topic("GRID")}, {"topic": topic("MASS")}]
    found = voices_by_topic(points, needs)
    said = {
        group["topic"]["code"]: [voice["pieces"] for voice in group["voices"]] for group in found["topics"]
    }
    assert said == {
        "WRITING": [[("材料", True), ("改不完，还有那个事", False)]],
        "GRID": [[("网格", True), ("跑不过来", False)]],
        "MASS": [],
    }
    unsure = [("".join(piece for piece, _ in voice["pieces"]), voice["filed"]) for voice in found["unsure"]]
    assert unsure == [("材料改不完，还有那个事", ["文稿写作"]), ("会议多", []), ("没有主题", [])]
    counts = {name: found[name] for name in ("n_read", "n_filed", "n_partly", "n_empty")}
    assert counts == {"n_read": 5, "n_filed": 2, "n_partly": 1, "n_empty": 1}
    # Filed, wholly open, and resolved make up what was read.
    assert counts["n_filed"] + len(unsure) - counts["n_partly"] + len(found["resolved"]) == counts["n_read"]
