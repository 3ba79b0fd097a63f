"""The heat map of a cohort: how much each role and each county needs each topic, and how many say so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from matching import HeatMap, NeedProfile, heat_map
from studio.arrays.needs import NeedTable
from studio.store.cohorts import Cohort
from studio.store.enums import TraineeRole
from studio.store.people import Person, Region, Trainee
from studio.store.rows import replace_rows
from studio.store.tables import metadata
from studio.store.topics import Topic

DECIMALS = 6

Group = TypeVar("Group", bound=str)


@dataclass(frozen=True)
class GroupNeeds(Generic[Group]):
    """Groups that have respondents, in the order in which they are shown, and what they need."""

    groups: Sequence[Group]
    heat: HeatMap


async def needs_by_group(
    session: AsyncSession, cohort: Cohort, said: NeedTable, profile: NeedProfile
) -> tuple[GroupNeeds[TraineeRole], GroupNeeds[str]]:
    """Return the needs of a cohort by role and by county."""
    roles: dict[UUID, TraineeRole] = {}
    counties: dict[UUID, str] = {}
    trainees = await session.execute(
        sa.select(col(Trainee.id), col(Trainee.role), col(Region.county))
        .join(Person, col(Person.id) == Trainee.person_id)
        .join(Region, col(Region.id) == Person.community_id, isouter=True)
        .where(col(Trainee.cohort_id) == cohort.id)
    )
    for trainee_id, role, county in trainees.all():
        roles[trainee_id] = role
        if county:
            counties[trainee_id] = county
    present = {roles[owner] for owner in said.owners if owner in roles}
    by_role = _grouped([role for role in TraineeRole if role in present], roles, said, profile)
    answered = sorted({counties[owner] for owner in said.owners if owner in counties})
    return by_role, _grouped(answered, counties, said, profile)


def _grouped(
    groups: Sequence[Group], group_of: Mapping[UUID, Group], said: NeedTable, profile: NeedProfile
) -> GroupNeeds[Group]:
    number = {group: place for place, group in enumerate(groups)}
    of_trainee = {trainee_id: number[group] for trainee_id, group in group_of.items() if group in number}
    rows = [of_trainee.get(owner, -1) if owner else -1 for owner in said.owners]
    return GroupNeeds(groups, heat_map(profile.need, said.named, rows, len(groups)))


async def store_heat(
    session: AsyncSession,
    cohort: Cohort,
    topics: Sequence[Topic],
    by_role: GroupNeeds[TraineeRole],
    by_county: GroupNeeds[str],
) -> None:
    """Store both heat maps of a cohort; `topics` are their columns."""
    of = {"studio_id": cohort.studio_id, "cohort_id": cohort.id}
    for table, group, needs in (("role_need", "role", by_role), ("county_need", "county", by_county)):
        cells = _cells(topics, needs)
        await replace_rows(session, metadata.tables[table], of, (group, "topic_id"), cells)


def _cells(topics: Sequence[Topic], needs: GroupNeeds[Any]) -> dict[tuple[Any, ...], dict[str, Any]]:
    heat = needs.heat
    return {
        (group, topic.id): {
            "position": row * len(topics) + column,
            "mean": round(float(heat.mean[row, column]), DECIMALS),
            "respondents": int(heat.n_named[row, column]),
            "answered": int(heat.n_respondents[row]),
        }
        for row, group in enumerate(needs.groups)
        for column, topic in enumerate(topics)
    }
