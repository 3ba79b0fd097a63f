import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from matching import InvalidInputError, PackagePlanner, plan_courses, rank_topics
from matching.packages.goals import MODES
from matching.packages.shelf import STEPS

SHARES = st.sampled_from([0.0, 0.1, 0.4, 0.5, 0.9, 1.0])


@st.composite
def orders(draw: st.DrawFn) -> dict[str, object]:
    n_topics, n_contents = draw(st.integers(1, 4)), draw(st.integers(1, 8))
    n_chosen = draw(st.integers(0, 8))
    pairs = st.tuples(st.integers(0, n_contents - 1), st.integers(0, n_contents - 1))
    return {
        "need": draw(arrays(float, n_topics, elements=SHARES)),
        "evidence": draw(arrays(np.int64, n_topics, elements=st.integers(-1, 5))),
        "contents": draw(arrays(np.int64, n_chosen, elements=st.integers(-1, n_contents - 1))),
        "content_topics": draw(arrays(float, (n_contents, n_topics), elements=SHARES)),
        "content_minutes": draw(arrays(np.int64, n_contents, elements=st.integers(1, 500))),
        "content_steps": draw(arrays(np.bool_, (n_contents, 4))),
        "content_points": draw(arrays(np.int64, n_chosen, elements=st.integers(-1, 5))),
        "mentor_strength": draw(arrays(float, n_topics, elements=SHARES)),
        "prerequisites": draw(st.lists(pairs, max_size=4)),
        "topic_abilities": draw(arrays(float, (n_topics, 4), elements=SHARES)),
        "level": draw(st.integers(0, 2)),
    }


@settings(deadline=None, max_examples=120)
@given(orders(), st.integers(60, 480))
def test_every_plan_keeps_the_week_and_the_budget(order: dict, budget: int) -> None:
    plan = PackagePlanner(minutes_per_day=budget).plan(**order)
    assert len(plan.day_topics) == 5
    used = [item.content for item in (*plan.items, *plan.events) if item.content is not None]
    assert len(set(used)) == len(used)
    assert set(used) | set(plan.unplaced) == {c for c in order["contents"].tolist() if c >= 0}
    assert not set(used) & set(plan.unplaced)
    for day in range(1, 6):
        items = [item for item in plan.items if item.day == day]
        *daytime, evening = items
        assert (evening.slot, evening.step) == ("EVENING", None)
        assert {item.slot for item in daytime} == {"DAYTIME"}
        # The four steps in order; within a step at most one content, and it comes before the own work.
        places = [(STEPS.index(item.step), item.content is None) for item in daytime]
        assert places == sorted(set(places))
        assert {step for step, _ in places} == set(range(4))
        assert sum(item.minutes for item in daytime) == budget
        assert sum(item.minutes for item in daytime if item.content is not None) <= budget / 2
        assert all(item.minutes > 0 for item in items)
        assert {item.topic for item in items} == {plan.day_topics[day - 1]}
        for item in items:
            if item.content is not None:
                assert order["content_topics"][item.content, item.topic] >= 0.2
                assert item.minutes == order["content_minutes"][item.content]
                assert order["content_steps"][item.content, STEPS.index(item.step)]
    assert PackagePlanner(minutes_per_day=budget).plan(**order) == plan


@settings(deadline=None, max_examples=60)
@given(orders())
def test_every_step_cites_the_need_where_it_was_put_into_words(order: dict) -> None:
    for item in PackagePlanner().plan(**order).items:
        proof = int(order["evidence"][item.topic])
        if item.content is None:
            assert item.point == (proof if proof >= 0 else None)
        elif item.point is None:
            assert proof == -1


@settings(deadline=None, max_examples=100)
@given(orders(), st.integers(0, 5))
def test_months_go_on_where_the_week_ended(order: dict, n_months: int) -> None:
    plan = PackagePlanner(n_months=n_months).plan(**order)
    assert [event.month for event in plan.events] == list(range(1, n_months + 1))
    week = {item.content for item in plan.items}
    topics = [event.topic for event in plan.events]
    needed = int((order["need"] > 0).sum())
    if needed:
        assert len(set(topics)) >= min(needed, n_months)
    for event in plan.events:
        proof = int(order["evidence"][event.topic])
        assert event.content is None or event.content not in week
        if event.content is None:
            assert event.point == (proof if proof >= 0 else None)
        else:
            assert order["content_topics"][event.content, event.topic] >= 0.2
            own = order["content_steps"][event.content]
            fitting = {MODES[(0, 1, 2, 2)[step]] for step in range(4) if own[step]}
            assert not fitting or event.mode in fitting


@settings(deadline=None, max_examples=100)
@given(orders())
def test_each_ability_has_a_goal_that_rests_on_the_need_which_calls_for_it(order: dict) -> None:
    plan = PackagePlanner().plan(**order)
    asks = order["topic_abilities"]
    assert [goal.ability for goal in plan.goals] == [0, 1, 2, 3]
    for goal in plan.goals:
        ask = asks[:, goal.ability]
        if goal.topic is None:
            assert not (order["need"] * ask).any()
            assert (goal.call, goal.point) == (0.0, None)
        else:
            assert goal.call == order["need"][goal.topic] * ask[goal.topic] > 0
            proof = int(order["evidence"][goal.topic])
            assert goal.point == (proof if proof >= 0 else None)
        assert goal.standing == max(order["level"] - (goal.call >= 0.5), 0)
        assert goal.aim == min(goal.standing + 1, 2)
        assert goal.days == tuple(d for d, t in enumerate(plan.day_topics, 1) if ask[t] >= 0.5)
        assert goal.months == tuple(e.month for e in plan.events if ask[e.topic] >= 0.5)


@settings(deadline=None, max_examples=100)
@given(orders(), st.data())
def test_what_people_decided_stays_and_the_rest_is_planned_around_it(
    order: dict, data: st.DataObject
) -> None:
    planner = PackagePlanner()
    first = planner.plan(**order).items
    kept = data.draw(st.lists(st.sampled_from(first), max_size=6, unique=True))
    plan = planner.plan(**order, kept=kept)
    whole = [*kept, *plan.items]
    assert not set(kept) & set(plan.items)
    contents = [item.content for item in whole if item.content is not None]
    assert len(set(contents)) == len(contents)
    held = {(item.day, item.step) for item in kept}
    assert not [item for item in plan.items if (item.day, item.step) in held]
    for day in range(1, 6):
        daytime = [item.minutes for item in whole if item.day == day and item.step]
        assert sum(daytime) <= planner.minutes_per_day
        assert len([item for item in whole if item.day == day and item.step is None]) == 1
    # Everything kept: the plan has nothing to add.
    assert planner.plan(**order, kept=first).items == ()


def test_month_takes_the_topic_that_the_week_left_out() -> None:
    plan = PackagePlanner(n_months=2).plan([0.9, 0.8, 0.7, 0.6])
    assert plan.day_topics == (0, 0, 1, 2, 3)
    # After two days for the first topic its average is lowest.
    assert [event.topic for event in plan.events] == [1, 2]


def test_goal_cites_what_was_said_before_what_was_only_ticked() -> None:
    plan = PackagePlanner().plan([0.9, 0.6], evidence=[-1, 7], topic_abilities=[[1.0], [1.0]], level=1)
    (goal,) = plan.goals
    assert (goal.topic, goal.point, goal.standing, goal.aim) == (1, 7, 0, 1)


def test_days_follow_the_needs_in_proportion_and_the_greatest_comes_first() -> None:
    plan = PackagePlanner().plan([0.3, 0.9, 0.0, 0.6])
    assert plan.day_topics == (1, 1, 3, 3, 0)


def test_mentor_strong_in_one_of_two_equal_needs_takes_it_first() -> None:
    assert PackagePlanner().plan([0.8, 0.8], mentor_strength=[0.1, 0.9]).day_topics[0] == 1


def test_week_goes_from_listening_to_doing() -> None:
    items = PackagePlanner().plan([1.0]).items
    minutes = {(item.day, item.step): item.minutes for item in items}
    assert minutes[1, "LISTEN"] > minutes[1, "DO"]
    assert minutes[5, "DO"] > minutes[5, "LISTEN"]
    doing = [minutes[day, "DO"] for day in range(1, 6)]
    assert doing == sorted(doing)


def test_prerequisite_is_placed_before_what_needs_it() -> None:
    plan = PackagePlanner().plan(
        [1.0],
        contents=[0, 1],
        content_topics=[[1.0], [1.0]],
        content_minutes=[60, 60],
        content_steps=[[1, 0, 0, 0], [0, 0, 0, 1]],
        prerequisites=[[0, 1]],
    )
    day = {item.content: item.day for item in plan.items if item.content is not None}
    assert day == {1: 1, 0: 2}


def test_content_moves_to_another_step_that_it_suits_rather_than_shut_the_next_one_out() -> None:
    plan = PackagePlanner().plan(
        [1.0],
        contents=[0, 1, 2],
        content_topics=[[1.0]] * 3,
        content_minutes=[40, 40, 40],
        content_steps=[[1, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 1]],
    )
    # Dealt over the days of their topic, not heaped on the first.
    assert [item.day for item in plan.items if item.content is not None] == [1, 2, 3]
    one_day = PackagePlanner(most_days_per_topic=1).plan(
        [0.9, 0.8, 0.7, 0.6, 0.5],
        contents=[0, 1, 2],
        content_topics=[[1.0, 0, 0, 0, 0]] * 3,
        content_minutes=[40, 40, 40],
        content_steps=[[1, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 1]],
    )
    seats = {item.content: item.step for item in one_day.items if item.content is not None}
    assert seats == {0: "WATCH", 1: "LISTEN", 2: "DO"}
    assert one_day.unplaced == ()


def test_content_too_long_for_a_day_is_left_out_and_named() -> None:
    plan = PackagePlanner(minutes_per_day=120).plan(
        [1.0], contents=[0], content_topics=[[1.0]], content_minutes=[100]
    )
    assert not [item for item in plan.items if item.content is not None]
    assert plan.events[0].content == 0
    week = PackagePlanner(minutes_per_day=120, n_months=0)
    assert week.plan([1.0], contents=[0], content_topics=[[1.0]], content_minutes=[100]).unplaced == (0,)


def test_contents_lead_where_no_need_is_known() -> None:
    plan = PackagePlanner().plan([0.0, 0.0], contents=[0], content_topics=[[0.0, 1.0]], content_minutes=[60])
    assert set(plan.day_topics) == {1}


@pytest.mark.parametrize(
    ("settings_of", "change", "name"),
    [
        ({"minutes_per_day": 30}, {}, "minutes_per_day"),
        ({}, {"need": []}, "need"),
        ({}, {"need": [1.5]}, "need"),
        ({}, {"contents": [0]}, "content_topics"),
        ({}, {"contents": [3], "content_topics": [[1.0]], "content_minutes": [10]}, "contents"),
        ({}, {"mentor_strength": [0.5, 0.5]}, "mentor_strength"),
        ({"n_months": -1}, {}, "n_months"),
        ({}, {"topic_abilities": [[1.5]]}, "topic_abilities"),
        ({}, {"topic_abilities": [[0.5]], "level": 3}, "level"),
    ],
)
def test_wrong_parameter_is_named(settings_of: dict, change: dict, name: str) -> None:
    with pytest.raises(InvalidInputError, match=name):
        PackagePlanner(**settings_of).plan(**{"need": [0.5], **change})


def test_event_goes_to_the_need_that_mentors_cannot_carry_one_to_one() -> None:
    need = np.tile([0.8, 0.8, 0.1], (10, 1))
    strength = np.array([[0.9, 0.6, 0.9], [0.9, 0.0, 0.9]])
    plan = plan_courses(need, strength, [4, 4])
    assert plan.event.topic == 1
    assert plan.event.speakers == (0,)
    assert plan.event.gap == pytest.approx(plan.demand[1] - plan.supply[1])


def test_topic_just_taught_waits() -> None:
    need, strength = [[0.8, 0.7]], [[0.6, 0.6]]
    assert plan_courses(need, strength, [0]).event.topic == 0
    assert plan_courses(need, strength, [0], topic_events=[1, 0]).event.topic == 1


def test_demand_is_the_mean_of_the_ranking() -> None:
    need = [[0.9, 0.1, 0.4], [0.7, 0.3, 0.0]]
    plan = plan_courses(need, np.zeros((1, 3)), [1])
    assert plan.demand.tolist() == rank_topics(need).mean.tolist()
    assert plan.event.demand == plan.demand[plan.event.topic]


def test_salon_speakers_complete_each_other() -> None:
    strength = [[0.9, 0.0], [0.8, 0.1], [0.0, 0.7]]
    plan = plan_courses([[0.8, 0.6]], strength, [0, 0, 0], n_speakers=2)
    assert plan.event.topic == 0
    assert plan.salon.speakers == (2, 0)
    assert plan.salon.topics == (1, 0)
    first, second = plan.demand
    assert plan.salon.coverage == pytest.approx((first * 0.9 + second * 0.7) / (first + second))


def test_salon_topic_is_the_greatest_need_left_that_somebody_can_speak_about() -> None:
    need = np.tile([0.9, 0.3, 0.7, 0.8], (40, 1))
    strength = [[0.9, 0.9, 0.0, 0.4], [0.2, 0.0, 0.6, 0.4]]
    plan = plan_courses(need, strength, [0, 0], n_speakers=2)
    assert plan.event.topic == 0
    assert plan.salon.topics == (2, 0)
    assert plan.salon.speakers == (1, 0)


def test_three_events_take_three_topics() -> None:
    need = [[0.9, 0.8, 0.7]]
    strength = np.full((3, 3), 0.6)
    plan = plan_courses(need, strength, [0, 0, 0], county_need=need)
    assert plan.outreach is not None
    assert (plan.event.topic, plan.salon.topics[0], plan.outreach.topic) == (0, 1, 2)


def test_visit_repeats_a_topic_where_a_county_needs_nothing_else() -> None:
    plan = plan_courses([[0.9, 0.8, 0.7]], np.full((1, 3), 0.6), [0], county_need=[[0.9, 0.0, 0.0]])
    assert plan.outreach is not None
    assert plan.outreach.topic == plan.event.topic == 0


def test_visit_is_taught_by_mentors_of_other_counties() -> None:
    county_need, strength = [[0.9, 0.0], [0.1, 0.0]], [[0.9, 0.0], [0.6, 0.0], [0.7, 0.0], [0.2, 0.0]]

    def speakers(mentor_county: list[int]) -> tuple[int, ...]:
        plan = plan_courses(
            [[0.1, 0.9]], strength, [0] * 4, county_need=county_need, mentor_county=mentor_county
        )
        assert plan.outreach is not None
        assert plan.outreach.county == 0
        return plan.outreach.speakers

    assert speakers([0, 1, -1, 1]) == (2, 1)
    # Mentor 3 works elsewhere but is not strong: better a neighbour who is.
    assert speakers([0, 0, 0, 1]) == (0, 2, 1)


def test_visit_goes_where_the_need_is_and_nobody_has_been() -> None:
    county_need = [[0.9, 0.1], [0.2, 0.8], [np.nan, np.nan]]
    plan = plan_courses([[0.5, 0.5]], [[0.9, 0.2]], [1], county_need=county_need, county_visits=[3, 0, 0])
    assert plan.outreach is not None
    assert (plan.outreach.county, plan.outreach.topic) == (1, 1)
    assert plan.outreach.speakers == ()


def test_no_county_no_visit() -> None:
    assert plan_courses([[0.5]], [[0.5]], [1]).outreach is None
    assert plan_courses([[0.5]], [[0.5]], [1], county_need=[[np.nan]]).outreach is None


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_course_figures_are_bounded(data: st.DataObject) -> None:
    n_topics, n_mentors = data.draw(st.integers(1, 4)), data.draw(st.integers(0, 4))
    need = data.draw(arrays(float, (data.draw(st.integers(1, 5)), n_topics), elements=SHARES))
    strength = data.draw(arrays(float, (n_mentors, n_topics), elements=SHARES))
    plan = plan_courses(need, strength, np.full(n_mentors, 2), n_speakers=2)
    assert 0 <= plan.salon.coverage <= 1
    assert ((plan.supply >= 0) & (plan.supply <= 1)).all()
    assert len(set(plan.salon.speakers)) == len(plan.salon.speakers) <= 2
    assert all(strength[mentor, plan.event.topic] >= 0.5 for mentor in plan.event.speakers)


def test_course_plan_without_respondents_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="need"):
        plan_courses(np.zeros((0, 2)), np.zeros((1, 2)), [1])


def test_week_answers_what_was_said_before_what_only_ratings_show() -> None:
    plan = PackagePlanner().plan([0.8, 0.6], evidence=[-1, 2])
    assert plan.day_topics[0] == 1
    assert PackagePlanner().plan([0.8, 0.6], evidence=[1, 2]).day_topics[0] == 0


def test_content_that_answers_no_sentence_gives_way_where_a_sentence_was_said() -> None:
    steps = [[1, 0, 0, 0], [0, 1, 0, 0]]
    library = {"content_topics": [[1.0], [1.0]], "content_minutes": [60, 60], "content_steps": steps}
    said = PackagePlanner().plan([1.0], evidence=[7], contents=[0, 1], content_points=[-1, 7], **library)
    assert said.unplaced == (0,)
    assert {item.point for item in said.items} == {7}
    rated = PackagePlanner().plan([1.0], contents=[0, 1], content_points=[-1, -1], **library)
    assert rated.unplaced == ()


def test_a_content_cites_no_word_about_another_topic() -> None:
    """Content 0 is about both topics and was recommended for what shows the second."""
    plan = PackagePlanner().plan(
        need=[0.9, 0.5],
        evidence=[0, 1],
        contents=[0],
        content_topics=[[0.6, 1.0]],
        content_minutes=[40],
        content_points=[1],
    )
    assert [item.topic for item in plan.items if item.content == 0] == [0]
    cited = {(item.topic, item.point) for item in plan.items}
    assert cited == {(0, 0), (1, 1)}


def test_a_content_leaves_room_for_the_steps_beside_it() -> None:
    """16 minutes of an hour would leave the other three steps less than a quarter of an hour each."""
    order = {"contents": [0], "content_topics": [[1.0]], "content_minutes": [16]}
    plan = PackagePlanner(minutes_per_day=60).plan([1.0], **order)
    assert all(item.content is None for item in plan.items)
    for day in range(1, 6):
        steps = [item.step for item in plan.items if item.day == day and item.step]
        assert set(steps) == {"LISTEN", "WATCH", "LEARN", "DO"}
