"""Whose rows are whose: the ids of a mentor's and of a trainee's own people, as subqueries.

A mentor's own trainees are those of published pairings that have not come apart; so are a trainee's own mentors.
"""

from collections.abc import Callable, Mapping

import sqlalchemy as sa

from studio.reading.dialect import word
from studio.reading.fields import Alias, Condition, Principal, Value
from studio.store.enums import PairingState, PublishState, Role
from studio.store.pairings import Pairing
from studio.store.people import Mentor, Trainee
from studio.store.runs import MatchRun
from studio.store.surveys import SurveyResponse
from studio.store.tables import metadata

Ids = Callable[[Principal], sa.Select[tuple[Value]]]
Policy = Mapping[Role, Callable[[Alias, Principal], Condition]]

# Tables by name; a row class gives its table only as an untyped attribute.
tables = metadata.tables
TRAINEE, MENTOR = tables[str(Trainee.__tablename__)], tables[str(Mentor.__tablename__)]
RESPONSE = tables[str(SurveyResponse.__tablename__)]
PAIRING, MATCH_RUN = tables[str(Pairing.__tablename__)], tables[str(MatchRun.__tablename__)]

# A constant in the SQL itself: a bound one would keep PostgreSQL from using the partial index.
PUBLISHED = word(PublishState.PUBLISHED.value)
# A pairing that ended so shows neither side the other's rows any more; one that is completed does.
APART = (PairingState.DECLINED.value, PairingState.EXPIRED.value, PairingState.ENDED.value)
DRAFT = word(PublishState.DRAFT.value)


def published(row: Alias) -> Condition:
    """Tell whether a pairing's run is published."""
    run = MATCH_RUN.alias()
    return row.c.run_id.in_(sa.select(run.c.id).where(run.c.publish_state == PUBLISHED))


def in_touch(row: Alias) -> Condition:
    """Tell whether both sides of a published pairing have to do with each other: not once it is declined or ended."""
    return sa.and_(published(row), row.c.state.not_in([word(state) for state in APART]))


def _own_trainees(role: Role, who: Principal) -> sa.Select[tuple[Value]]:
    trainee = TRAINEE.alias()
    if role is Role.TRAINEE:
        return sa.select(trainee.c.id).where(trainee.c.person_id == who.person)
    pairing, mentor = PAIRING.alias(), MENTOR.alias()
    return (
        sa.select(pairing.c.trainee_id)
        .join(mentor, mentor.c.id == pairing.c.mentor_id)
        .where(mentor.c.person_id == who.person, in_touch(pairing))
    )


def _own_mentors(role: Role, who: Principal) -> sa.Select[tuple[Value]]:
    mentor = MENTOR.alias()
    if role is Role.MENTOR:
        return sa.select(mentor.c.id).where(mentor.c.person_id == who.person)
    pairing, trainee = PAIRING.alias(), TRAINEE.alias()
    return (
        sa.select(pairing.c.mentor_id)
        .join(trainee, trainee.c.id == pairing.c.trainee_id)
        .where(trainee.c.person_id == who.person, in_touch(pairing))
    )


def of_trainee(column: str) -> Policy:
    """Rows whose `column` names an own trainee."""
    return {
        Role.MENTOR: lambda row, who: row.c[column].in_(_own_trainees(Role.MENTOR, who)),
        Role.TRAINEE: lambda row, who: row.c[column].in_(_own_trainees(Role.TRAINEE, who)),
    }


def of_mentor(column: str) -> Policy:
    """Rows whose `column` names an own mentor."""
    return {
        Role.MENTOR: lambda row, who: row.c[column].in_(_own_mentors(Role.MENTOR, who)),
        Role.TRAINEE: lambda row, who: row.c[column].in_(_own_mentors(Role.TRAINEE, who)),
    }


def of_person(column: str) -> Policy:
    """Rows whose `column` names oneself, or a person on the other side of an own published pairing."""

    def mentors_view(row: Alias, who: Principal) -> Condition:
        trainee = TRAINEE.alias()
        own = sa.select(trainee.c.person_id).where(trainee.c.id.in_(_own_trainees(Role.MENTOR, who)))
        return sa.or_(row.c[column] == who.person, row.c[column].in_(own))

    def trainees_view(row: Alias, who: Principal) -> Condition:
        mentor = MENTOR.alias()
        own = sa.select(mentor.c.person_id).where(mentor.c.id.in_(_own_mentors(Role.TRAINEE, who)))
        return sa.or_(row.c[column] == who.person, row.c[column].in_(own))

    return {Role.MENTOR: mentors_view, Role.TRAINEE: trainees_view}


def pairing_is_own(row: Alias, who: Principal, role: Role) -> Condition:
    """Tell whether a pairing is published and one's own."""
    if role is Role.MENTOR:
        return sa.and_(published(row), row.c.mentor_id.in_(_own_mentors(role, who)))
    return sa.and_(published(row), row.c.trainee_id.in_(_own_trainees(role, who)))


def package_is_own(row: Alias, who: Principal, role: Role) -> Condition:
    """Tell whether a version of a package was published and is one's own.

    A mentor's own are those of whoever is an own trainee now, with the mentor who reads or the trainee's other one; a
    trainee's own are all that were ever meant for them.
    """
    pairing, run = PAIRING.alias(), MATCH_RUN.alias()
    once = sa.select(pairing.c.id).join(run, run.c.id == pairing.c.run_id).where(run.c.publish_state != DRAFT)
    if role is Role.TRAINEE:
        return sa.and_(row.c.pairing_id.in_(once), row.c.trainee_id.in_(_own_trainees(role, who)))
    pair = PAIRING.alias()
    pairs = sa.select(pair.c.trainee_id, pair.c.mentor_id).where(
        pair.c.trainee_id.in_(_own_trainees(role, who)), in_touch(pair)
    )
    return sa.and_(row.c.pairing_id.in_(once), sa.tuple_(row.c.trainee_id, row.c.mentor_id).in_(pairs))


def both(one: Policy, other: Policy) -> Policy:
    """Rows that are one's own by two policies."""

    def together(role: Role) -> Callable[[Alias, Principal], Condition]:
        return lambda row, who: sa.and_(one[role](row, who), other[role](row, who))

    return {role: together(role) for role in one}


def of_parent(column: str, table: sa.Table, policy: Policy) -> Policy:
    """Rows whose `column` names a row of `table` that is one's own."""

    def through(role: Role) -> Callable[[Alias, Principal], Condition]:
        def own(row: Alias, who: Principal) -> Condition:
            parent = table.alias()
            return row.c[column].in_(sa.select(parent.c.id).where(policy[role](parent, who)))

        return own

    return {role: through(role) for role in policy}


def of_written_response(row: Alias, who: Principal) -> Condition:
    """Rows of the response that has just been written."""
    return row.c.response_id == who.response


def of_written_trainee(row: Alias, who: Principal) -> Condition:
    """Rows of the trainee for whom a response has just been written."""
    response = RESPONSE.alias()
    return row.c.trainee_id.in_(sa.select(response.c.trainee_id).where(response.c.id == who.response))


OWN_PACKAGES: Policy = {
    Role.MENTOR: lambda row, who: package_is_own(row, who, Role.MENTOR),
    Role.TRAINEE: lambda row, who: package_is_own(row, who, Role.TRAINEE),
}

OWN_PAIRINGS: Policy = {
    Role.MENTOR: lambda row, who: pairing_is_own(row, who, Role.MENTOR),
    Role.TRAINEE: lambda row, who: pairing_is_own(row, who, Role.TRAINEE),
}


def of_own_cohort(column: str) -> Policy:
    """Rows whose `column` names a cohort that a trainee is in."""

    def own(row: Alias, who: Principal) -> Condition:
        trainee = TRAINEE.alias()
        return row.c[column].in_(sa.select(trainee.c.cohort_id).where(trainee.c.person_id == who.person))

    return {Role.TRAINEE: own}
