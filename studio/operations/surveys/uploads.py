"""Uploads: files kept until an import has stored their rows, at most a day.

A raw file holds columns that an import drops because they identify people, so it never stays.
"""

import hashlib
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlmodel import col

from studio.errors import StudioError
from studio.operations.audit import audit
from studio.permissions import Actor, require
from studio.store.clock import now
from studio.store.database import empty_write_ahead_log, writing
from studio.store.surveys import Upload

LONGEST_NAME = 300
# A dry run, a refused file and a file with bad rows are followed by another import of the same upload.
KEPT_UNUSED = timedelta(hours=24)


async def store_upload(session: AsyncSession, actor: Actor, file_name: str, content: bytes) -> Upload:
    """Keep a file for an import; of its name only the last part counts.

    Raises:
        StudioError: UPLOAD_NAME without a usable name, UPLOAD_EMPTY without content.
    """
    require(actor, "upload")
    name = file_name.replace("\\", "/").rsplit("/", 1)[-1].strip()
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise StudioError("UPLOAD_NAME", field="fileName", longest=LONGEST_NAME)
    if not content:
        raise StudioError("UPLOAD_EMPTY", field="file")
    digest = hashlib.sha256(content).hexdigest()
    upload = Upload(studio_id=actor.studio_id, file_name=name, content=content, sha256=digest)
    session.add(upload)
    await session.flush()
    # The file's name may tell whom it is about, so the trail has its size only.
    await audit(session, actor, "upload", "Upload", upload.id, bytes=len(content))
    return upload


async def remove_expired_uploads(engine: AsyncEngine) -> int:
    """Delete the uploads that no import has asked for in `KEPT_UNUSED`; return how many there were."""
    async with writing(engine) as session:
        expired = await session.execute(
            sa.delete(Upload).where(col(Upload.updated_at) < now() - KEPT_UNUSED).returning(col(Upload.id))
        )
        removed = len(expired.all())
    await empty_write_ahead_log(engine)
    return removed
