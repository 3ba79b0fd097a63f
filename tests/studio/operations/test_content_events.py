"""What trainees do with contents is kept, and changes what is recommended."""

from collections.abc import Sequence
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import select

from studio.errors import Conflict, Forbidden, NotFound, StudioError
from studio.operations.contents.content_events import record_content_event
from studio.operations.contents.recommendations import recommend_contents
from studio.operations.pairings.publishing import publish_match_run
from studio.operations.people.roster import import_roster
from studio.operations.people.studios import create_studio, organizer_of
from studio.operations.runs.runs import match_cohort
from studio.permissions import ALL_SCOPES, Actor
from studio.store.content_events import ContentEvent, content_ratings
from studio.store.database import reading, writing
from studio.store.enums import ContentEventKind, DismissalReason, Role
from studio.store.tables import Content, ContentPrerequisite, Mentor, Pairing, Recommendation, Trainee
from tests.databases import remembered
from tests.studio.operations.conftest import ROSTER_HEADER, contents, csv_file, ids

DONE, DISMISSED, USEFUL = ContentEventKind.DONE, ContentEventKind.DISMISSED, ContentEventKind.USEFUL


@remembered
async def trainee(engine: AsyncEngine, organizer: Actor, cohort_id: UUID) -> UUID:
    """A trainee in need of writing, with contents recommended."""
    await contents(engine, organizer)
    async with writing(engine) as session:
        await recommend_contents(session, organizer, cohort_id=cohort_id)
    return await ids(engine, Trainee, "李明", 2)


async def content(engine: AsyncEngine, code: str) -> UUID:
    async with reading(engine) as session:
        return (await session.execute(select(Content.id).where(Content.code == code))).scalar_one()


async def offered(engine: AsyncEngine, trainee_id: UUID) -> list[str]:
    """Codes of what is recommended, in order."""
    async with reading(engine) as session:
        found = await session.execute(
            select(Content.code)
            .join(Recommendation, Recommendation.content_id == Content.id)
            .where(Recommendation.trainee_id == trainee_id)
            .order_by(Recommendation.rank)
        )
        return list(found.scalars())


async def record(
    engine: AsyncEngine, actor: Actor, trainee: UUID, content: UUID, kind: ContentEventKind, **more: object
) -> ContentEvent:
    async with writing(engine) as session:
        return await record_content_event(session, actor, trainee, content, kind, **more)  # type: ignore[arg-type]


async def kinds(engine: AsyncEngine, trainee_id: UUID) -> Sequence[str]:
    async with reading(engine) as session:
        found = await session.execute(
            select(ContentEvent.kind).where(ContentEvent.trainee_id == trainee_id).order_by(ContentEvent.id)
        )
        return [kind.value for kind in found.scalars()]


@pytest.mark.parametrize(
    ("kind", "reason"),
    [(DONE, None), (DISMISSED, DismissalReason.TOO_EASY), (DISMISSED, DismissalReason.OTHER)],
)
async def test_what_is_done_or_dismissed_leaves_for_good(
    engine: AsyncEngine,
    organizer: Actor,
    cohort_id: UUID,
    trainee: UUID,
    kind: ContentEventKind,
    reason: DismissalReason | None,
) -> None:
    other = await ids(engine, Trainee, "王芳")
    before, others = await offered(engine, trainee), await offered(engine, other)
    gone = before[0]
    await record(engine, organizer, trainee, await content(engine, gone), kind, reason=reason)
    assert await offered(engine, trainee) == before[1:]
    async with writing(engine) as session:
        await recommend_contents(session, organizer, cohort_id=cohort_id)
    assert await offered(engine, trainee) == before[1:]
    assert await offered(engine, other) == others
    assert await kinds(engine, trainee) == [kind.value]


@pytest.mark.parametrize("kind", [ContentEventKind.SHOWN, ContentEventKind.OPENED, USEFUL])
async def test_what_is_only_looked_at_stays(
    engine: AsyncEngine, organizer: Actor, trainee: UUID, kind: ContentEventKind
) -> None:
    before = await offered(engine, trainee)
    await record(engine, organizer, trainee, await content(engine, before[0]), kind)
    async with writing(engine) as session:
        await recommend_contents(session, organizer, trainee_id=trainee)
    assert await offered(engine, trainee) == before


async def _requires(engine: AsyncEngine, organizer: Actor, later: str, first: str) -> None:
    later_id, first_id = await content(engine, later), await content(engine, first)
    async with writing(engine) as session:
        session.add(
            ContentPrerequisite(studio_id=organizer.studio_id, content_id=later_id, requires_id=first_id)
        )


@pytest.mark.parametrize(
    ("kind", "reason", "left"),
    [
        (DONE, None, True),
        (DISMISSED, DismissalReason.ALREADY_KNOWN, True),
        (DISMISSED, DismissalReason.TOO_EASY, True),
        (DISMISSED, DismissalReason.NO_TIME, True),
        (DISMISSED, DismissalReason.NOT_USEFUL, True),
        (DISMISSED, DismissalReason.OUT_OF_DATE, True),
        (DISMISSED, DismissalReason.OTHER, True),
        (DISMISSED, DismissalReason.TOO_HARD, False),
        (DISMISSED, DismissalReason.NOT_MY_TROUBLE, False),
    ],
)
async def test_only_what_is_too_hard_or_no_trouble_hides_what_builds_on_it(
    engine: AsyncEngine,
    organizer: Actor,
    trainee: UUID,
    kind: ContentEventKind,
    reason: DismissalReason | None,
    left: bool,
) -> None:
    best, first = (await offered(engine, trainee))[:2]
    await _requires(engine, organizer, best, first)
    async with writing(engine) as session:
        await recommend_contents(session, organizer, trainee_id=trainee)
    assert (await offered(engine, trainee))[:2] == [first, best]
    await record(engine, organizer, trainee, await content(engine, first), kind, reason=reason)
    now = await offered(engine, trainee)
    assert first not in now
    assert (best in now) is left


@pytest.mark.parametrize(("before", "left"), [(DismissalReason.NO_TIME, False), (None, True)])
async def test_a_weightier_reason_counts_beside_a_lighter_one(
    engine: AsyncEngine, organizer: Actor, trainee: UUID, before: DismissalReason | None, left: bool
) -> None:
    """Who had no time and then finds it too hard is not led on; who has done it is."""
    best, first = (await offered(engine, trainee))[:2]
    await _requires(engine, organizer, best, first)
    kind = DISMISSED if before else DONE
    dismissed = await content(engine, first)
    await record(engine, organizer, trainee, dismissed, kind, reason=before)
    await record(engine, organizer, trainee, dismissed, DISMISSED, reason=DismissalReason.TOO_HARD)
    assert (best in await offered(engine, trainee)) is left


async def test_what_many_found_useful_is_praised_and_the_weights_still_sum(
    engine: AsyncEngine, organizer: Actor, trainee: UUID
) -> None:
    """Five readers: four of the cohort and one more."""
    praised = await content(engine, "C3")
    more = csv_file(ROSTER_HEADER, ("孙梅", "副书记", "汇川区", "云溪街道", "桂语社区", "", ""))
    async with writing(engine) as session:
        await import_roster(session, organizer, more, "more.csv", 3)
    async with reading(engine) as session:
        readers = list((await session.execute(select(Trainee.id).order_by(Trainee.id))).scalars())
    assert len(readers) == 5
    for number, reader in enumerate(readers):
        codes = await _reasons(engine, organizer, trainee)
        assert "WELL_RATED" not in codes["C3"]
        assert ("RATING" in codes["C3"]) is (number > 0)
        await record(engine, organizer, reader, praised, USEFUL)
    codes = await _reasons(engine, organizer, trainee)
    assert "WELL_RATED" in codes["C3"]
    assert not [code for code, reasons in codes.items() if code != "C3" and "WELL_RATED" in reasons]


async def _reasons(engine: AsyncEngine, organizer: Actor, trainee: UUID) -> dict[str, set[str]]:
    """Recommend again and return the codes of each content's reasons."""
    async with writing(engine) as session:
        await recommend_contents(session, organizer, trainee_id=trainee)
    async with reading(engine) as session:
        found = await session.execute(
            select(Content.code, Recommendation.score, Recommendation.reasons)
            .join(Content, Content.id == Recommendation.content_id)
            .where(Recommendation.trainee_id == trainee)
        )
        rows = found.all()
    for _, score, reasons in rows:
        assert sum(reason["weight"] for reason in reasons) == pytest.approx(score, abs=1e-9)
    return {code: {reason["code"] for reason in reasons} for code, _, reasons in rows}


async def test_a_trainee_judges_once_by_the_latest_word(
    engine: AsyncEngine, organizer: Actor, trainee: UUID
) -> None:
    other, judged = await ids(engine, Trainee, "王芳"), await content(engine, "C1")

    async def ratings() -> tuple[int, int]:
        async with reading(engine) as session:
            return (await content_ratings(session, organizer.studio_id)).get(judged, (0, 0))

    for kind, reason, wanted in (
        (ContentEventKind.OPENED, None, (0, 0)),
        (DISMISSED, DismissalReason.NO_TIME, (0, 0)),
        (USEFUL, None, (1, 1)),
        (USEFUL, None, (1, 1)),
        (DISMISSED, DismissalReason.NOT_USEFUL, (0, 1)),
    ):
        await record(engine, organizer, trainee, judged, kind, reason=reason)
        assert await ratings() == wanted
    await record(engine, organizer, other, judged, USEFUL)
    assert await ratings() == (1, 2)


async def test_a_dismissal_and_only_a_dismissal_says_why(
    engine: AsyncEngine, organizer: Actor, trainee: UUID
) -> None:
    chosen = await content(engine, "C1")
    for kind, reason, code in (
        (DISMISSED, None, "DISMISSAL_REASON"),
        (DONE, DismissalReason.OTHER, "DISMISSAL_ONLY"),
    ):
        with pytest.raises(StudioError) as refusal:
            await record(engine, organizer, trainee, chosen, kind, reason=reason)
        assert (refusal.value.code, refusal.value.field) == (code, "reason")
        row = ContentEvent(
            studio_id=organizer.studio_id,
            trainee_id=trainee,
            content_id=chosen,
            kind=kind,
            reason=reason,
            recorded_by=Role.ORGANIZER,
        )
        with pytest.raises(IntegrityError):
            async with writing(engine) as session:
                session.add(row)
    assert await kinds(engine, trainee) == []


async def test_everybody_records_of_those_whom_one_sees(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID, trainee: UUID
) -> None:
    chosen = await content(engine, "C1")
    async with writing(engine) as session:
        run = await match_cohort(session, organizer, cohort_id)
    async with reading(engine) as session:
        pairing = (await session.execute(select(Pairing).where(Pairing.trainee_id == trainee))).scalar_one()
        person = await session.scalar(select(Trainee.person_id).where(Trainee.id == trainee))
        stranger = await session.scalar(select(Trainee.person_id).where(Trainee.id != trainee).limit(1))
        mentors = dict((await session.execute(select(Mentor.id, Mentor.person_id))).all())
    mentor = Actor(Role.MENTOR, organizer.studio_id, mentors.pop(pairing.mentor_id))
    with pytest.raises(NotFound):
        # Of a draft nobody knows.
        await record(engine, mentor, trainee, chosen, ContentEventKind.OPENED)
    async with writing(engine) as session:
        await publish_match_run(session, organizer, run.id, expected_version=run.version)
    own = Actor(Role.TRAINEE, organizer.studio_id, person)
    for actor in (own, mentor, organizer):
        event = await record(engine, actor, trainee, chosen, ContentEventKind.OPENED)
        assert event.recorded_by is actor.role
    async with writing(engine) as session:
        elsewhere = organizer_of(await create_studio(session, "别的工作室"))
    others = [Actor(Role.MENTOR, organizer.studio_id, other) for other in mentors.values()]
    for actor in (Actor(Role.TRAINEE, organizer.studio_id, stranger), *others, elsewhere):
        with pytest.raises(NotFound) as refusal:
            await record(engine, actor, trainee, chosen, ContentEventKind.OPENED)
        assert refusal.value.field == "traineeId"
    app = Actor(Role.CLIENT_APP, organizer.studio_id, scopes=ALL_SCOPES)
    with pytest.raises(Forbidden):
        await record(engine, app, trainee, chosen, ContentEventKind.OPENED)
    assert len(await kinds(engine, trainee)) == 3


async def test_a_key_records_once(engine: AsyncEngine, organizer: Actor, trainee: UUID) -> None:
    chosen = await content(engine, "C1")
    first = await record(engine, organizer, trainee, chosen, DONE, idempotency_key="k")
    again = await record(engine, organizer, trainee, chosen, DONE, idempotency_key="k")
    assert again.id == first.id
    with pytest.raises(Conflict):
        await record(engine, organizer, trainee, chosen, USEFUL, idempotency_key="k")
    assert await kinds(engine, trainee) == ["DONE"]


async def test_events_stay_when_recommendations_go_and_go_with_the_trainee(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID, trainee: UUID
) -> None:
    await record(engine, organizer, trainee, await content(engine, "C1"), USEFUL)
    async with writing(engine) as session:
        await session.execute(sa.delete(Recommendation))
        await recommend_contents(session, organizer, cohort_id=cohort_id)
    assert await kinds(engine, trainee) == ["USEFUL"]
    async with writing(engine) as session:
        await session.execute(sa.delete(Trainee).where(Trainee.id == trainee))
    assert await kinds(engine, trainee) == []
