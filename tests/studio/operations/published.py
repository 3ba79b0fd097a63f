"""A published run of four pairs, and those who answer to it, for the tests of consents and what follows."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import select

from studio.operations.background.handlers import HANDLERS
from studio.operations.background.worker import Worker
from studio.permissions import Actor
from studio.store.database import reading, write
from studio.store.enums import PairingState, Role
from studio.store.tables import MatchRun, Mentor, Pairing, PairingChange, Person, Trainee


@dataclass(frozen=True)
class Published:
    """A database, its organizer, and a cohort whose run is published."""

    engine: AsyncEngine
    organizer: Actor
    cohort_id: UUID
    run_id: UUID

    async def do(
        self, operation: Callable[..., Awaitable[Any]], actor: Actor, *given: Any, **more: Any
    ) -> Any:
        """Do an operation in a transaction of its own."""
        return await write(self.engine, lambda session: operation(session, actor, *given, **more))

    async def get(self, table: type[Any], row_id: UUID) -> Any:
        async with reading(self.engine) as session:
            return await session.get_one(table, row_id)

    async def pairing(self, trainee: str, row: int, run_id: UUID | None = None) -> Pairing:
        """Return the pairing of a trainee, by name and row of the roster."""
        async with reading(self.engine) as session:
            return (
                await session.execute(
                    select(Pairing)
                    .join(Trainee, Trainee.id == Pairing.trainee_id)
                    .join(Person, Person.id == Trainee.person_id)
                    .where(
                        Pairing.run_id == (run_id or self.run_id),
                        Person.name == trainee,
                        Trainee.roster_row == row,
                    )
                )
            ).scalar_one()

    async def pairings(self, run_id: UUID | None = None) -> list[Pairing]:
        async with reading(self.engine) as session:
            found = await session.execute(
                select(Pairing).where(Pairing.run_id == (run_id or self.run_id)).order_by(Pairing.id)
            )
            return list(found.scalars())

    async def both(self, pairing: Pairing) -> tuple[Actor, Actor]:
        """Return the mentor and the trainee of a pairing as actors."""
        mentor = await self.get(Mentor, pairing.mentor_id)
        trainee = await self.get(Trainee, pairing.trainee_id)
        studio = self.organizer.studio_id
        return (
            Actor(Role.MENTOR, studio, mentor.person_id),
            Actor(Role.TRAINEE, studio, trainee.person_id),
        )

    async def steps(
        self, pairing_id: UUID
    ) -> list[tuple[PairingState, PairingState, str | None, Role | None]]:
        async with reading(self.engine) as session:
            found = await session.execute(
                select(PairingChange)
                .where(PairingChange.pairing_id == pairing_id)
                .order_by(PairingChange.number)
            )
            return [(one.from_state, one.to_state, one.code, one.changed_by) for one in found.scalars()]

    async def proposals(self) -> list[MatchRun]:
        async with reading(self.engine) as session:
            found = await session.execute(
                select(MatchRun).where(MatchRun.based_on_id.is_not(None)).order_by(MatchRun.number)
            )
            return list(found.scalars())

    async def work(self) -> int:
        """Let a worker do what waits; return how many jobs that were."""
        worker = Worker(self.engine, HANDLERS)
        done = 0
        while await worker.run_once():
            done += 1
        return done


@pytest.fixture
def published(engine: AsyncEngine, organizer: Actor, cohort_id: UUID, published_id: UUID) -> Published:
    return Published(engine, organizer, cohort_id, published_id)
