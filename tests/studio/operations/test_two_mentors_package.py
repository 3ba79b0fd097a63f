"""Of two mentors both read the trainee's package, and the one with whom it is edits it."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import select

from studio.errors import NotFound, StudioError
from studio.operations.packages.package_draft import PackageEdit
from studio.operations.packages.package_edits import edit_package
from studio.operations.packages.packages import write_packages
from studio.permissions import Actor
from studio.reading.read import read_rows
from studio.reading.selection import Selection
from studio.store.database import reading, writing
from studio.store.enums import Role
from studio.store.package_enums import PackageAction
from studio.store.tables import Mentor, MentoringPackage, Pairing
from tests.studio.operations.test_two_mentors import PRACTICE, THEORY, matched, published, rule_id, stored

__all__ = ["rule_id"]
PACKAGE = [Selection("package", "package", children=(Selection("id", "id"),))]


async def as_mentor(engine: AsyncEngine, organizer: Actor, mentor_id: UUID) -> Actor:
    async with reading(engine) as session:
        person_id = (await session.get_one(Mentor, mentor_id)).person_id
    return Actor(Role.MENTOR, organizer.studio_id, person_id)


async def seen(engine: AsyncEngine, actor: Actor, pairing_id: UUID) -> Any:
    async with reading(engine) as session:
        (found,) = await read_rows(session, actor, "Pairing", [pairing_id], PACKAGE)
    return found and found["package"]


@pytest.mark.usefixtures("rule_id")
async def test_both_mentors_read_the_package_and_only_that_of_practice_edits_it(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    run = await matched(engine, organizer, cohort_id)
    async with writing(engine) as session:
        await write_packages(session, organizer, run.id)
    pairings = await stored(engine, run.id)
    of: dict[UUID, dict[Any, Pairing]] = {}
    for pairing in pairings:
        of.setdefault(pairing.trainee_id, {})[pairing.kind] = pairing
    both = next(pair for pair in of.values() if len(pair) == 2)
    theory = await as_mentor(engine, organizer, both[THEORY].mentor_id)
    # A draft is nobody's business but the organizers'.
    assert await seen(engine, theory, both[THEORY].id) is None
    await published(engine, organizer, run.id)
    practice = await as_mentor(engine, organizer, both[PRACTICE].mentor_id)
    shown = await seen(engine, practice, both[PRACTICE].id)
    assert shown is not None
    assert await seen(engine, theory, both[THEORY].id) == shown
    async with reading(engine) as session:
        package = (
            await session.execute(
                select(MentoringPackage).where(MentoringPackage.trainee_id == both[THEORY].trainee_id)
            )
        ).scalar_one()
    edits = [PackageEdit(PackageAction.REMOVE, position=1)]
    with pytest.raises(StudioError) as refusal:
        async with writing(engine) as session:
            await edit_package(session, theory, package.id, edits, expected_version=package.number)
    assert refusal.value.code == "PACKAGE_READ_ONLY"
    assert refusal.value.message("zh") != refusal.value.message("en")
    strangers = {one.mentor_id for one in pairings} - {one.mentor_id for one in both.values()}
    for mentor_id in strangers - {one.mentor_id for one in of[package.trainee_id].values()}:
        stranger = await as_mentor(engine, organizer, mentor_id)
        with pytest.raises(NotFound):
            async with writing(engine) as session:
                await edit_package(session, stranger, package.id, edits, expected_version=package.number)
