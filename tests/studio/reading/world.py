"""Two studios of the same shape, with hostile words, nulls, empty lists and equal sort keys."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from studio.permissions import ALL_SCOPES, Actor
from studio.store import tables as t
from studio.store.enums import Role
from studio.store.rows import insert_rows
from studio.store.weeks import stored_weeks

HOSTILE = (
    '他说:"材料\\退回"',
    "一行\n两行\t三\r\x01\x02\x1f",
    "\u2028分\u2029段😀𠮷",
    "</script>'; DROP TABLE trainee; --",
    "100%_下划线\\",
    "",
)
LABELS = {
    "REASON": {"NEED": '需要"这个"', "OWN_WORDS": "原话"},
    "PART": {"NEED_STRENGTH": "专长"},
    "UNMATCHED": {"NO_CAPACITY_LEFT": "名额已满"},
    "WEEK": {"ACT_ABLE": '一"周'},
    "MONTHS": {"WRITE_UNDERSTAND": "几个月"},
    "PARAMETER": {"REGION": '同"县'},
    "EFFECT": {"CADENCE": "多久见一次"},
    "WEEKWHY": {"WEEK_FULL": "已排满"},
    "WEEKHELP": {"ADD_WEEK_PLACE": '多带"一人"'},
    "CONFLICT": {"TRAINEE_FIXED_TWICE": "固定了两次"},
}
START = datetime(2026, 3, 2, 1, 2, 3, 456789, tzinfo=UTC)


@dataclass
class World:
    """One studio's rows and the people who read it."""

    studio: t.Studio
    rows: list[Any] = field(default_factory=list)
    people: dict[str, list[Any]] = field(default_factory=dict)

    def add(self, kind: type[Any], /, **values: Any) -> Any:
        moment = START + timedelta(seconds=len(self.rows) // 3)
        row = kind(studio_id=self.studio.id, created_at=moment, updated_at=moment, **values)
        self.rows.append(row)
        self.people.setdefault(kind.__name__, []).append(row)
        return row

    def of(self, kind: str) -> list[Any]:
        return self.people[kind]

    def actors(self) -> dict[str, Actor]:
        """Return everyone who may read, and some who may not."""
        mentors, trainees = self.of("Mentor"), self.of("Trainee")

        def person(role: Role, row: Any) -> Actor:
            return Actor(role, self.studio.id, row.person_id)

        return {
            "organizer": Actor(Role.ORGANIZER, self.studio.id),
            "mentor with trainees": person(Role.MENTOR, mentors[0]),
            "mentor of a draft": person(Role.MENTOR, mentors[1]),
            "mentored trainee": person(Role.TRAINEE, trainees[0]),
            "trainee of a draft": person(Role.TRAINEE, trainees[4]),
            "nobody": Actor(Role.TRAINEE, self.studio.id, UUID(int=7)),
            "client app": Actor(Role.CLIENT_APP, self.studio.id, scopes=ALL_SCOPES),
            "client app without scopes": Actor(Role.CLIENT_APP, self.studio.id),
        }


def build(name: str) -> World:
    """Return a studio with something of everything."""
    world = World(t.Studio(name=name, leader_name=None, fictional=True))
    world.rows.append(world.studio)
    _people(world)
    _topics(world)
    _survey(world)
    _needs(world)
    _events(world)
    _checks(world)
    _matches(world)
    _consents(world)
    _packages(world)
    return world


async def store(session: AsyncSession, *worlds: World) -> None:
    for world in worlds:
        await insert_rows(session, world.rows)


def _people(world: World) -> None:
    add = world.add
    county = add(t.Region, kind="COUNTY", name="汇川区", name_key="汇川区", county="汇川区")
    places = [
        add(
            t.Region,
            parent_id=county.id,
            kind="COMMUNITY",
            name=name,
            name_key=name[:2],
            county="汇川区",
            town=town,
        )
        for name, town in (("桂语社区", "乙镇"), ("竹园社区", "甲街道"))
    ]
    persons = [
        add(
            t.Person,
            name=f"{'Aa王李'[number % 4]}{number // 4}{HOSTILE[number % len(HOSTILE)]}",
            name_key=f"{'Aa王李'[number % 4]}{number // 4}",
            community_id=None if number % 5 == 4 else places[number % 2].id,
            phone=(f"1990000{number:04}", None, "12345")[number % 3],
        )
        for number in range(14)
    ]
    add(t.Honour, person_id=persons[10].id, position=1, name="优秀党务工作者")
    add(t.Honour, person_id=persons[10].id, position=0, name=HOSTILE[1])
    add(t.Honour, person_id=persons[1].id, position=0, name=HOSTILE[2])
    weeks = stored_weeks([date(2026, 4, 6), date(2026, 4, 13)])
    first = add(t.Cohort, number=1, name=HOSTILE[0], starts_on=date(2026, 3, 1), weeks=weeks)
    second = add(t.Cohort, number=2, name="第二批", state="DRAFT")
    for number, person in enumerate(persons[:10]):
        add(
            t.Trainee,
            cohort_id=(first if number < 8 else second).id,
            person_id=person.id,
            role=("OTHER", "DEPUTY_SECRETARY")[number % 2],
            level=(None, "ABLE")[number % 2],
            in_post_since=(None, date(2021, 3, 1))[number % 2],
            free_weeks=(None, [], weeks[:1])[number % 3],
            roster_row=number // 3,
        )
    for number, person in enumerate(persons[10:13]):
        mentor = add(
            t.Mentor,
            person_id=person.id,
            capacity=(2, 1, 1)[number],
            tenure_years=(None, 3.25, 8.0)[number],
            kind=(None, "THEORY", "BOTH")[number],
            free_weeks=(weeks, None, [])[number],
            weekly_capacity=(1, 2, 1)[number],
            roster_row=number,
        )
        for place in range(3):
            add(t.MentorPlace, mentor_id=mentor.id, number=place + 1, open=place < mentor.capacity)
    add(t.MentorCase, mentor_id=world.of("Mentor")[0].id, position=0, text=HOSTILE[3])
    add(t.MentorCase, mentor_id=world.of("Mentor")[0].id, position=1, text=HOSTILE[4])


def _topics(world: World) -> None:
    add = world.add
    writing = add(t.Topic, code="WRITING", name="文稿写作", position=0, domain="域", three_point="HOT")
    add(t.Topic, code="GRID", name="网格治理", position=1, weak_area=HOSTILE[0])
    leaf = add(t.Topic, code="WRITING.NEWS", name="信息", position=1, parent_id=writing.id)
    add(t.Topic, code="WRITING.CASES", name="案例", position=0, parent_id=writing.id)
    add(t.TopicPhrase, topic_id=writing.id, kind="SYNONYM", position=1, text="材料")
    add(t.TopicPhrase, topic_id=writing.id, kind="SYNONYM", position=0, text=HOSTILE[1])
    add(t.TopicPhrase, topic_id=writing.id, kind="TROUBLE", position=0, text="写到半夜")
    contents = [
        add(
            t.Content,
            code=code,
            kind=kind,
            title=title,
            body=HOSTILE[2],
            level="ABLE",
            minutes=30,
            origin="OWN",
            steps=steps,
            active=active,
        )
        for code, kind, title, steps, active in (
            ("b-course", "COURSE", "写信息 100%", ["LISTEN", "DO"], True),
            ("a-case", "CASE", "Case Of 网格", [], True),
            ("B-policy", "POLICY", HOSTILE[0], [], False),
        )
    ]
    for content, topic, position in ((0, leaf, 1), (0, writing, 0), (1, writing, 0), (2, writing, 0)):
        add(t.ContentTopic, content_id=contents[content].id, topic_id=topic.id, position=position)
    add(t.ContentPrerequisite, content_id=contents[0].id, requires_id=contents[1].id)
    for number, mentor in enumerate(world.of("Mentor")[:2]):
        for topic, strength in zip(world.of("Topic")[:2], (0.123456 + number / 2, 0.0), strict=True):
            add(t.MentorTopic, mentor_id=mentor.id, topic_id=topic.id, strength=strength)


def _survey(world: World) -> None:
    add = world.add
    cohort, trainees, topics = world.of("Cohort")[0], world.of("Trainee"), world.of("Topic")
    survey = add(t.Survey, cohort_id=cohort.id, wave=1, title=HOSTILE[3])
    thorniest = add(
        t.Question,
        survey_id=survey.id,
        position=1,
        text="最棘手的问题",
        kind="TEXT",
        measures="THORNIEST",
    )
    rating = add(
        t.Question,
        survey_id=survey.id,
        position=0,
        text=HOSTILE[4],
        kind="SCALE",
        measures="SEVERITY",
        topic_id=topics[0].id,
        options=["很难", HOSTILE[0]],
    )
    for number, trainee in enumerate([*trainees[:5], trainees[0], None]):
        response = add(
            t.SurveyResponse,
            survey_id=survey.id,
            trainee_id=trainee.id if trainee else None,
            respondent_key=f"r{number}",
            submitted_at=(None, START)[number % 2],
            duration_seconds=(None, 125)[number % 2],
            current=number != 5,
            content_hash="0" * 64,
        )
        words = HOSTILE[number % len(HOSTILE)] + "材料"
        add(t.Answer, response_id=response.id, question_id=thorniest.id, text=words)
        options = (["很难"], [])[number % 2]
        add(t.Answer, response_id=response.id, question_id=rating.id, number=4.5, options=options)
        point = add(
            t.PainPoint,
            cohort_id=cohort.id,
            response_id=response.id,
            question_id=thorniest.id,
            trainee_id=trainee.id if trainee else None,
            wave=1,
            text=words,
            measures="THORNIEST",
            severity=(None, 4.5)[number % 2],
            urgency=1.0,
            abstained=number == 3,
            junk=number == 4,
            guess_id=(topics[0].id, None)[number % 2],
            guess_confidence=(0.4, None)[number % 2],
            margin=(0.123456, None)[number % 2],
            copy_of_id=world.of("PainPoint")[0].id if number in (2, 3) else None,
        )
        for place, topic in enumerate(topics[number % 2 :: 2]):
            evidence = [{"start": 1, "end": 3}, {"start": 4, "end": len(words)}][place:]
            add(
                t.PainPointTopic,
                pain_point_id=point.id,
                topic_id=topic.id,
                confidence=0.5,
                evidence=evidence if number else [],
                status="PREDICTED",
            )
    for position, (point, leader) in enumerate(((2, None), (3, None), (0, 2))):
        points = world.of("PainPoint")
        add(
            t.ReviewItem,
            cohort_id=cohort.id,
            pain_point_id=points[point].id,
            leader_id=None if leader is None else points[leader].id,
            position=2 - position % 2,
            reason=("UNSURE", "ABSTAINED")[position % 2],
            copies=1 - position % 2,
        )
    job = add(t.Job, kind="SURVEY_IMPORT", state="DONE", done=3, total=3)
    add(
        t.SurveyImport,
        cohort_id=cohort.id,
        survey_id=survey.id,
        job_id=job.id,
        wave=1,
        file_name=HOSTILE[1],
        dry_run=False,
        rows=7,
        rejected=[{"row": 3, "column": None, "code": "BAD", "message": HOSTILE[0], "suggestion": HOSTILE[1]}],
        mapping=[{"column": "姓名", "field": "name", "confidence": 1.0}],
    )
    add(t.SurveyImport, cohort_id=cohort.id, wave=2, file_name="x.csv", dry_run=True)


def _needs(world: World) -> None:
    add = world.add
    topics, points, contents = world.of("Topic"), world.of("PainPoint"), world.of("Content")
    for number, trainee in enumerate(world.of("Trainee")[:5]):
        for place, topic in enumerate(topics[:2]):
            add(
                t.TraineeNeed,
                trainee_id=trainee.id,
                topic_id=topic.id,
                severity=0.1 * place,
                urgency=0.333333,
                need=0.5,
                pain_point_id=points[number].id if place else None,
            )
        for place, content in enumerate(contents):
            recommended = add(
                t.Recommendation,
                trainee_id=trainee.id,
                content_id=content.id,
                rank=3 - place,
                score=0.412345,
                reasons=[
                    {"code": "NEED", "weight": 0.312345, "topic": "WRITING"},
                    {"code": "UNHEARD_OF", "weight": 0.1},
                ][: place + 1],
                model_version="m1",
            )
            for position, point in enumerate((points[number], points[-1])[:place]):
                add(
                    t.RecommendationCause,
                    recommendation_id=recommended.id,
                    pain_point_id=point.id,
                    position=1 - position,
                )
    for place, point in enumerate(points):
        for position, content in enumerate(contents[: place % 3]):
            add(
                t.SimilarCase,
                pain_point_id=point.id,
                content_id=content.id,
                position=1 - position,
                score=0.412345 + position / 4,
            )
    for rank, (topic, respondents) in enumerate(zip(topics[:2], (7, 4), strict=True), 1):
        add(
            t.CohortNeed,
            cohort_id=world.of("Cohort")[0].id,
            topic_id=topic.id,
            rank=rank,
            mean=0.5,
            low=0.25,
            high=0.75,
            borda=1.5,
            respondents=respondents,
        )
    _cohort_needs(world)
    _emerging(world)


def _events(world: World) -> None:
    """Events of trainees with and without a published mentor, two at the same moment."""
    trainees, contents = world.of("Trainee"), world.of("Content")
    for number, kind in enumerate(("SHOWN", "OPENED", "DONE", "USEFUL", "DISMISSED", "SHOWN", "DISMISSED")):
        world.add(
            t.ContentEvent,
            trainee_id=trainees[number % 5].id,
            content_id=contents[number % 3].id,
            kind=kind,
            reason="TOO_EASY" if kind == "DISMISSED" else None,
            recorded_by=("TRAINEE", "MENTOR", "ORGANIZER")[number % 3],
            recorded_at=START + timedelta(hours=number // 6),
        )


def _checks(world: World) -> None:
    """Two checks at the same moment and a later one."""
    for number in range(3):
        world.add(
            t.CollaborativeCheck,
            used=number == 1,
            interactions=1000 + number,
            trainees=40,
            ndcg=0.412345,
            baseline=0.4,
            low=-0.000001 * number,
            high=0.02,
            checked_at=START + timedelta(days=number // 2),
        )


def _cohort_needs(world: World) -> None:
    """Cells of the heat map, trends and gaps, with five people and with fewer."""
    cohort = world.of("Cohort")[0]
    for place, topic in enumerate(world.of("Topic")[:2]):
        cell = {"cohort_id": cohort.id, "topic_id": topic.id, "mean": 0.25 + place / 2, "answered": 7}
        for row, respondents in enumerate((5 - place, 4, 0)):
            position = 2 * row + place
            role = ("OTHER", "DEPUTY_SECRETARY", "RESERVE_CADRE")[row]
            world.add(t.RoleNeed, role=role, position=position, respondents=respondents, **cell)
            county = ("汇川区", HOSTILE[0], HOSTILE[2])[row]
            world.add(t.CountyNeed, county=county, position=position, respondents=5 - respondents, **cell)
    for place, (topic, before, after) in enumerate(
        zip(world.of("Topic")[:3], (5, 4, 9), (12, 12, 0), strict=True)
    ):
        world.add(
            t.TopicTrend,
            cohort_id=cohort.id,
            topic_id=topic.id,
            position=2 - place,
            wave=2,
            wave_before=1,
            named_before=before,
            named_after=after,
            share_before=before / 20,
            share_after=after / 20,
            rise_probability=0.987654,
            rising=after >= 5,
        )
        world.add(
            t.TopicGap,
            cohort_id=cohort.id,
            topic_id=topic.id,
            position=2 - place,
            demand=before + 0.25,
            supply=after / 4,
            places_short=max(before - after, 0),
            mentors=place,
            content_minutes=45 * place,
            respondents=before,
        )


def _emerging(world: World) -> None:
    cohort, points = world.of("Cohort")[0], world.of("PainPoint")
    for place, state in enumerate(("OPEN", "NAMED", "DISMISSED")):
        emerging = world.add(
            t.EmergingPoint,
            cohort_id=cohort.id,
            position=place // 2,
            label=HOSTILE[place % len(HOSTILE)][:100],
            people=3 + place,
            pain_point_id=points[place].id if place else None,
            state=state,
            reason="不是难题" if state == "DISMISSED" else "",
            topic_id=world.of("Topic")[0].id if state == "NAMED" else None,
        )
        for position, point in enumerate(points[2 * place : 2 * place + 2]):
            world.add(
                t.EmergingMember, emerging_point_id=emerging.id, pain_point_id=point.id, position=1 - position
            )


def _matches(world: World) -> None:
    add = world.add
    cohort, trainees, mentors = world.of("Cohort")[0], world.of("Trainee"), world.of("Mentor")
    points, cases = world.of("PainPoint"), world.of("MentorCase")
    weights = {"need_strength": 0.7, "evidence": 0.3}
    policy = add(t.MatchPolicy, name="默认", number=1, weights=weights)
    add(t.MatchPolicy, name="默认", number=2, weights=weights, objective="LEXIMIN")
    places = {
        mentor.id: [p for p in world.of("MentorPlace") if p.mentor_id == mentor.id] for mentor in mentors
    }
    add(
        t.Rule,
        cohort_id=cohort.id,
        trainee_id=trainees[0].id,
        mentor_id=mentors[0].id,
        kind="PIN",
        reason=HOSTILE[0],
        author="组织者",
        expires_on=date(2999, 1, 1),
    )
    add(
        t.Rule,
        cohort_id=cohort.id,
        trainee_id=trainees[1].id,
        mentor_id=mentors[1].id,
        kind="FORBID",
        reason=HOSTILE[0],
        author="IMPORT",
        expires_on=date(2020, 1, 1),
    )
    _presets(world)
    quota = _limits(world)
    pairs = {
        1: ("SUPERSEDED", ((0, 1), (1, 1), (2, 2))),
        2: ("PUBLISHED", ((0, 0), (1, 0), (2, 2))),
        3: ("DRAFT", ((3, 1), (4, 1), (0, 2), (1, 0))),
    }
    for number, (state, pairing) in pairs.items():
        run = add(
            t.MatchRun,
            cohort_id=cohort.id,
            policy_id=policy.id,
            number=number,
            publish_state=state,
            state="OPTIMAL" if number < 3 else "FAILED",
            aim="COVERAGE_THEN_TOTAL" if number < 2 else "WORST_OFF_THEN_TOTAL",
            objective=1.5 if number < 3 else None,
            bound=1.5,
            gap=0.0,
            verified=number == 2,
            started_at=START,
            finished_at=START if number == 1 else None,
            total=8,
            matched=len(pairing),
            mentors_each=1 + number % 2,
        )
        if number < 3:
            add(
                t.RunSensitivity,
                run_id=run.id,
                draws=100,
                firm_from=0.9,
                weight_change=0.2,
                examined=3,
                firm=number,
                share=round(number / 3, 6),
            )
            even = {"least": 0.0, "most": 2.0, "mean": 1.25, "deviation": 0.433013}
            quantiles = ("lowest", "lowerQuartile", "median", "upperQuartile", "highest")
            group = {"trainees": 3, "unmatched": number, "meanScore": 0.5}
            add(
                t.RunFairness,
                run_id=run.id,
                loads=even,
                uses={**even, "most": 1.0},
                scores=dict.fromkeys(quantiles, 0.125 * number) if number == 1 else None,
                blocking_pairs=number,
                envious=0,
                counties=[{"county": HOSTILE[0], **group}, {"county": "汇川区", **group, "meanScore": None}],
                roles=[{"role": "RESERVE_CADRE", **group}] if number == 1 else [],
            )
        used = {mentor.id: iter(places[mentor.id]) for mentor in mentors}
        for trainee, mentor in pairing:
            place = next(used[mentors[mentor].id]).id
            paired = add(
                t.Pairing,
                run_id=run.id,
                trainee_id=trainees[trainee].id,
                mentor_id=mentors[mentor].id,
                place_id=place,
                held_place_id=place if state == "PUBLISHED" else None,
                state=("SUGGESTED", {"PUBLISHED": "ACTIVE", "DRAFT": "UNDER_REVIEW"}.get(state, "ENDED"))[
                    trainee % 2
                ],
                score=0.654321,
                kind="PRACTICE" if state == "PUBLISHED" and trainee == 1 else "SOLE",
                week=(None, date(2026, 4, 6))[trainee % 2],
                week_place=(None, trainee + 1)[trainee % 2],
                locked=trainee == 1,
                reason=HOSTILE[0] if trainee == 0 else None,
            )
            # Of the last trainee another mentor was examined than the one of now.
            if trainee:
                add(
                    t.PairSensitivity,
                    pairing_id=paired.id,
                    mentor_id=mentors[mentor if trainee < 4 else mentor - 1].id,
                    stays=trainee / 4,
                    firm=trainee == 4,
                    runner_up_id=mentors[mentor - 1].id if trainee > 1 else None,
                    margin=0.0125 if trainee == 2 else None,
                )
            for position, code in enumerate(("NEED_STRENGTH", "EVIDENCE")[: trainee + 1]):
                add(
                    t.ScorePart,
                    pairing_id=paired.id,
                    position=1 - position,
                    code=code,
                    value=0.5,
                    weight=0.7,
                    contribution=0.35,
                    pain_point_id=points[trainee].id if code == "EVIDENCE" else None,
                    case_id=cases[trainee % 2].id if code == "EVIDENCE" else None,
                )
        reasons = [{"code": "NO_CAPACITY_LEFT", "mentors": []}]
        left = add(t.Unmatched, run_id=run.id, trainee_id=trainees[7].id, reasons=reasons)
        for position, (code, rule_id) in enumerate((("RAISE_QUOTA", quota.id), ("ADD_PLACE", None))):
            about = {"code": code, "mentor_id": mentors[position].id, "limit_rule_id": rule_id}
            add(t.UnmatchedRepair, unmatched_id=left.id, position=1 - position, change=0.25, **about)
        for position, rule in enumerate(world.of("LimitRule")):
            add(t.UnmatchedLimit, unmatched_id=left.id, position=1 - position, limit_rule_id=rule.id)
        weeks = stored_weeks([date(2026, 4, 6)])
        for position, mentor in enumerate(mentors[:2]):
            of = {"unmatched_id": left.id, "mentor_id": mentor.id, "position": 1 - position}
            code = ("WEEK_FULL", "NO_COMMON_WEEK")[position]
            add(t.WeekReason, **of, code=code, weeks=weeks[position:], full_weeks=weeks[position:])
            week = None if position else date(2026, 4, 6)
            add(t.WeekRepair, **of, code="ADD_WEEK_PLACE", week=week, change=-0.25)
        add(t.Unmatched, run_id=run.id, trainee_id=trainees[6].id, reasons=[])
        if state == "PUBLISHED":
            for kind in ("THEORY", "PRACTICE"):
                add(t.Unmatched, run_id=run.id, trainee_id=trainees[2].id, reasons=reasons, kind=kind)
        for position, (code, people) in enumerate(
            (
                ("TRAINEE_FIXED_TWICE", {"trainee_id": trainees[7].id}),
                ("MENTOR_FIXED_BEYOND_PLACES", {"mentor_id": mentors[0].id}),
                ("LIMIT_BELOW_FIXED", {"limit_rule_id": quota.id}),
            )
        ):
            add(t.RuleConflict, run_id=run.id, position=1 - position, code=code, fixed=2, allowed=1, **people)
    # The second trainee's mentor of theory beside the one of practice; it came to an end.
    place = places[mentors[2].id][0].id
    add(
        t.Pairing,
        run_id=world.of("MatchRun")[1].id,
        trainee_id=trainees[1].id,
        mentor_id=mentors[2].id,
        place_id=place,
        state="ENDED",
        score=0.5,
        kind="THEORY",
    )


def _limits(world: World) -> t.LimitRule:
    """A minimum of one mentor with a last day, and a quota of all."""
    cohort, mentor = world.of("Cohort")[0], world.of("Mentor")[0]
    about = {"cohort_id": cohort.id, "reason": HOSTILE[1], "author": "ORGANIZER"}
    until = date(2027, 1, 1)
    preset = world.of("CohortRule")[0].id
    of_one = {"mentor_id": mentor.id, "expires_on": until, "cohort_rule_id": preset}
    world.add(t.LimitRule, kind="MINIMUM", number=1, **of_one, **about)
    return world.add(
        t.LimitRule, kind="QUOTA", number=2, grouped_by="TRAINEE_COUNTY", value=HOSTILE[2][:100], **about
    )


def _presets(world: World) -> None:
    for place, (kind, parameters) in enumerate(
        (("WEIGHTS", {"region": 0.25, "level": 0.5}), ("CADENCE", {}))
    ):
        about = {
            "name": HOSTILE[place % len(HOSTILE)][:100],
            "kind": kind,
            "parameters": parameters,
            "reason": HOSTILE[0],
            "author": "ORGANIZER",
            "expires_on": date(2020, 1, 1) if place else None,
        }
        preset = world.add(t.RulePreset, code=f"P{place}", archived=bool(place), position=1 - place, **about)
        world.add(t.CohortRule, cohort_id=world.of("Cohort")[place % 2].id, preset_id=preset.id, **about)


def _consents(world: World) -> None:
    """A declined pair of the published run, answers to it and to others, and a proposal with its moves."""
    add = world.add
    runs, trainees, mentors = world.of("MatchRun"), world.of("Trainee"), world.of("Mentor")
    place = [one for one in world.of("MentorPlace") if one.mentor_id == mentors[0].id][2]
    declined = add(
        t.Pairing,
        run_id=runs[1].id,
        trainee_id=trainees[5].id,
        mentor_id=mentors[0].id,
        place_id=place.id,
        state="DECLINED",
        score=0.25,
        answer_by=date(2026, 4, 1),
    )
    for number, pairing in enumerate([*world.of("Pairing")[:4], declined]):
        for party in ("TRAINEE", "MENTOR")[: 1 + number % 2]:
            no = number % 2 == 0
            add(
                t.Consent,
                pairing_id=pairing.id,
                party=party,
                answer="DECLINED" if no else "ACCEPTED",
                reason="NO_TIME" if no else None,
                note=HOSTILE[number % len(HOSTILE)] if no else None,
                answered_at=START + timedelta(hours=number),
                recorded_by="ORGANIZER" if number == 2 else party,
                on_behalf_reason="电话里说的" if number == 2 else None,
            )
        for party in ("TRAINEE", "MENTOR")[number % 2 :]:
            add(
                t.PairRating,
                pairing_id=pairing.id,
                party=party,
                rating=1 + number % 5,
                note=HOSTILE[number % len(HOSTILE)] if number % 2 else None,
                rated_at=START + timedelta(hours=number),
            )
        for kind in ("REVIEW", "TALK")[number % 2 :]:
            add(
                t.Meeting,
                trainee_id=pairing.trainee_id,
                mentor_id=pairing.mentor_id,
                kind=kind,
                held_on=date(2026, 5, 1) + timedelta(days=-number),
                note=HOSTILE[number % len(HOSTILE)] if number else None,
                recorded_by="MENTOR",
            )
        for step in range(2 + number % 2):
            add(
                t.PairingChange,
                pairing_id=pairing.id,
                number=4 - step,
                from_state=("AWAITING_CONSENT", "SUGGESTED")[step % 2],
                to_state=("DECLINED", "AWAITING_CONSENT")[step % 2],
                code=(None, "NO_TIME")[step % 2],
                note=HOSTILE[step] if number else None,
                changed_by=(None, "MENTOR", "ORGANIZER")[step],
            )
    runs[1].replaced_id = runs[0].id
    runs[2].based_on_id, runs[2].previous_objective = runs[1].id, 1.25
    for number, trainee in enumerate((trainees[5], trainees[0], trainees[7])):
        add(
            t.MatchMove,
            run_id=runs[2].id,
            trainee_id=trainee.id,
            from_mentor_id=mentors[0].id if number < 2 else None,
            to_mentor_id=mentors[1].id if number else None,
            from_week=date(2026, 4, 6) if number < 2 else None,
            to_week=date(2026, 4, 13) if number else None,
            score_before=0.25 if number < 2 else None,
            score_after=0.125 if number else None,
        )


def _packages(world: World) -> None:
    add = world.add
    topics, contents, points = world.of("Topic"), world.of("Content"), world.of("PainPoint")
    # Of the published run and of drafts; then of the superseded one, and a draft with the mentor of the published.
    pairings = [world.of("Pairing")[place] for place in (3, 4, 5, 6, 1, 2, 9)]
    versions: dict[tuple[UUID, UUID], int] = {}
    for number, pairing in enumerate(pairings):
        chain = pairing.trainee_id, pairing.mentor_id
        for version in range(1, 3 - number % 2):
            versions[chain] = versions.get(chain, 0) + 1
            package = add(
                t.MentoringPackage,
                trainee_id=pairing.trainee_id,
                mentor_id=pairing.mentor_id,
                pairing_id=pairing.id,
                number=versions[chain],
                replaces_id=world.of("MentoringPackage")[0].id if number == 4 else None,
            )
            for position in range(version):
                add(
                    t.PackageItem,
                    package_id=package.id,
                    position=position,
                    day=position + (1 if number < 2 else version),
                    slot="DAYTIME",
                    step=(None, "LEARN")[position % 2],
                    topic_id=topics[0].id,
                    content_id=contents[position].id,
                    pain_point_id=points[0].id if position else None,
                    minutes=45,
                    # A line goes on in the next version, where it stands on another day.
                    line_id=UUID(int=(list(versions).index(chain) + 1) * 100 + position),
                    edited=bool(position),
                    note=HOSTILE[position] if position else None,
                )
            for position, ability in enumerate(("WRITE", "ACT")):
                add(
                    t.PackageGoal,
                    package_id=package.id,
                    position=position,
                    ability=ability,
                    need=(0.0, 0.625)[position],
                    standing=("UNDERSTAND", "ABLE", "EXCEL")[(number + position) % 3],
                    topic_id=topics[0].id if position else None,
                    pain_point_id=points[0].id if position else None,
                    days=([], [1, 3])[position],
                    months=([2], [])[position],
                )
                add(
                    t.PackageEvent,
                    package_id=package.id,
                    month=2 - position,
                    mode=("LECTURE", "WORKSHOP")[position],
                    topic_id=topics[0].id,
                    content_id=contents[0].id if position else None,
                    pain_point_id=points[1].id if position else None,
                    speaker_id=world.of("Mentor")[number % 2].id if position else None,
                )
    for position in range(2):
        item = add(
            t.CoursePlanItem,
            cohort_id=world.of("Cohort")[0].id,
            position=position,
            event=("MONTHLY_TOPIC", "QUARTERLY_SALON")[position],
            topic_id=topics[position].id,
            county=(None, "汇川区")[position],
            figures=({"demand": 0.9, "supply": 0.25, "gap": 0.65}, {})[position],
        )
        for place in range(2 * position):
            add(
                t.CoursePlanSpeaker,
                item_id=item.id,
                mentor_id=world.of("Mentor")[place].id,
                position=1 - place,
            )
            add(t.CoursePlanContent, item_id=item.id, content_id=contents[place].id, position=1 - place)
