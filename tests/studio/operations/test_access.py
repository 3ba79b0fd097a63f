import hashlib
import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import select

from studio.errors import Forbidden, NotFound, StudioError, Unauthenticated
from studio.operations.people.access import TokenUse, authenticate, create_token, revoke_token, rotate_token
from studio.permissions import Actor
from studio.store.clock import held_at
from studio.store.database import reading, writing
from studio.store.enums import Role, TraineeRole
from studio.store.tables import AuditEvent, Cohort, Mentor, Person, Studio, Token, Trainee

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


class World:
    """Two studios; in the first a mentor and a trainee."""

    studio: Studio
    other: Studio
    mentor: Person
    trainee: Person

    @property
    def organizer(self) -> Actor:
        return Actor(Role.ORGANIZER, self.studio.id)


@pytest.fixture
async def world(engine: AsyncEngine) -> World:
    world = World()
    async with writing(engine) as session:
        world.studio, world.other = Studio(name="甲"), Studio(name="乙")
        session.add_all([world.studio, world.other])
        await session.flush()
        here = {"studio_id": world.studio.id}
        cohort = Cohort(**here, number=1, name="一")
        world.mentor = Person(**here, name="钱一", name_key="钱一")
        world.trainee = Person(**here, name="孙二", name_key="孙二")
        session.add_all([cohort, world.mentor, world.trainee])
        await session.flush()
        session.add(Mentor(**here, person_id=world.mentor.id, capacity=1))
        role = TraineeRole.OTHER
        session.add(Trainee(**here, cohort_id=cohort.id, person_id=world.trainee.id, role=role))
    return world


async def test_only_the_hash_is_stored_and_the_text_opens_the_studio(
    engine: AsyncEngine, world: World
) -> None:
    async with writing(engine) as session:
        token, text = await create_token(
            session, world.organizer, role=Role.MENTOR, person_id=world.mentor.id
        )
    assert re.fullmatch(r"yz_[A-Za-z0-9_-]{43}", text)
    assert token.hash == hashlib.sha256(text.encode()).hexdigest()
    async with reading(engine) as session:
        assert await authenticate(session, text) == Actor(
            Role.MENTOR, world.studio.id, world.mentor.id, frozenset(), token.id
        )
        event = (await session.execute(select(AuditEvent))).scalar_one()
    assert (event.action, event.entity_id, event.details) == ("create_token", token.id, {"role": "MENTOR"})


async def test_client_app_acts_with_its_scopes(engine: AsyncEngine, world: World) -> None:
    scopes = ["write:survey", "read:needs"]
    async with writing(engine) as session:
        _, text = await create_token(session, world.organizer, role=Role.CLIENT_APP, scopes=scopes)
        actor = await authenticate(session, text)
    assert (actor.role, actor.scopes) == (Role.CLIENT_APP, frozenset(scopes))


async def test_unknown_token_opens_nothing(engine: AsyncEngine, world: World) -> None:
    async with reading(engine) as session:
        for text in ("", "yz_", "nonsense", "yz_" + "a" * 43, "yz_" + "雁" * 43, "x" * 10_000):
            with pytest.raises(Unauthenticated) as refusal:
                await authenticate(session, text)
            assert refusal.value.code == "UNAUTHENTICATED"


async def test_token_opens_until_it_expires(engine: AsyncEngine, world: World) -> None:
    with held_at(NOON):
        async with writing(engine) as session:
            expires = NOON + timedelta(days=1)
            _, text = await create_token(session, world.organizer, role=Role.ORGANIZER, expires_at=expires)
    async with reading(engine) as session:
        with held_at(NOON + timedelta(hours=23)):
            assert (await authenticate(session, text)).role is Role.ORGANIZER
        with held_at(NOON + timedelta(days=1)), pytest.raises(Unauthenticated):
            await authenticate(session, text)


async def test_revoked_token_opens_nothing(engine: AsyncEngine, world: World) -> None:
    async with writing(engine) as session:
        token, text = await create_token(session, world.organizer, role=Role.ORGANIZER)
        for _ in range(2):
            await revoke_token(session, world.organizer, token.id)
        with pytest.raises(Unauthenticated):
            await authenticate(session, text)
        actions = await session.execute(select(AuditEvent.action).order_by(AuditEvent.created_at))
        assert actions.scalars().all() == ["create_token", "revoke_token"]


async def test_rotated_token_keeps_its_row_and_the_old_text_opens_nothing(
    engine: AsyncEngine, world: World
) -> None:
    texts, rows = [], []
    for _ in range(3):
        async with writing(engine) as session:
            token, text = await rotate_token(session, world.organizer, "demo", role=Role.ORGANIZER)
            texts.append(text)
            rows.append(token.id)
    async with reading(engine) as session:
        assert (await session.execute(select(Token.id))).scalars().all() == rows[:1]
        assert (await authenticate(session, texts[-1])).token_id == rows[0]
        for old in texts[:-1]:
            with pytest.raises(Unauthenticated):
                await authenticate(session, old)


async def test_rotating_opens_a_revoked_token_again_and_stays_in_its_studio(
    engine: AsyncEngine, world: World
) -> None:
    async with writing(engine) as session:
        token, _ = await rotate_token(session, world.organizer, "demo", role=Role.ORGANIZER)
        await revoke_token(session, world.organizer, token.id)
        there = Actor(Role.ORGANIZER, world.other.id)
        elsewhere, _ = await rotate_token(session, there, "demo", role=Role.ORGANIZER)
        assert elsewhere.id != token.id
        _, text = await rotate_token(session, world.organizer, "demo", role=Role.ORGANIZER)
        assert (await authenticate(session, text)).studio_id == world.studio.id


async def test_person_must_fit_the_role(engine: AsyncEngine, world: World) -> None:
    mentor, trainee = world.mentor.id, world.trainee.id
    async with writing(engine) as session:
        for role, person_id, code in (
            (Role.MENTOR, None, "TOKEN_PERSON_NEEDED"),
            (Role.TRAINEE, None, "TOKEN_PERSON_NEEDED"),
            (Role.ORGANIZER, mentor, "TOKEN_PERSON_UNWANTED"),
            (Role.CLIENT_APP, mentor, "TOKEN_PERSON_UNWANTED"),
            (Role.MENTOR, trainee, "TOKEN_PERSON_OTHER_ROLE"),
            (Role.TRAINEE, mentor, "TOKEN_PERSON_OTHER_ROLE"),
            (Role.MENTOR, uuid4(), "NOT_FOUND"),
        ):
            scopes = ["read:needs"] if role is Role.CLIENT_APP else []
            with pytest.raises(StudioError) as refusal:
                await create_token(session, world.organizer, role=role, person_id=person_id, scopes=scopes)
            assert (refusal.value.code, refusal.value.field) == (code, "personId")


async def test_person_of_another_studio_is_not_found(engine: AsyncEngine, world: World) -> None:
    async with writing(engine) as session:
        there = Actor(Role.ORGANIZER, world.other.id)
        with pytest.raises(NotFound):
            await create_token(session, there, role=Role.MENTOR, person_id=world.mentor.id)


async def test_scopes_must_fit_the_role(engine: AsyncEngine, world: World) -> None:
    async with writing(engine) as session:
        for role, scopes, code in (
            (Role.CLIENT_APP, ["read:everything"], "TOKEN_SCOPE_UNKNOWN"),
            (Role.CLIENT_APP, [], "TOKEN_SCOPES_NEEDED"),
            (Role.ORGANIZER, ["read:needs"], "TOKEN_SCOPES_UNWANTED"),
        ):
            with pytest.raises(StudioError) as refusal:
                await create_token(session, world.organizer, role=role, scopes=scopes)
            assert refusal.value.code == code


async def test_expiry_in_the_past_is_refused(engine: AsyncEngine, world: World) -> None:
    async with writing(engine) as session:
        with pytest.raises(StudioError) as refusal, held_at(NOON):
            await create_token(session, world.organizer, role=Role.ORGANIZER, expires_at=NOON)
    assert refusal.value.code == "TOKEN_EXPIRY_PAST"


async def test_tokens_are_for_organizers_to_manage(engine: AsyncEngine, world: World) -> None:
    async with writing(engine) as session:
        token, _ = await create_token(session, world.organizer, role=Role.ORGANIZER, label="x")
        for role in (Role.MENTOR, Role.TRAINEE, Role.CLIENT_APP):
            actor = Actor(role, world.studio.id, world.mentor.id, frozenset({"write:survey"}))
            with pytest.raises(Forbidden):
                await create_token(session, actor, role=Role.ORGANIZER)
            with pytest.raises(Forbidden):
                await rotate_token(session, actor, "x", role=Role.ORGANIZER)
            with pytest.raises(Forbidden):
                await revoke_token(session, actor, token.id)
        with pytest.raises(NotFound):
            await revoke_token(session, Actor(Role.ORGANIZER, world.other.id), token.id)


async def test_last_use_is_written_at_most_once_a_minute(engine: AsyncEngine, world: World) -> None:
    async with writing(engine) as session:
        token, text = await create_token(session, world.organizer, role=Role.ORGANIZER)
    use = TokenUse()

    async def last_used() -> datetime | None:
        async with reading(engine) as session:
            return await session.scalar(select(Token.last_used_at).where(Token.id == token.id))

    written = []
    for second in (0, 30, 59, 61, 90, 122):
        with held_at(NOON + timedelta(seconds=second)):
            async with reading(engine) as session:
                use.note(await authenticate(session, text))
            assert (second == 0) == (await last_used() is None), "authenticating writes nothing"
            written.append((await use.write(engine), await last_used()))
    moments = [NOON + timedelta(seconds=second) for second in (0, 0, 0, 61, 61, 122)]
    assert written == list(zip((1, 0, 0, 1, 0, 1), moments, strict=True))
    assert await use.write(engine) == 0


async def test_last_use_left_unwritten_is_written_later(engine: AsyncEngine, world: World) -> None:
    async with writing(engine) as session:
        token, _ = await create_token(session, world.organizer, role=Role.ORGANIZER)
    use = TokenUse()
    for second in (0, 40, 70):
        with held_at(NOON + timedelta(seconds=second)):
            if second < 70:
                use.note(Actor(Role.ORGANIZER, world.studio.id, token_id=token.id))
            await use.write(engine)
    with held_at(NOON + timedelta(seconds=100)):
        await use.write(engine)
    async with reading(engine) as session:
        found = await session.scalar(select(Token.last_used_at).where(Token.id == token.id))
    assert found == NOON + timedelta(seconds=40)
