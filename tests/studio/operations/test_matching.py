import math
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import select

from studio.errors import Conflict, Forbidden, NotFound, StudioError
from studio.operations.background.handlers import HANDLERS
from studio.operations.background.worker import Worker
from studio.operations.contents.recommendations import recommend_contents
from studio.operations.pairings.pairings import lock_pairing, override_pairing
from studio.operations.people.cohorts import find_cohort
from studio.operations.people.mentors import import_mentors
from studio.operations.people.roster import import_roster
from studio.operations.rules.rules import remove_rule, set_rule
from studio.operations.runs.runs import match_cohort, start_match_run
from studio.operations.surveys.survey_imports import start_survey_import
from studio.operations.surveys.surveys import AnswerInput, submit_survey_response
from studio.permissions import Actor
from studio.store.clock import held_at
from studio.store.database import reading, writing
from studio.store.enums import (
    MatchRunState,
    Measure,
    Role,
    RuleKind,
)
from studio.store.tables import (
    MatchRun,
    Mentor,
    MentorCase,
    PainPoint,
    Pairing,
    Person,
    Question,
    Recommendation,
    RecommendationCause,
    ScorePart,
    Survey,
    SurveyImport,
    SurveyResponse,
    Trainee,
    Unmatched,
    UnmatchedRepair,
    Upload,
)
from tests.studio.operations.conftest import (
    MENTOR_HEADER,
    MENTORS,
    ROSTER_HEADER,
    contents,
    csv_file,
    ids,
    pairs,
)


async def test_match_is_proven_and_its_figures_add_up(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    async with writing(engine) as session:
        run = await match_cohort(session, organizer, cohort_id)
    assert (run.state, run.verified, run.gap, run.matched, run.total) == (
        MatchRunState.OPTIMAL,
        True,
        0,
        4,
        4,
    )
    assert run.bound == run.objective
    async with reading(engine) as session:
        scores = (await session.execute(select(Pairing.id, Pairing.score))).all()
        parts = (
            await session.execute(
                select(ScorePart.pairing_id, ScorePart.value, ScorePart.weight, ScorePart.contribution)
            )
        ).all()
    assert round(math.fsum(score for _, score in scores), 6) == run.objective
    for pairing_id, score in scores:
        own = [part for part in parts if part[0] == pairing_id]
        assert all(round(value * weight, 6) == contribution for _, value, weight, contribution in own)
        assert round(math.fsum(part[3] for part in own), 6) == score


async def test_part_of_the_cases_names_the_words_and_the_case_that_show_it(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    async with writing(engine) as session:
        await import_mentors(session, organizer, MENTORS.replace(b",2,8,", b",4,8,"), "mentors.csv")
        run = await match_cohort(session, organizer, cohort_id)
    stairs = {("王芳", "陈松"): ("加装电梯一楼不同意", "挨家做工作,给老楼加装了三部电梯")}
    assert await shown(engine) == stairs | {
        ("李明", "周兰"): ("信息没人采用", "带着年轻人逐篇改材料,半年后信息被采用")
    }
    li_ming, chen_song = await ids(engine, Trainee, "李明", 2), await ids(engine, Mentor, "陈松")
    async with writing(engine) as session:
        await override_pairing(session, organizer, run.id, li_ming, chen_song, reason="自己提出")
    # Nothing that this mentor did is like what troubles the trainee.
    assert await shown(engine) == stairs


async def shown(engine: AsyncEngine) -> dict[tuple[str, str], tuple[str, str]]:
    """Words and case by trainee's and mentor's name, wherever a part names them."""
    person, other = sa.orm.aliased(Person), sa.orm.aliased(Person)
    async with reading(engine) as session:
        rows = await session.execute(
            select(person.name, other.name, PainPoint.text, MentorCase.text)
            .select_from(ScorePart)
            .join(Pairing, Pairing.id == ScorePart.pairing_id)
            .join(Trainee, Trainee.id == Pairing.trainee_id)
            .join(person, person.id == Trainee.person_id)
            .join(Mentor, Mentor.id == Pairing.mentor_id)
            .join(other, other.id == Mentor.person_id)
            .join(PainPoint, PainPoint.id == ScorePart.pain_point_id)
            .join(MentorCase, MentorCase.id == ScorePart.case_id)
            .where(ScorePart.code == "EVIDENCE", PainPoint.trainee_id == Trainee.id)
            .where(MentorCase.mentor_id == Mentor.id)
        )
        return {(name, mentor): (words, case) for name, mentor, words, case in rows.all()}


async def test_nobody_is_paired_within_the_own_community(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    async with writing(engine) as session:
        run = await match_cohort(session, organizer, cohort_id)
    found = await pairs(engine, run.id)
    assert found["王芳", 4] != "周兰"
    assert found["李明", 2] != "吴桂"


async def test_matching_again_without_a_change_is_the_same_run(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    async with writing(engine) as session:
        first = await match_cohort(session, organizer, cohort_id)
    async with writing(engine) as session:
        assert (await match_cohort(session, organizer, cohort_id)).id == first.id
    # Answers age against one another, not against today: another hour or day changes nothing.
    for later in (timedelta(hours=7), timedelta(days=40)):
        with held_at(datetime.now(UTC) + later):
            async with writing(engine) as session:
                assert (await match_cohort(session, organizer, cohort_id)).id == first.id
    fewer = csv_file(MENTOR_HEADER, ("陈松", "和平社区", "播州区", 1, 8, "民生服务:5;网格治理:4", "", ""))
    async with writing(engine) as session:
        await import_mentors(session, organizer, fewer, "mentors.csv")
        again = await match_cohort(session, organizer, cohort_id)
    assert again.id != first.id
    assert (again.matched, again.total) == (3, 4)
    async with reading(engine) as session:
        left = (await session.execute(select(Unmatched).where(Unmatched.run_id == again.id))).scalar_one()
        repairs = select(UnmatchedRepair).where(UnmatchedRepair.unmatched_id == left.id)
        cheapest = (await session.scalars(repairs.order_by(UnmatchedRepair.position))).first()
    assert left.reasons[0]["code"] == "NO_CAPACITY_LEFT"
    assert cheapest
    assert cheapest.code == "ADD_PLACE"


async def test_pins_and_conflicts_hold_and_expire(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    trainee, mentor = await ids(engine, Trainee, "赵强"), await ids(engine, Mentor, "周兰")
    async with writing(engine) as session:
        rule = await set_rule(session, organizer, trainee, mentor, RuleKind.PIN, reason="说好的")
        run = await match_cohort(session, organizer, cohort_id)
    assert (await pairs(engine, run.id))["赵强", 5] == "周兰"
    async with writing(engine) as session:
        await set_rule(session, organizer, trainee, mentor, RuleKind.FORBID, reason="亲属")
        run = await match_cohort(session, organizer, cohort_id)
    assert (await pairs(engine, run.id))["赵强", 5] != "周兰"
    async with writing(engine) as session:
        await remove_rule(session, organizer, rule.id)
        with pytest.raises(NotFound):
            await remove_rule(session, organizer, rule.id)


async def test_override_keeps_the_run_true_and_locks_the_pair(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    fewer = csv_file(MENTOR_HEADER, ("周兰", "竹园社区", "汇川区", 3, 12, "文稿写作:5", "", ""))
    async with writing(engine) as session:
        await import_mentors(session, organizer, fewer, "mentors.csv")
        run = await match_cohort(session, organizer, cohort_id)
    found = await pairs(engine, run.id)
    name, row = next(key for key, mentor in found.items() if mentor != "周兰" and key[0] != "王芳")
    trainee, mentor = await ids(engine, Trainee, name, row), await ids(engine, Mentor, "周兰")
    async with writing(engine) as session:
        done = await override_pairing(
            session, organizer, run.id, trainee, mentor, reason="路近", expected_version=run.version
        )
        changed_run = await session.get_one(MatchRun, run.id)
    assert done.change <= 0
    assert changed_run.objective == round(run.objective + done.change, 6)
    assert done.change < 0
    assert changed_run.bound == run.bound
    assert changed_run.gap == round((run.bound - changed_run.objective) / run.bound, 6)
    assert (changed_run.verified, changed_run.state) == (False, MatchRunState.FEASIBLE_WITH_BOUND)
    assert changed_run.version == run.version + 1
    with pytest.raises(Conflict) as stale:
        async with writing(engine) as session:
            await override_pairing(
                session, organizer, run.id, trainee, mentor, reason="又改", expected_version=run.version
            )
    assert stale.value.code == "CONFLICT_VERSION"
    async with writing(engine) as session:
        again = await match_cohort(session, organizer, cohort_id)
    assert again.id != run.id
    assert (await pairs(engine, again.id))[name, row] == "周兰"
    async with writing(engine) as session:
        pairing = (
            await session.execute(
                select(Pairing).where(Pairing.run_id == again.id, Pairing.trainee_id == trainee)
            )
        ).scalar_one()
        unlocked = await lock_pairing(
            session, organizer, pairing.id, locked=False, expected_version=pairing.version
        )
        assert not unlocked.locked


async def test_override_and_back_is_proven_again(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    more = csv_file(MENTOR_HEADER, ("周兰", "竹园社区", "汇川区", 4, 12, "", "", ""))
    async with writing(engine) as session:
        await import_mentors(session, organizer, more, "mentors.csv")
        run = await match_cohort(session, organizer, cohort_id)
    found = await pairs(engine, run.id)
    (name, row), before = next(item for item in found.items() if item[1] == "陈松")
    trainee = await ids(engine, Trainee, name, row)
    states = []
    for mentor in ("周兰", before):
        async with writing(engine) as session:
            mentor_id = await ids(engine, Mentor, mentor)
            await override_pairing(session, organizer, run.id, trainee, mentor_id, reason="试试")
            changed_run = await session.get_one(MatchRun, run.id)
        states.append((changed_run.verified, changed_run.state, changed_run.objective == changed_run.bound))
    assert states == [
        (False, MatchRunState.FEASIBLE_WITH_BOUND, False),
        (True, MatchRunState.OPTIMAL, True),
    ]


async def test_override_of_pairs_beyond_the_places_of_today_has_no_bound(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    more = csv_file(MENTOR_HEADER, ("周兰", "竹园社区", "汇川区", 4, 12, "", "", ""))
    none = csv_file(MENTOR_HEADER, ("陈松", "和平社区", "播州区", 0, 8, "", "", ""))
    async with writing(engine) as session:
        await import_mentors(session, organizer, more, "mentors.csv")
        run = await match_cohort(session, organizer, cohort_id)
        await import_mentors(session, organizer, none, "mentors.csv")
    found = await pairs(engine, run.id)
    name, row = next(key for key, mentor in found.items() if mentor == "陈松")
    assert list(found.values()).count("陈松") > 1
    trainee, mentor = await ids(engine, Trainee, name, row), await ids(engine, Mentor, "周兰")
    async with writing(engine) as session:
        await override_pairing(session, organizer, run.id, trainee, mentor, reason="路近")
        changed_run = await session.get_one(MatchRun, run.id)
    assert changed_run.objective > 0
    assert (changed_run.bound, changed_run.gap, changed_run.verified) == (None, None, False)


async def test_full_mentor_refuses_another_trainee(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    async with writing(engine) as session:
        run = await match_cohort(session, organizer, cohort_id)
    taken = next(name for (name, row), mentor in (await pairs(engine, run.id)).items() if mentor == "周兰")
    other = "赵强" if taken != "赵强" else "李明"
    row = 5 if other == "赵强" else 2
    with pytest.raises(Conflict) as refusal:
        async with writing(engine) as session:
            await override_pairing(
                session,
                organizer,
                run.id,
                await ids(engine, Trainee, other, row),
                await ids(engine, Mentor, "周兰"),
                reason="想跟周兰",
            )
    assert refusal.value.code == "CAPACITY_EXCEEDED"


async def test_override_against_a_rule_is_refused(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    async with writing(engine) as session:
        run = await match_cohort(session, organizer, cohort_id)
    trainee, mentor = await ids(engine, Trainee, "王芳"), await ids(engine, Mentor, "周兰")
    with pytest.raises(StudioError) as refusal:
        async with writing(engine) as session:
            await override_pairing(session, organizer, run.id, trainee, mentor, reason="同社区")
    assert refusal.value.code == "CONSTRAINT_VIOLATED"
    with pytest.raises(StudioError) as nothing:
        async with writing(engine) as session:
            await override_pairing(session, organizer, run.id, trainee, mentor, reason=" ")
    assert nothing.value.code == "REASON_MISSING"


async def test_queued_match_run_is_computed_by_a_worker(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    async with writing(engine) as session:
        run = await start_match_run(session, organizer, cohort_id, idempotency_key="once")
        same = await start_match_run(session, organizer, cohort_id, idempotency_key="once")
    assert run.id == same.id
    worker = Worker(engine, HANDLERS)
    while await worker.run_once():
        pass
    async with reading(engine) as session:
        done = await session.get_one(MatchRun, run.id)
        runs = (await session.execute(select(sa.func.count()).select_from(MatchRun))).scalar_one()
    assert (done.state, done.matched, runs) == (MatchRunState.OPTIMAL, 4, 1)


async def test_uploaded_survey_is_imported_by_a_worker(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    later = csv_file(
        ("姓名", "社区", "最棘手的问题", "最急迫的难题"),
        ("赵强", "茶园社区", "独居老人没人照看", ""),
        ("没这人", "茶园社区", "x", "y"),
    )
    async with writing(engine) as session:
        upload = Upload(studio_id=organizer.studio_id, file_name="later.csv", content=later, sha256="0" * 64)
        session.add(upload)
        await session.flush()
        started = await start_survey_import(
            session, organizer, upload.id, cohort_id, 2, dry_run=False, skip_bad_rows=True
        )
    worker = Worker(engine, HANDLERS)
    while await worker.run_once():
        pass
    async with reading(engine) as session:
        done = await session.get_one(SurveyImport, started.id)
        assert (done.rows, done.accepted, done.pain_points) == (2, 1, 1)
        assert done.rejected[0]["code"] == "UNKNOWN_PERSON"
        assert (await session.execute(select(Survey.wave).order_by(Survey.wave))).scalars().all() == [1, 2]


async def test_recommendations_cite_the_trainees_own_sentence(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    await contents(engine, organizer)
    async with writing(engine) as session:
        await recommend_contents(session, organizer, cohort_id=cohort_id)
    trainee = await ids(engine, Trainee, "王芳")
    async with reading(engine) as session:
        rows = await session.execute(
            select(Recommendation.rank, Recommendation.score, Recommendation.reasons, PainPoint.text)
            .join(RecommendationCause, RecommendationCause.recommendation_id == Recommendation.id)
            .join(PainPoint, PainPoint.id == RecommendationCause.pain_point_id)
            .where(Recommendation.trainee_id == trainee)
            .order_by(Recommendation.rank)
        )
        found = rows.all()
    assert found[0][3] in {"加装电梯一楼不同意", "停车天天吵"}
    assert all(round(sum(reason["weight"] for reason in row[2]), 6) == row[1] for row in found)


async def test_response_gives_topics_and_recommendations_at_once(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    await contents(engine, organizer)
    trainee_id = await ids(engine, Trainee, "赵强")
    async with reading(engine) as session:
        survey_id = (await session.execute(select(Survey.id))).scalar_one()
        questions = dict(
            (
                await session.execute(
                    select(Question.measures, Question.id).where(Question.topic_id.is_(None))
                )
            ).all()
        )
        person_id = (await session.get_one(Trainee, trainee_id)).person_id
    own = Actor(role=Role.TRAINEE, studio_id=organizer.studio_id, person_id=person_id)
    answers = [AnswerInput(questions[Measure.THORNIEST], text="加装电梯一楼坚决不同意")]
    async with writing(engine) as session:
        done = await submit_survey_response(session, own, survey_id, trainee_id, answers)
    assert len(done.pain_point_ids) == 1
    assert done.recommendation_ids
    async with writing(engine) as session:
        await submit_survey_response(session, own, survey_id, trainee_id, answers)
    async with reading(engine) as session:
        current = await session.execute(
            select(SurveyResponse.current).where(SurveyResponse.trainee_id == trainee_id)
        )
        assert sorted(current.scalars()) == [False, True]


async def test_trainee_answers_only_for_oneself_and_within_the_questionnaire(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    trainee_id, other_id = await ids(engine, Trainee, "赵强"), await ids(engine, Trainee, "王芳")
    async with reading(engine) as session:
        survey_id = (await session.execute(select(Survey.id))).scalar_one()
        scale = (
            (await session.execute(select(Question.id).where(Question.measures == Measure.SEVERITY)))
            .scalars()
            .first()
        )
        person_id = (await session.get_one(Trainee, trainee_id)).person_id
    own = Actor(role=Role.TRAINEE, studio_id=organizer.studio_id, person_id=person_id)
    for whose, answers, expected in (
        (other_id, [AnswerInput(scale, number=3)], Forbidden),
        (trainee_id, [AnswerInput(scale, number=9)], StudioError),
        (trainee_id, [AnswerInput(uuid4(), text="?")], NotFound),
        (trainee_id, [], StudioError),
    ):
        with pytest.raises(expected):
            async with writing(engine) as session:
                await submit_survey_response(session, own, survey_id, whose, answers)
    assert isinstance(scale, UUID)


async def test_same_unit_is_known_whichever_file_gives_the_town(
    engine: AsyncEngine, organizer: Actor
) -> None:
    mentors = csv_file(MENTOR_HEADER, ("甲师", "东门社区", "仁怀市", 1, 8, "文稿写作:5", "", ""))
    roster = csv_file(ROSTER_HEADER, ("张三", "副书记", "仁怀市", "城关镇", "东 门社区", "", ""))
    async with writing(engine) as session:
        await import_mentors(session, organizer, mentors, "mentors.csv")
        await import_roster(session, organizer, roster, "roster.csv", 1)
        cohort = await find_cohort(session, organizer.studio_id, 1)
        run = await match_cohort(session, organizer, cohort.id)
    assert run.matched == 0
    async with reading(engine) as session:
        reasons = (await session.execute(select(Unmatched.reasons))).scalar_one()
    assert [reason["code"] for reason in reasons] == ["ALL_FORBIDDEN"]


async def test_pinned_pair_of_one_unit_stays_when_it_is_locked(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    async with writing(engine) as session:
        wang, zhou = await ids(engine, Trainee, "王芳"), await ids(engine, Mentor, "周兰")
        await set_rule(session, organizer, wang, zhou, RuleKind.PIN, reason="本人再三要求")
        run = await match_cohort(session, organizer, cohort_id)
        pairing = (
            await session.execute(select(Pairing).where(Pairing.run_id == run.id, Pairing.trainee_id == wang))
        ).scalar_one()
        assert pairing.mentor_id == zhou
        await lock_pairing(session, organizer, pairing.id, locked=True, expected_version=pairing.version)
        more = csv_file(MENTOR_HEADER, ("丁师", "和平社区", "播州区", 2, 9, "民生服务:5;网格治理:5", "", ""))
        await import_mentors(session, organizer, more, "mentors.csv")
        again = await match_cohort(session, organizer, cohort_id)
    assert again.id != run.id
    assert (await pairs(engine, again.id))["王芳", 4] == "周兰"
