import asyncio
from uuid import UUID, uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlmodel import select

from studio.errors import StudioError
from studio.operations.idempotency import once, remember
from studio.permissions import Actor
from studio.store.database import writing
from studio.store.enums import Role
from studio.store.tables import IdempotencyKey, Studio

INPUT = {"cohort": 3, "note": "甲", "parts": [1, {"b": 2, "a": 1}]}


@pytest.fixture
async def actor(engine: AsyncEngine) -> Actor:
    async with writing(engine) as session:
        studio = Studio(name="甲")
        session.add(studio)
    return Actor(Role.ORGANIZER, studio.id)


async def do(session: AsyncSession, actor: Actor, key: str | None, input: dict[str, object] = INPUT) -> UUID:
    first = await once(session, actor, key, "start", input)
    if first is not None:
        return first
    result = uuid4()
    await remember(session, actor, key, "start", input, result)
    return result


async def test_same_key_and_input_give_the_first_result(engine: AsyncEngine, actor: Actor) -> None:
    results = set()
    for input in (INPUT, {"parts": [1, {"a": 1, "b": 2}], "note": "甲", "cohort": 3}):
        async with writing(engine) as session:
            results.add(await do(session, actor, "k", input))
    assert len(results) == 1


async def test_without_key_every_call_counts(engine: AsyncEngine, actor: Actor) -> None:
    async with writing(engine) as session:
        assert await do(session, actor, None) != await do(session, actor, None)
        assert (await session.execute(select(IdempotencyKey))).all() == []


async def test_same_key_with_other_input_or_operation_is_refused(engine: AsyncEngine, actor: Actor) -> None:
    async with writing(engine) as session:
        await do(session, actor, "k")
        for operation, input in (("start", {**INPUT, "cohort": 2}), ("stop", INPUT)):
            with pytest.raises(StudioError) as refusal:
                await once(session, actor, "k", operation, input)
            assert (refusal.value.code, refusal.value.field) == ("IDEMPOTENCY_MISMATCH", "idempotencyKey")


async def test_key_belongs_to_one_token_of_one_studio(engine: AsyncEngine, actor: Actor) -> None:
    async with writing(engine) as session:
        other = Studio(name="乙")
        session.add(other)
        await session.flush()
        actors = [
            actor,
            Actor(Role.ORGANIZER, actor.studio_id, token_id=uuid4()),
            Actor(Role.CLIENT_APP, actor.studio_id, token_id=uuid4()),
            Actor(Role.ORGANIZER, other.id),
        ]
        results = [await do(session, one, "k", {"of": index}) for index, one in enumerate(actors)]
    assert len(set(results)) == 4


async def test_key_of_odd_length_is_refused(engine: AsyncEngine, actor: Actor) -> None:
    async with writing(engine) as session:
        for key in ("", "k" * 129):
            with pytest.raises(StudioError) as refusal:
                await once(session, actor, key, "start", INPUT)
            assert refusal.value.code == "IDEMPOTENCY_KEY"


async def test_key_of_a_failed_mutation_is_free_again(engine: AsyncEngine, actor: Actor) -> None:
    async with writing(engine) as session:
        undone = await do(session, actor, "k")
        await session.rollback()
    async with writing(engine) as session:
        assert await do(session, actor, "k") != undone


async def test_rivals_with_one_key_get_one_result(engine: AsyncEngine, actor: Actor) -> None:
    async def attempt() -> UUID:
        async with writing(engine) as session:
            return await do(session, actor, "k")

    assert len(set(await asyncio.gather(*(attempt() for _ in range(5))))) == 1
