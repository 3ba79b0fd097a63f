"""What if: the difference to a run, held against a match of rows that were really changed; and nothing is written."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from studio.errors import Forbidden, NotFound, StudioError
from studio.operations.pairings.pairings import override_pairing
from studio.operations.people.mentors import import_mentors
from studio.operations.rules.rules import set_rule
from studio.operations.runs.runs import match_cohort
from studio.operations.suppositions.suppositions import Newcomer, Supposition
from studio.operations.suppositions.what_if import WhatIf, what_if
from studio.permissions import Actor
from studio.store.database import reading, writing
from studio.store.enums import Role, RuleKind
from studio.store.tables import MatchRun, Mentor, Pairing, Trainee, metadata
from tests.studio.operations.conftest import MENTOR_HEADER, csv_file, ids, pairs


async def ask(engine: AsyncEngine, actor: Actor, run_id: UUID, **supposed: Any) -> WhatIf:
    how = {"stability": supposed.pop("stability", 0.05)}
    async with reading(engine) as session:
        return await what_if(session, actor, run_id, Supposition(**supposed), **how)


def moves(found: WhatIf) -> dict[str, tuple[str | None, str | None]]:
    return {
        change.trainee.name: (
            change.before.name if change.before else None,
            change.after.name if change.after else None,
        )
        for change in found.changes
    }


async def capacity(engine: AsyncEngine, organizer: Actor, name: str, places: int) -> None:
    communities = {"周兰": "竹园社区", "陈松": "和平社区", "吴桂": "桂语社区"}
    counties = {"周兰": "汇川区", "陈松": "播州区", "吴桂": "汇川区"}
    row = (name, communities[name], counties[name], places, "", "", "", "")
    async with writing(engine) as session:
        await import_mentors(session, organizer, csv_file(MENTOR_HEADER, row), "mentors.csv")


async def test_supposed_capacity_gives_what_the_real_one_gives(
    engine: AsyncEngine, organizer: Actor, run_id: UUID
) -> None:
    songs = await ids(engine, Mentor, "陈松")
    found = await ask(engine, organizer, run_id, capacities={songs: 0}, stability=0.0)
    before = await pairs(engine, run_id)
    await capacity(engine, organizer, "陈松", 0)
    async with writing(engine) as session:
        real = await match_cohort(session, organizer, (await session.get_one(MatchRun, run_id)).cohort_id)
    after = await pairs(engine, real.id)
    assert before != after
    assert moves(found) == {
        name: (before.get((name, row)), after.get((name, row)))
        for name, row in before
        if before[name, row] != after.get((name, row))
    }
    assert not found.input_changed
    for worth in (found.after, found.best):
        assert (worth.matched, worth.objective, worth.bound) == (real.matched, real.objective, real.bound)
        assert worth.verified
    assert found.n_moved == found.best_n_moved == len(found.changes)


async def test_leaving_mentor_leaves_trainees_to_others_or_to_nobody(
    engine: AsyncEngine, organizer: Actor, run_id: UUID
) -> None:
    lan, song = await ids(engine, Mentor, "周兰"), await ids(engine, Mentor, "陈松")
    found = await ask(engine, organizer, run_id, leaving_mentors=frozenset({lan, song}))
    assert found.before.matched == 4
    assert found.after.matched == found.best.matched == 1
    assert [before for before, _ in moves(found).values()].count("吴桂") == 0
    assert sum(after is None for _, after in moves(found).values()) == 3
    assert {before for before, _ in moves(found).values()} <= {"周兰", "陈松"}


async def test_mentor_who_leaves_is_one_without_places(
    engine: AsyncEngine, organizer: Actor, run_id: UUID
) -> None:
    """The likeness of cases is weighed beside those of all mentors: nobody else's score may change."""
    song = await ids(engine, Mentor, "陈松")
    left = await ask(engine, organizer, run_id, leaving_mentors=frozenset({song}))
    closed = await ask(engine, organizer, run_id, capacities={song: 0})
    assert (left.after, left.best, left.changes) == (closed.after, closed.best, closed.changes)
    assert left.changes


async def test_mentor_leaves_in_spite_of_pins_and_locks(
    engine: AsyncEngine, organizer: Actor, run_id: UUID
) -> None:
    strong, song = await ids(engine, Trainee, "赵强"), await ids(engine, Mentor, "陈松")
    async with writing(engine) as session:
        await override_pairing(session, organizer, run_id, strong, song, reason="路近")
        await set_rule(session, organizer, strong, song, RuleKind.PIN, reason="同线")
    found = await ask(engine, organizer, run_id, leaving_mentors=frozenset({song}))
    assert moves(found)["赵强"][0] == "陈松"
    assert "陈松" not in {after for _, after in moves(found).values()}


async def test_without_any_mentor_nobody_is_placed(
    engine: AsyncEngine, organizer: Actor, run_id: UUID
) -> None:
    everybody = frozenset(mentor for _, mentor in await keys(engine, run_id))
    found = await ask(
        engine, organizer, run_id, leaving_mentors=everybody | {await ids(engine, Mentor, "吴桂")}
    )
    assert (found.after.matched, found.after.total, found.after.objective) == (0, 4, 0.0)
    assert (found.after.verified, found.n_moved) == (True, 4)
    assert all(change.before and change.after is None for change in found.changes)


async def keys(engine: AsyncEngine, run_id: UUID) -> list[tuple[UUID, UUID]]:
    async with reading(engine) as session:
        found = await session.execute(
            sa.select(Pairing.trainee_id, Pairing.mentor_id).where(Pairing.run_id == run_id)
        )
        return [(trainee, mentor) for trainee, mentor in found.all()]


async def test_pairs_are_kept_where_it_costs_little(
    engine: AsyncEngine, organizer: Actor, run_id: UUID
) -> None:
    gui = await ids(engine, Mentor, "吴桂")
    steady = await ask(engine, organizer, run_id, capacities={gui: 9}, stability=1.0)
    assert (steady.n_moved, steady.changes) == (0, ())
    assert steady.after.objective == pytest.approx(steady.before.objective)
    assert steady.best.objective >= steady.after.objective
    if steady.best.objective > steady.after.objective:
        assert steady.after.gap
        assert not steady.after.verified
        assert steady.best_n_moved > 0


async def test_supposed_pin_and_ban_count_before_rules_and_locks(
    engine: AsyncEngine, organizer: Actor, run_id: UUID
) -> None:
    strong, song = await ids(engine, Trainee, "赵强"), await ids(engine, Mentor, "陈松")
    lan = await ids(engine, Mentor, "周兰")
    async with writing(engine) as session:
        await override_pairing(session, organizer, run_id, strong, song, reason="路近")
        await set_rule(session, organizer, strong, song, RuleKind.PIN, reason="同线")
    pinned = await ask(engine, organizer, run_id, pins=[(strong, lan)])
    assert moves(pinned)["赵强"] == ("陈松", "周兰")
    banned = await ask(engine, organizer, run_id, forbidden=[(strong, song)])
    assert moves(banned)["赵强"][1] in ("周兰", "吴桂")


async def test_newcomer_is_matched_by_own_words_and_not_in_the_own_community(
    engine: AsyncEngine, organizer: Actor, run_id: UUID
) -> None:
    words = ("写材料老是被退回来", "讲话稿不晓得咋个开头")
    found = await ask(
        engine,
        organizer,
        run_id,
        newcomers=[Newcomer("孙新", "桂语社区", pain_points=words), Newcomer("孙旧", "竹园")],
        stability=1.0,
    )
    (first, second) = (change for change in found.changes if change.joins)
    assert (first.trainee.id, first.trainee.name, first.before) == (None, "孙新", None)
    assert first.after
    assert first.after.name == "周兰"
    assert second.after is None or second.after.name != "周兰"
    assert (found.before.total, found.after.total, found.after.matched) == (4, 6, 6)


async def test_leaving_trainee_frees_the_place(engine: AsyncEngine, organizer: Actor, run_id: UUID) -> None:
    strong = await ids(engine, Trainee, "赵强")
    found = await ask(engine, organizer, run_id, leaving_trainees=frozenset({strong}), stability=1.0)
    (change,) = found.changes
    assert (change.trainee.name, change.leaves, change.after) == ("赵强", True, None)
    assert (found.after.matched, found.after.total) == (3, 3)


async def test_changes_since_the_run_are_told(engine: AsyncEngine, organizer: Actor, run_id: UUID) -> None:
    strong, song = await ids(engine, Trainee, "赵强"), await ids(engine, Mentor, "陈松")
    async with writing(engine) as session:
        await override_pairing(session, organizer, run_id, strong, song, reason="路近")
    supposed: dict[str, Any] = {"capacities": {song: 4}}
    # The run's own overrides are in its pairs, not in what it was computed from.
    assert not (await ask(engine, organizer, run_id, **supposed)).input_changed
    await capacity(engine, organizer, "周兰", 2)
    assert (await ask(engine, organizer, run_id, **supposed)).input_changed


@contextmanager
def statements(engine: AsyncEngine) -> Iterator[list[str]]:
    """Collect what is sent to the database."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    sa.event.listen(engine.sync_engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        sa.event.remove(engine.sync_engine, "before_cursor_execute", note)


async def contents(engine: AsyncEngine) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of the database."""
    async with reading(engine) as session:
        return {
            name: sorted(map(tuple, (await session.execute(sa.select(table))).all()), key=repr)
            for name, table in metadata.tables.items()
        }


async def test_nothing_is_written(engine: AsyncEngine, organizer: Actor, run_id: UUID) -> None:
    trainee, mentor = await ids(engine, Trainee, "赵强"), await ids(engine, Mentor, "陈松")
    lan = await ids(engine, Mentor, "周兰")
    before = await contents(engine)
    with statements(engine) as sent:
        await ask(
            engine,
            organizer,
            run_id,
            leaving_mentors=frozenset({lan}),
            capacities={mentor: 7},
            pins=[(trainee, mentor)],
            newcomers=[Newcomer("孙新", "新社区", "新县", pain_points=("材料写不出来",))],
        )
    words = {statement.split()[0].upper() for statement in sent}
    assert words <= {"SELECT", "WITH", "BEGIN", "PRAGMA"}
    assert await contents(engine) == before


@pytest.mark.parametrize("role", [Role.MENTOR, Role.TRAINEE, Role.CLIENT_APP])
async def test_what_if_is_for_organizers(
    engine: AsyncEngine, organizer: Actor, run_id: UUID, role: Role
) -> None:
    with pytest.raises(Forbidden):
        await ask(engine, Actor(role, organizer.studio_id), run_id, capacities={})


async def test_suppositions_that_cannot_be_are_refused(
    engine: AsyncEngine, organizer: Actor, run_id: UUID
) -> None:
    trainee, mentor = await ids(engine, Trainee, "赵强"), await ids(engine, Mentor, "陈松")
    other = await ids(engine, Trainee, "王芳")
    lan = await ids(engine, Mentor, "周兰")
    everybody = frozenset(trainee for trainee, _ in await keys(engine, run_id))
    pair = (trainee, mentor)
    refused: list[tuple[str, dict[str, Any]]] = [
        ("NOTHING_SUPPOSED", {}),
        ("STABILITY_OUT_OF_RANGE", {"pins": [pair], "stability": float("nan")}),
        ("CAPACITY_OUT_OF_RANGE", {"capacities": {mentor: -1}}),
        ("SUPPOSED_TWICE", {"pins": [pair], "forbidden": [pair]}),
        ("SUPPOSED_TWICE", {"pins": [pair, (trainee, lan)]}),
        ("SUPPOSED_LEAVER", {"pins": [pair], "leaving_mentors": frozenset({mentor})}),
        ("NEWCOMER_NAMELESS", {"newcomers": [Newcomer(" ")]}),
        ("TEXT_TOO_LONG", {"newcomers": [Newcomer("甲", pain_points=("字" * 2001,))]}),
        ("SUPPOSED_NOBODY", {"leaving_trainees": everybody}),
        ("INFEASIBLE", {"pins": [pair, (other, mentor)], "capacities": {mentor: 1}}),
    ]
    for code, supposed in refused:
        with pytest.raises(StudioError) as refusal:
            await ask(engine, organizer, run_id, **supposed)
        assert refusal.value.code == code
        assert refusal.value.message("en") != refusal.value.message("zh")
    with pytest.raises(NotFound):
        await ask(engine, organizer, run_id, pins=[(mentor, trainee)])
    with pytest.raises(NotFound):
        await ask(engine, organizer, trainee, pins=[pair])
