"""The reader of a studio's topics: of this process, else as the database keeps it, else fitted and kept."""

import asyncio
import hashlib
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from matching import AnswerReader, ModelFileError, engine_digest, pack_model, unpack_model
from studio.store.database import reading, writing
from studio.store.readers import keep_reader, keeps_reader, kept_reader

Phrases = tuple[tuple[str, tuple[str, ...]], ...]

# Readers of this process by their digest.
_READERS: dict[str, AnswerReader] = {}
_MOST_READERS = 8


def reader_digest(phrases: Phrases) -> str:
    """Return what tells a reader of these phrases, fitted by this engine, from all others."""
    return hashlib.sha256(orjson.dumps([phrases, engine_digest()])).hexdigest()


async def reader_of_phrases(session: AsyncSession, studio_id: UUID, phrases: Phrases) -> AnswerReader:
    """Return the reader that has learned the topics' phrases and nothing else.

    Learning takes seconds, loading what the studio keeps tenths of one. A kept file that cannot be read is as good as
    none.
    """
    sha256 = reader_digest(phrases)
    if sha256 not in _READERS:
        kept = await kept_reader(session, studio_id, sha256)
        reader = await asyncio.to_thread(_load, kept) if kept else None
        if reader is None:
            reader = await asyncio.to_thread(AnswerReader.from_topics, phrases)
        _remember(sha256, reader)
    return _READERS[sha256]


async def keep_reader_of(engine: AsyncEngine, studio_id: UUID, phrases: Phrases) -> None:
    """Let the database keep the reader of these phrases, in a short transaction of its own; at once where it does."""
    sha256 = reader_digest(phrases)
    async with reading(engine) as session:
        if await keeps_reader(session, studio_id, sha256):
            return
        reader = await reader_of_phrases(session, studio_id, phrases)
    training = {"phrases": sum(len(texts) for _, texts in phrases)}
    content = await asyncio.to_thread(pack_model, reader, training)
    async with writing(engine) as session:
        await keep_reader(session, studio_id, sha256, content)


def _remember(sha256: str, reader: AnswerReader) -> None:
    while len(_READERS) >= _MOST_READERS:
        del _READERS[next(iter(_READERS))]
    _READERS[sha256] = reader


def _load(content: bytes) -> AnswerReader | None:
    try:
        return unpack_model(content, AnswerReader)[0]
    except ModelFileError:
        return None
