"""Uploads: files kept until an import uses them."""

import hashlib

from sqlalchemy.ext.asyncio import AsyncSession

from studio.errors import StudioError
from studio.operations.audit import audit
from studio.permissions import Actor, require
from studio.store.surveys import Upload

LONGEST_NAME = 300


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
