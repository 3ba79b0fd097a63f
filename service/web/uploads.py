"""Uploads: a file goes in here, and an import mutation names it by the id that comes back."""

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from service.web.bearer import actor_of
from service.web.bodies import limited
from service.web.errors import json_response
from studio.errors import StudioError
from studio.operations.surveys.uploads import store_upload
from studio.permissions import require
from studio.store.database import writing
from studio.store.identity import global_id

FIELD = "file"


class UploadEndpoint:
    """Takes a file as the field `file` of a form, or as the body with ?fileName=…"""

    def __init__(self, limit: int) -> None:
        """Refuse what is over `limit` bytes."""
        self._limit = limit

    async def __call__(self, request: Request) -> Response:
        """Store the file; the right to do so is checked before a byte of it is read."""
        actor = await actor_of(request)
        require(actor, "upload")
        body = limited(request, self._limit, "UPLOAD_TOO_LARGE")
        if request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
            name, content = await _from_form(body)
        else:
            name, content = request.query_params.get("fileName", ""), await body.body()
        async with writing(request.app.state.engine) as session:
            upload = await store_upload(session, actor, name, content)
        return json_response(
            {"id": global_id("Upload", upload.id), "fileName": upload.file_name, "bytes": len(content)}, 201
        )


async def _from_form(request: Request) -> tuple[str, bytes]:
    try:
        form = await request.form(max_files=1, max_fields=10)
    except HTTPException:  # how Starlette says that the form cannot be parsed
        raise StudioError("UPLOAD_FORM_BROKEN", field=FIELD) from None
    try:
        file = form.get(FIELD)
        if not isinstance(file, UploadFile):
            raise StudioError("UPLOAD_FILE_MISSING", field=FIELD)
        return file.filename or "", await file.read()
    finally:
        await form.close()
