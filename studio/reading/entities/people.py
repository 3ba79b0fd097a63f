"""Studios, regions, persons, trainees and mentors."""

import sqlalchemy as sa

from studio.reading.dialect import Among, Kind
from studio.reading.dialect import word as constant
from studio.reading.entities.conditions import about, contains
from studio.reading.entities.weeks import FREE_WEEKS, MENTOR_WEEKS
from studio.reading.fields import (
    Alias,
    Column,
    Condition,
    Connection,
    Entity,
    Field,
    Filter,
    FilterKind,
    Hop,
    Sort,
    ToMany,
    ToOne,
    Value,
    by,
    day,
    flag,
    integer,
    number,
    of,
    one,
    text,
    word,
)
from studio.reading.own import (
    MATCH_RUN,
    MENTOR,
    PAIRING,
    PUBLISHED,
    TRAINEE,
    in_touch,
    of_mentor,
    of_person,
    of_trainee,
    published,
    tables,
)
from studio.store.mentor_enums import PairingKind

PERSON, REGION = tables["person"], tables["region"]
TO_PERSON = Hop("person", PERSON, lambda row, person: person.c.id == row.c.person_id)
TO_COMMUNITY = Hop("community", REGION, lambda person, region: region.c.id == person.c.community_id)
TO_TRAINEE = Hop("trainee", TRAINEE, lambda row, trainee: trainee.c.id == row.c.trainee_id)
TO_PUBLISHED_RUN = Hop(
    "published_run",
    MATCH_RUN,
    lambda row, run: sa.and_(run.c.cohort_id == row.c.cohort_id, run.c.publish_state == PUBLISHED),
)


def natural_order(*way: Hop) -> tuple[Sort, ...]:
    """Order by community, name and row of the roster of the trainee or mentor at the end of `way`."""
    person, community = (*way, TO_PERSON), (*way, TO_PERSON, TO_COMMUNITY)
    return (
        Sort(lambda region: region.c.county, Kind.TEXT, community),
        Sort(lambda region: region.c.town, Kind.TEXT, community),
        Sort(lambda region: region.c.name_key, Kind.TEXT, community),
        Sort(lambda person: person.c.name_key, Kind.TEXT, person),
        Sort(lambda row: row.c.roster_row, Kind.INT, way),
    )


def _searched(row: Alias, pattern: Value) -> Condition:
    person, region = PERSON.alias(), REGION.alias()
    found = (
        sa.select(person.c.id)
        .join(region, region.c.id == person.c.community_id, isouter=True)
        .where(sa.or_(contains(person.c.name, pattern), contains(region.c.name, pattern)))
    )
    return row.c.person_id.in_(found)


def _tagged(row: Alias, codes: Value) -> Condition:
    """Tell whether one of the trainee's pain points is about one of the topics."""
    point, tag = tables["pain_point"].alias(), tables["pain_point_topic"].alias()
    said = point.c.id.in_(about(tag, "pain_point_id", codes))
    return row.c.id.in_(sa.select(point.c.trainee_id).where(said, point.c.trainee_id.is_not(None)))


def _matched(row: Alias, wanted: bool) -> Condition:
    pairing = PAIRING.alias()
    paired = row.c.id.in_(sa.select(pairing.c.trainee_id).where(in_touch(pairing)))
    return paired if wanted else sa.not_(paired)


def leads(row: Alias) -> Condition:
    """Tell whether a pairing is the one to show where only one can be: not that of theory beside one of practice."""
    other = PAIRING.alias()
    practice = sa.select(other.c.id).where(
        other.c.run_id == row.c.run_id,
        other.c.trainee_id == row.c.trainee_id,
        other.c.kind == constant(PairingKind.PRACTICE.value),
    )
    return sa.or_(
        row.c.kind != constant(PairingKind.THEORY.value), sa.not_(practice.correlate_except(other).exists())
    )


def _strong(row: Alias, codes: Value) -> Condition:
    strength = tables["mentor_topic"].alias()
    return row.c.id.in_(about(strength, "mentor_id", codes).where(strength.c.strength > 0))


def load(row: Alias) -> Value:
    """Return how many places of a mentor are held by published pairings."""
    pairing = PAIRING.alias()
    return (
        sa.select(sa.func.count())
        .select_from(pairing)
        .where(pairing.c.mentor_id == row.c.id, pairing.c.held_place_id.is_not(None))
        .correlate_except(pairing)
        .scalar_subquery()
    )


def _has_capacity(row: Alias, wanted: bool) -> Condition:
    return row.c.capacity > load(row) if wanted else row.c.capacity <= load(row)


def _masked(person: Alias) -> Value:
    phone = person.c.phone
    end = sa.func.substr(phone, sa.func.length(phone) - 3)
    return sa.case(
        (sa.func.length(phone) >= 8, sa.func.substr(phone, 1, 3).concat("****").concat(end)),
        (phone.is_not(None), sa.literal_column("'****'")),
    )


def _remaining(row: Alias) -> Value:
    # A capacity may have shrunk below what is held.
    free = row.c.capacity - load(row)
    return sa.case((row.c.capacity > load(row), free), else_=0)


TRAINEE_FIELDS: dict[str, Field] = {
    "displayName": Column(lambda person: person.c.name, Kind.TEXT, (TO_PERSON,)),
    "person": one("Person", "person_id"),
    "cohort": one("Cohort", "cohort_id"),
    "role": word("role"),
    "level": word("level"),
    "inPostSince": day("in_post_since"),
    **FREE_WEEKS,
    "version": integer("version"),
    "community": ToOne("Region", lambda person, region: region.c.id == person.c.community_id, (TO_PERSON,)),
    "painPoints": Connection("PainPoint", of("trainee_id")),
    "needs": ToMany(
        "TraineeNeed",
        of("trainee_id"),
        lambda need, _link: [need.c.need.desc(), need.c.severity.desc(), need.c.id],
    ),
    "recommendations": ToMany("Recommendation", of("trainee_id"), by("rank"), first=10),
    "contentEvents": Connection("ContentEvent", of("trainee_id")),
    "pairing": ToOne(
        "Pairing",
        lambda run, pairing: sa.and_(pairing.c.run_id == run.c.id, leads(pairing)),
        (TO_PUBLISHED_RUN,),
        of("trainee_id"),
    ),
    "publishedPairings": ToMany(
        "Pairing",
        lambda row, pairing: sa.and_(pairing.c.trainee_id == row.c.id, published(pairing)),
        lambda row, _link: [row.c.kind, row.c.id],
    ),
    "pairings": ToMany("Pairing", of("trainee_id"), lambda row, _link: [row.c.created_at.desc(), row.c.id]),
    "responses": ToMany("SurveyResponse", of("trainee_id"), by("created_at")),
}

PEOPLE = (
    Entity(
        "Studio",
        tables["studio"],
        {
            "name": text("name"),
            "leaderName": text("leader_name"),
            "fictional": flag("fictional"),
            "collaborativeChecks": ToMany(
                "CollaborativeCheck",
                of("studio_id"),
                lambda check, _link: [check.c.checked_at.desc(), check.c.id.desc()],
                first=1,
            ),
        },
        of_studio=lambda row, who: row.c.id == who.studio,
    ),
    Entity(
        "Region",
        REGION,
        {
            "name": text("name"),
            "kind": word("kind"),
            "county": text("county"),
            "town": text("town"),
            "parent": one("Region", "parent_id"),
        },
    ),
    Entity(
        "Person",
        PERSON,
        {
            "name": text("name"),
            "phoneMasked": Column(_masked, Kind.TEXT),
            "community": one("Region", "community_id"),
            "honours": ToMany("Honour", of("person_id"), by("position")),
        },
        own=of_person("id"),
    ),
    Entity("Honour", tables["honour"], {"name": text("name")}, own=of_person("person_id")),
    Entity(
        "Trainee",
        TRAINEE,
        TRAINEE_FIELDS,
        own=of_trainee("id"),
        orders={
            "COMMUNITY": natural_order(),
            "NAME": (
                Sort(lambda person: person.c.name_key, Kind.TEXT, (TO_PERSON,)),
                Sort(lambda row: row.c.roster_row, Kind.INT),
            ),
            "ROSTER": (Sort(lambda row: row.c.roster_row, Kind.INT),),
        },
        filters={
            "cohortId": Filter("Cohort", lambda row, value: row.c.cohort_id == value),
            "roles": Filter(FilterKind.TEXTS, lambda row, values: Among(row.c.role, values)),
            "topicCodes": Filter(FilterKind.TEXTS, _tagged),
            "matched": Filter(FilterKind.FLAG, _matched),
            "search": Filter(FilterKind.SEARCH, _searched),
        },
    ),
    Entity(
        "Mentor",
        MENTOR,
        {
            "displayName": Column(lambda person: person.c.name, Kind.TEXT, (TO_PERSON,)),
            "person": one("Person", "person_id"),
            "community": ToOne(
                "Region", lambda person, region: region.c.id == person.c.community_id, (TO_PERSON,)
            ),
            "capacity": integer("capacity"),
            "activeLoad": Column(load, Kind.INT),
            "remaining": Column(_remaining, Kind.INT),
            "tenureYears": number("tenure_years"),
            **MENTOR_WEEKS,
            "kind": word("kind"),
            "version": integer("version"),
            "strengths": ToMany(
                "MentorTopic", of("mentor_id"), lambda row, _link: [row.c.strength.desc(), row.c.id]
            ),
            "cases": ToMany("MentorCase", of("mentor_id"), by("position")),
            "honours": ToMany(
                "Honour", lambda row, honour: honour.c.person_id == row.c.person_id, by("position")
            ),
            "pairings": ToMany(
                "Pairing",
                of("mentor_id"),
                lambda row, _link: [row.c.created_at.desc(), row.c.id],
                arguments=("states",),
            ),
        },
        own=of_mentor("id"),
        orders={
            "COMMUNITY": natural_order(),
            "NAME": (
                Sort(lambda person: person.c.name_key, Kind.TEXT, (TO_PERSON,)),
                Sort(lambda row: row.c.roster_row, Kind.INT),
            ),
            "CAPACITY": (
                Sort(lambda row: row.c.capacity, Kind.INT, tells=("capacity",)),
                *natural_order(),
            ),
        },
        filters={
            "topicCodes": Filter(FilterKind.TEXTS, _strong),
            "hasCapacity": Filter(FilterKind.FLAG, _has_capacity, tells=("remaining",)),
            "search": Filter(FilterKind.SEARCH, _searched),
        },
    ),
    Entity(
        "MentorTopic",
        tables["mentor_topic"],
        {
            "topic": one("Topic", "topic_id"),
            "mentor": one("Mentor", "mentor_id"),
            "strength": number("strength"),
        },
        own=of_mentor("mentor_id"),
        typename="MentorStrength",
    ),
    Entity("MentorCase", tables["mentor_case"], {"text": text("text")}, own=of_mentor("mentor_id")),
)
