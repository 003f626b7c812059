"""Attachments up and down (contract, 6). The key is looked at before a byte of the body is read."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from obstore.exceptions import BaseError
from sqlalchemy.exc import OperationalError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from console.contract.procedures import ASSET, UPLOAD
from console.contract.shapes import Attachment, Limits, UploadedFiles
from console.server.auth import Caller
from console.server.file_names import content_disposition
from console.server.files import receive
from console.server.ids import new_id
from console.server.refusal import BUSY, Refusal, not_found
from console.server.routes.body import GONE, SILENCE_SECONDS, Body, EarlyAnswer
from console.server.routes.rest import refused
from console.server.service import Service
from console.server.store.attachments import add_attachments, attachment_by_key

_LIMITS = Limits()
_MOST_AROUND = 1024 * 1024  # boundaries, headers, and fields that are no files


class FileRoutes:
    """The two endpoints over a service and the files beside its store."""

    def __init__(self, service: Service, *, limits: Limits = _LIMITS, silence: float = SILENCE_SECONDS) -> None:
        self._service = service
        self._files = service.files
        self._limits = limits
        self._silence = silence

    def routes(self) -> list[Route]:
        """To be mounted."""
        return [
            Route(UPLOAD.path, self._upload, methods=["POST"]),
            Route(ASSET.path.replace("{key}", "{key:path}"), self._download),
        ]

    async def _upload(self, request: Request) -> Response:
        body = None
        try:
            caller = self._service.authorize(request.headers, UPLOAD.permission)
            body = Body(request, self._most(), self._too_large(), self._silence)
            stored = await self._receive(request, caller, body)
            await self._record(caller, stored)
            return JSONResponse(UploadedFiles(files=stored).wire())
        except ClientDisconnect:
            return Response(status_code=GONE)
        except Refusal as refusal:
            return EarlyAnswer(refused(refusal), body)
        except (OSError, BaseError, OperationalError):  # a full disk, most likely
            return EarlyAnswer(refused(Refusal("SERVICE_UNAVAILABLE", BUSY)), body)

    async def _receive(self, request: Request, caller: Caller, body: Body) -> tuple[Attachment, ...]:
        return await receive(
            self._files,
            body,
            request.headers.get("content-type", ""),
            folder=caller.workspace_id,
            new_id=lambda: new_id("att"),
            limits=self._limits,
        )

    async def _record(self, caller: Caller, stored: Sequence[Attachment]) -> None:
        """Write the files down. Files without a record go; a record is finished even if the client has left."""
        keys = [file.s3_key for file in stored]

        def discard_unless_written(written: asyncio.Future[None]) -> None:
            if written.cancelled() or written.exception() is not None:
                self._files.discard(keys)

        written = asyncio.ensure_future(
            self._service.store.write(lambda transaction: add_attachments(transaction, caller.workspace_id, stored))
        )
        written.add_done_callback(discard_unless_written)
        await asyncio.shield(written)

    def _most(self) -> int:
        return self._limits.files_per_upload * self._limits.bytes_per_file + _MOST_AROUND

    def _too_large(self) -> Refusal:
        most = f"{self._limits.files_per_upload} files of {self._limits.bytes_per_file // 1024**2} MB"
        return Refusal("PAYLOAD_TOO_LARGE", f"An upload may hold at most {most}.")

    async def _download(self, request: Request) -> Response:
        try:
            caller = self._service.authorize(request.headers, ASSET.permission)
            key: str = request.path_params["key"]
            file = await self._service.store.read(attachment_by_key, caller.workspace_id, key)
            if file is None:
                raise not_found("File")
            return await self._served(file)
        except Refusal as refusal:
            return refused(refusal)

    async def _served(self, file: Attachment) -> Response:
        """As a download and never as a page: whatever a browser makes of it, it runs nothing."""
        try:
            size, pieces = await self._files.read(file.s3_key)
        except FileNotFoundError:
            raise not_found("File") from None
        headers = {
            "content-length": str(size),
            "content-disposition": content_disposition(file.name),
            "content-security-policy": "default-src 'none'; sandbox",
            "x-content-type-options": "nosniff",
            "cache-control": "private, no-cache",
        }
        return StreamingResponse(pieces, headers=headers, media_type=file.type)
