"""The price of an override is what saving it then costs; what stands against a pair is named with its reason."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import select

from studio.errors import Forbidden, NotFound, StudioError
from studio.operations.pairings.pairings import override_pairing
from studio.operations.pairings.publishing import publish_match_run
from studio.operations.people.mentors import import_mentors
from studio.operations.rules.rules import set_rule
from studio.operations.runs.pairing_states import step
from studio.operations.runs.runs import match_cohort
from studio.operations.suppositions.obstacles import ObstacleKind
from studio.operations.suppositions.override_preview import (
    Effect,
    OverridePreview,
    Verdict,
    preview_override,
)
from studio.operations.suppositions.suppositions import Supposition
from studio.operations.suppositions.what_if import what_if
from studio.operations.suppositions.what_if_words import told_preview
from studio.permissions import Actor
from studio.store.database import reading, writing
from studio.store.enums import PairingState, Role, RuleKind
from studio.store.tables import MatchRun, Mentor, MentorPlace, Pairing, Person, ScorePart, Trainee
from tests.databases import remembered
from tests.studio.operations.conftest import MENTOR_HEADER, csv_file, ids
from tests.studio.operations.test_what_if import contents, statements


@remembered
async def full_run(engine: AsyncEngine, organizer: Actor, cohort_id: UUID) -> UUID:
    """A draft in which every place is taken: four trainees, four places."""
    async with writing(engine) as session:
        run = await match_cohort(session, organizer, cohort_id)
    assert run.matched == 4
    return run.id


async def ask(
    engine: AsyncEngine, actor: Actor, run_id: UUID, trainee_id: UUID, mentor_id: UUID
) -> OverridePreview:
    async with reading(engine) as session:
        return await preview_override(session, actor, run_id, trainee_id, mentor_id)


async def save(engine: AsyncEngine, actor: Actor, run_id: UUID, pair: tuple[UUID, UUID], **how: Any) -> float:
    async with writing(engine) as session:
        done = await override_pairing(session, actor, run_id, *pair, reason="路近", **how)
    return done.change


async def mentor_of(engine: AsyncEngine, run_id: UUID) -> dict[UUID, UUID]:
    async with reading(engine) as session:
        found = await session.execute(
            select(Pairing.trainee_id, Pairing.mentor_id).where(Pairing.run_id == run_id)
        )
        return {trainee_id: mentor_id for trainee_id, mentor_id in found.all()}  # noqa: C416


async def everybody(engine: AsyncEngine, table: type[Trainee] | type[Mentor]) -> list[UUID]:
    async with reading(engine) as session:
        found = await session.execute(
            select(table.id).join(Person, Person.id == table.person_id).order_by(table.roster_row)
        )
        return list(found.scalars())


def expected(before: dict[UUID, UUID], effect: Effect) -> dict[UUID, UUID]:
    after = dict(before)
    for change in effect.changes:
        assert change.trainee.id
        assert (change.before.id if change.before else None) == before.get(change.trainee.id)
        after.pop(change.trainee.id, None)
        if change.after and change.after.id:
            after[change.trainee.id] = change.after.id
    return after


async def check_run(engine: AsyncEngine, run_id: UUID) -> None:
    """A run's figures and scores fit its pairs, and no place was added."""
    async with reading(engine) as session:
        run = await session.get_one(MatchRun, run_id)
        found = list((await session.execute(select(Pairing).where(Pairing.run_id == run_id))).scalars())
        assert run.matched == len(found) == len({pairing.place_id for pairing in found})
        assert run.objective == pytest.approx(sum(pairing.score for pairing in found), abs=1e-5)
        for pairing in found:
            parts = await session.execute(
                select(ScorePart.contribution).where(ScorePart.pairing_id == pairing.id)
            )
            assert sum(parts.scalars()) == pytest.approx(pairing.score, abs=1e-5)
        closed = select(sa.func.count()).select_from(MentorPlace).where(sa.not_(MentorPlace.open))
        assert await session.scalar(closed) == 0


@pytest.mark.parametrize("lock", [False, True])
async def test_saving_does_what_the_preview_said(
    engine: AsyncEngine, organizer: Actor, full_run: UUID, lock: bool
) -> None:
    tried = []
    for trainee_id in await everybody(engine, Trainee):
        for mentor_id in await everybody(engine, Mentor):
            preview = await ask(engine, organizer, full_run, trainee_id, mentor_id)
            tried.append(preview.verdict)
            if preview.together is None:
                continue
            # Every place is taken: nobody changes mentors alone.
            if preview.together.matched == 4:
                assert preview.alone is None
            before = await mentor_of(engine, full_run)
            how = {"lock": lock, "move_others": True}
            change = await save(engine, organizer, full_run, (trainee_id, mentor_id), **how)
            assert change == pytest.approx(preview.together.change, abs=1e-5)
            assert await mentor_of(engine, full_run) == expected(before, preview.together)
            await check_run(engine, full_run)
    assert len({Verdict.CHOSEN, Verdict.FORBIDDEN} & set(tried)) == 2
    assert any(verdict in (Verdict.LOWERS_TOTAL, Verdict.RAISES_TOTAL) for verdict in tried)


async def test_where_there_is_a_place_nobody_else_has_to_move(
    engine: AsyncEngine, organizer: Actor, run_id: UUID
) -> None:
    before = await mentor_of(engine, run_id)
    trainee_id = await ids(engine, Trainee, "赵强")
    songs = [await ids(engine, Mentor, name) for name in ("陈松", "周兰")]
    mentor_id = next(each for each in songs if each != before[trainee_id])
    preview = await ask(engine, organizer, run_id, trainee_id, mentor_id)
    assert preview.alone
    assert preview.best
    assert preview.alone.others == ()
    assert preview.best.change >= preview.alone.change
    change = await save(engine, organizer, run_id, (trainee_id, mentor_id))
    assert change == pytest.approx(preview.alone.change, abs=1e-5)
    assert await mentor_of(engine, run_id) == {**before, trainee_id: mentor_id}
    again = await ask(engine, organizer, run_id, trainee_id, mentor_id)
    assert again.verdict is Verdict.CHOSEN


async def test_without_moving_others_a_full_mentor_refuses(
    engine: AsyncEngine, organizer: Actor, full_run: UUID
) -> None:
    before = await mentor_of(engine, full_run)
    for trainee_id, mentor_id in before.items():
        for other in set(before.values()) - {mentor_id}:
            preview = await ask(engine, organizer, full_run, trainee_id, other)
            if preview.together:
                assert preview.alone is None
                with pytest.raises(StudioError) as refusal:
                    await save(engine, organizer, full_run, (trainee_id, other))
                assert refusal.value.code == "CAPACITY_EXCEEDED"
                return
    raise AssertionError("no pair could be tried")


async def test_who_would_stay_without_a_mentor_is_named_and_stays_so(
    engine: AsyncEngine, organizer: Actor, full_run: UUID
) -> None:
    """王芳 may not go to 周兰, and 李明 of 桂语 not to 吴桂: whoever takes a last place leaves somebody out."""
    zhao, gui = await ids(engine, Trainee, "赵强"), await ids(engine, Mentor, "吴桂")
    fang, song = await ids(engine, Trainee, "王芳"), await ids(engine, Mentor, "陈松")
    async with writing(engine) as session:
        await set_rule(session, organizer, fang, song, RuleKind.FORBID, reason="亲属")
        run = await match_cohort(session, organizer, (await session.get_one(MatchRun, full_run)).cohort_id)
    assert (await mentor_of(engine, run.id))[fang] == gui
    preview = await ask(engine, organizer, run.id, zhao, gui)
    assert preview.verdict is Verdict.LOWERS_COVERAGE
    assert preview.together
    assert preview.together.matched == 3
    left_out = [change.trainee.name for change in preview.together.others if change.after is None]
    assert left_out == ["王芳"]
    assert "王芳将没有导师" in told_preview(preview, "zh")
    assert "王芳 stays without a mentor" in told_preview(preview, "en")
    change = await save(engine, organizer, run.id, (zhao, gui), move_others=True)
    assert change == pytest.approx(preview.together.change, abs=1e-5)
    await check_run(engine, run.id)
    assert fang not in await mentor_of(engine, run.id)


@remembered
async def zhao_with_lan(engine: AsyncEngine, organizer: Actor, run_id: UUID) -> dict[str, UUID]:
    """People by their names; 赵强 is with 周兰, by an override that is not locked."""
    named = {name: await ids(engine, Mentor, name) for name in ("周兰", "陈松", "吴桂")}
    named |= {name: await ids(engine, Trainee, name) for name in ("赵强", "王芳")}
    if (await mentor_of(engine, run_id))[named["赵强"]] != named["周兰"]:
        await save(engine, organizer, run_id, (named["赵强"], named["周兰"]), lock=False)
    return named


async def rule(
    engine: AsyncEngine, actor: Actor, pair: tuple[UUID, UUID], kind: RuleKind, expires_on: date | None = None
) -> None:
    async with writing(engine) as session:
        await set_rule(session, actor, *pair, kind, reason="原上下级", expires_on=expires_on)


async def test_forbidden_pair_is_told_with_reason_author_and_expiry(
    engine: AsyncEngine, organizer: Actor, run_id: UUID, zhao_with_lan: dict[str, UUID]
) -> None:
    pair, expiry = (zhao_with_lan["赵强"], zhao_with_lan["陈松"]), date(2999, 1, 1)
    await rule(engine, organizer, pair, RuleKind.FORBID, expiry)
    preview = await ask(engine, organizer, run_id, *pair)
    (obstacle,) = preview.obstacles
    assert (preview.verdict, preview.together) == (Verdict.FORBIDDEN, None)
    assert (obstacle.reason, obstacle.author, obstacle.expires_on) == ("原上下级", "ORGANIZER", expiry)
    for language, author in (("zh", "组织者"), ("en", "organizer")):
        told = told_preview(preview, language)
        assert all(word in told for word in ("原上下级", author, "2999-01-01", "赵强", "陈松"))
    # An expired rule stands against nothing.
    await rule(engine, organizer, pair, RuleKind.FORBID, date(2020, 1, 1))
    assert (await ask(engine, organizer, run_id, *pair)).obstacles == ()


async def test_neighbours_are_told(
    engine: AsyncEngine, organizer: Actor, run_id: UUID, zhao_with_lan: dict[str, UUID]
) -> None:
    preview = await ask(engine, organizer, run_id, zhao_with_lan["王芳"], zhao_with_lan["周兰"])
    assert preview.verdict is Verdict.FORBIDDEN
    assert "同在一个社区" in told_preview(preview, "zh")
    assert "of one community" in told_preview(preview, "en")


async def test_pin_elsewhere_is_told(
    engine: AsyncEngine, organizer: Actor, run_id: UUID, zhao_with_lan: dict[str, UUID]
) -> None:
    await rule(engine, organizer, (zhao_with_lan["赵强"], zhao_with_lan["吴桂"]), RuleKind.PIN)
    preview = await ask(engine, organizer, run_id, zhao_with_lan["赵强"], zhao_with_lan["陈松"])
    assert preview.verdict is Verdict.PINNED_ELSEWHERE
    assert all(word in told_preview(preview, "zh") for word in ("吴桂", "原上下级"))


@pytest.mark.parametrize("lock", [False, True])
async def test_places_that_are_fixed_for_others_are_told(
    engine: AsyncEngine, organizer: Actor, run_id: UUID, zhao_with_lan: dict[str, UUID], lock: bool
) -> None:
    """吴桂 has one place."""
    pair = (zhao_with_lan["赵强"], zhao_with_lan["吴桂"])
    if lock:
        await save(engine, organizer, run_id, pair, lock=True, move_others=True)
    else:
        await rule(engine, organizer, pair, RuleKind.PIN)
    preview = await ask(engine, organizer, run_id, zhao_with_lan["王芳"], zhao_with_lan["吴桂"])
    assert preview.verdict is Verdict.RULED_OUT
    reason = "路近" if lock else "原上下级"
    assert [(each.trainee.name, each.reason) for each in preview.obstacles] == [("赵强", reason)]
    assert all(word in told_preview(preview, "zh") for word in ("赵强", "王芳", reason))


async def test_mentor_without_places_is_told(engine: AsyncEngine, organizer: Actor, run_id: UUID) -> None:
    row = ("郑闲", "新华社区", "正安县", 0, 9, "网格治理:5", "", "")
    async with writing(engine) as session:
        await import_mentors(session, organizer, csv_file(MENTOR_HEADER, row), "mentors.csv")
    preview = await ask(
        engine, organizer, run_id, await ids(engine, Trainee, "赵强"), await ids(engine, Mentor, "郑闲")
    )
    assert preview.verdict is Verdict.NO_PLACES
    assert preview.input_changed
    assert "郑闲" in told_preview(preview, "en")


async def test_preview_writes_nothing_and_is_for_organizers(
    engine: AsyncEngine, organizer: Actor, full_run: UUID
) -> None:
    trainees, mentors = await everybody(engine, Trainee), await everybody(engine, Mentor)
    before = await contents(engine)
    with statements(engine) as sent:
        for mentor_id in mentors:
            await ask(engine, organizer, full_run, trainees[0], mentor_id)
    assert {statement.split()[0].upper() for statement in sent} <= {"SELECT", "WITH", "BEGIN", "PRAGMA"}
    assert await contents(engine) == before
    for role in (Role.MENTOR, Role.TRAINEE, Role.CLIENT_APP):
        with pytest.raises(Forbidden):
            await ask(engine, Actor(role, organizer.studio_id), full_run, trainees[0], mentors[0])
    for pair in ((mentors[0], mentors[0]), (trainees[0], trainees[0])):
        with pytest.raises(NotFound):
            await ask(engine, organizer, full_run, *pair)


async def test_declined_pair_and_confirmed_pairs_are_told(
    engine: AsyncEngine, organizer: Actor, run_id: UUID, zhao_with_lan: dict[str, UUID]
) -> None:
    async with writing(engine) as session:
        run = await session.get_one(MatchRun, run_id)
        await publish_match_run(session, organizer, run_id, expected_version=run.version)
    states = {"赵强": PairingState.DECLINED, "王芳": PairingState.CONFIRMED}
    async with writing(engine) as session:
        for name, state in states.items():
            query = select(Pairing).where(Pairing.run_id == run_id, Pairing.trainee_id == zhao_with_lan[name])
            step((await session.execute(query)).scalar_one(), state, by=Role.MENTOR)
    declined = await ask(engine, organizer, run_id, zhao_with_lan["赵强"], zhao_with_lan["周兰"])
    assert [each.kind for each in declined.obstacles] == [ObstacleKind.DECLINED]
    assert "谢绝" in told_preview(declined, "zh")
    confirmed = (await mentor_of(engine, run_id))[zhao_with_lan["王芳"]]
    async with reading(engine) as session:
        supposed = Supposition(leaving_mentors=frozenset({zhao_with_lan["周兰"]}))
        found = await what_if(session, organizer, run_id, supposed, stability=0.0)
        assert "王芳" not in [change.trainee.name for change in found.changes]
        leaving = Supposition(leaving_mentors=frozenset({confirmed}))
        left = await what_if(session, organizer, run_id, leaving, stability=0.0)
    zhao = next(change for change in found.changes if change.trainee.name == "赵强")
    assert (zhao.before, zhao.after is None or zhao.after.name != "周兰") == (None, True)
    assert "王芳" in [change.trainee.name for change in left.changes]
