"""A database with two studios, and one way to read it."""

from dataclasses import dataclass
from typing import Any

import orjson
import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from studio.permissions import Actor
from studio.reading.read import read
from studio.reading.selection import Selection
from studio.store.database import reading, writing
from studio.store.tables import metadata
from tests.databases import remembered
from tests.studio.reading.query import select
from tests.studio.reading.reference import Reference
from tests.studio.reading.reference_policies import Tables
from tests.studio.reading.world import LABELS, World, build, store


@dataclass
class Reader:
    """Reads as a client would, and counts what it costs."""

    engine: AsyncEngine
    world: World
    other: World
    tables: Tables

    async def ask(self, actor: Actor | str, document: str, **variables: Any) -> Any:
        return await self.answer(actor, select(document, **variables))

    async def answer(self, actor: Actor | str, roots: tuple[Selection, ...]) -> Any:
        async with reading(self.engine) as session:
            return orjson.loads(await read(session, self.actor(actor), roots, labels=LABELS))

    def expected(self, actor: Actor | str, roots: tuple[Selection, ...]) -> Any:
        return Reference(self.tables, self.actor(actor), LABELS).answer(roots)

    def actor(self, actor: Actor | str) -> Actor:
        return self.world.actors()[actor] if isinstance(actor, str) else actor


@remembered
async def stored(engine: AsyncEngine) -> tuple[World, World, Tables]:
    """Two studios, and what all tables then hold."""
    world, other = build("甲工作室"), build("乙工作室")
    async with writing(engine) as session:
        await store(session, world, other)
    tables: Tables = {}
    async with reading(engine) as session:
        for table in metadata.sorted_tables:
            found = await session.execute(sa.select(table))
            tables[table.name] = [dict(row) for row in found.mappings()]
    return world, other, tables


@pytest.fixture
def reader(engine: AsyncEngine, stored: tuple[World, World, Tables]) -> Reader:
    return Reader(engine, *stored)
