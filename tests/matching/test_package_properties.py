"""Plans of any catalogue around anything that people may have decided."""

from collections import Counter

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from matching import PackageItem, PackagePlanner
from matching.contents.prerequisites import prerequisite_closure
from matching.packages.shelf import STEPS
from tests.matching.test_packages import orders

MINUTES = st.integers(1, 400)


@st.composite
def decided(draw: st.DrawFn, order: dict) -> list[PackageItem]:
    """What mentors may have made of a week: contents anywhere, in the evening too, of any length."""
    n_topics, n_contents = len(order["need"]), len(order["content_topics"])
    contents = draw(st.lists(st.integers(0, n_contents - 1), max_size=4, unique=True))
    items = []
    for content in [*contents, *draw(st.lists(st.none(), max_size=3))]:
        evening = draw(st.booleans())
        step = None if evening else draw(st.sampled_from(STEPS))
        slot = "EVENING" if evening else "DAYTIME"
        topic = draw(st.integers(0, n_topics - 1))
        items.append(PackageItem(draw(st.integers(1, 5)), slot, step, content, topic, draw(MINUTES), None))
    return items


@settings(deadline=None, max_examples=150)
@given(orders(), st.data(), st.integers(60, 480), st.integers(15, 120), st.integers(0, 4))
def test_nothing_comes_twice_and_no_day_is_longer_than_people_made_it(
    order: dict, data: st.DataObject, budget: int, evening: int, n_months: int
) -> None:
    kept = data.draw(decided(order))
    planner = PackagePlanner(minutes_per_day=budget, evening_minutes=evening, n_months=n_months)
    plan = planner.plan(**order, kept=kept)
    used = Counter(each.content for each in (*kept, *plan.items, *plan.events) if each.content is not None)
    assert max(used.values(), default=1) == 1
    assert not set(plan.unplaced) & set(used)
    for day in range(1, 6):
        theirs = sum(item.minutes for item in kept if item.day == day and item.step)
        ours = sum(item.minutes for item in plan.items if item.day == day and item.step)
        assert ours <= max(budget - theirs, 0)
        reviews = [item for item in plan.items if item.day == day and item.slot == "EVENING"]
        has_evening = any(item.day == day and item.slot == "EVENING" for item in kept)
        assert [item.minutes for item in reviews] == ([] if has_evening else [evening])
    held = {(item.day, item.step) for item in kept if item.step}
    assert not [item for item in plan.items if (item.day, item.step) in held]
    assert all(item.minutes > 0 for item in plan.items)
    assert planner.plan(**order, kept=kept) == plan


@settings(deadline=None, max_examples=150)
@given(orders(), st.data())
def test_what_the_plan_adds_comes_after_what_it_asks_for(order: dict, data: st.DataObject) -> None:
    kept = data.draw(decided(order))
    plan = PackagePlanner().plan(**order, kept=kept)
    closure = prerequisite_closure(order["prerequisites"], len(order["content_topics"]))
    recommended = {content for content in order["contents"].tolist() if content >= 0}
    place = {
        item.content: (item.day, item.slot == "EVENING", STEPS.index(item.step) if item.step else 4)
        for item in (*kept, *plan.items)
        if item.content is not None
    }
    ours = {item.content for item in plan.items if item.content is not None}
    theirs = {item.content: item.day for item in kept if item.content is not None}
    for content in ours:
        for before in set(closure[content]) & recommended:
            assert before in place
            if before in theirs:
                # What people placed on the same day counts as known there, at whatever step.
                assert theirs[before] <= place[content][0]
            else:
                assert place[before] < place[content]
    months = {event.content: event.month for event in plan.events if event.content is not None}
    for content, month in months.items():
        for before in set(closure[content]) & recommended:
            assert before in place or months[before] < month


@settings(deadline=None, max_examples=100)
@given(orders(), st.data())
def test_every_item_and_event_cites_the_sentence_that_shows_its_topic(
    order: dict, data: st.DataObject
) -> None:
    plan = PackagePlanner().plan(**order, kept=data.draw(decided(order)))
    points = dict(zip(order["contents"].tolist(), order["content_points"].tolist(), strict=False))
    for each in (*plan.items, *plan.events):
        proof = int(order["evidence"][each.topic])
        assert each.point == (proof if proof >= 0 else None)
        if each.content is not None and proof >= 0:
            # Where a sentence was said, only a content that answers one of the trainee's is taken.
            own = [
                p
                for c, p in zip(order["contents"], order["content_points"], strict=False)
                if c == each.content
            ]
            assert max(own) >= 0 or points[each.content] >= 0


@settings(deadline=None, max_examples=60)
@given(orders(), st.randoms(use_true_random=False))
def test_names_of_contents_do_not_matter(order: dict, shuffle: object) -> None:
    """The library in another order, and the list of recommendations as it was: the same week."""
    n_contents = len(order["content_topics"])
    new = list(range(n_contents))
    shuffle.shuffle(new)  # type: ignore[attr-defined]
    old = np.argsort(new)
    renamed = {
        **order,
        "contents": np.array([new[c] if c >= 0 else -1 for c in order["contents"]], dtype=np.int64),
        "content_topics": order["content_topics"][old],
        "content_minutes": order["content_minutes"][old],
        "content_steps": order["content_steps"][old],
        "prerequisites": [(new[one], new[other]) for one, other in order["prerequisites"]],
    }
    first, second = PackagePlanner().plan(**order), PackagePlanner().plan(**renamed)

    def shape(plan: object, name: dict[int, int]) -> list[tuple]:
        return [
            (i.day, i.step, i.topic, i.minutes, i.point, None if i.content is None else name[i.content])
            for i in plan.items  # type: ignore[attr-defined]
        ]

    same = {content: content for content in range(n_contents)}
    assert shape(first, dict(enumerate(new))) == shape(second, same)
