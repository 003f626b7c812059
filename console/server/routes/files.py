"""Attachments up and down (contract, 6). The key is looked at before a byte of the body is read.

An `Idempotency-Key` of an upload is not looked at: the contract has it for procedures, and to compare bodies would mean
to read them twice. A file that was sent twice is two files; the one that no message names goes after a day.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from obstore.exceptions import BaseError
from sqlalchemy.exc import OperationalError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from console.contract.procedures import ASSET, UPLOAD
from console.contract.shapes import Attachment, Limits, UploadedFiles
from console.server.auth import Caller
from console.server.file_names import content_disposition
from console.server.files import receive
from console.server.ids import new_id
from console.server.ranges import Span, Unsatisfiable, is_known, span_of
from console.server.refusal import BUSY, UNREADABLE, Refusal, not_found
from console.server.reporting import report
from console.server.routes.body import GONE, Body, EarlyAnswer, Patience
from console.server.routes.rest import refused
from console.server.service import Service
from console.server.store import audit
from console.server.store.attachments import add_attachments, attachment_by_key
from console.server.store.writer import Transaction

_LIMITS = Limits()
_PATIENCE = Patience()
_MOST_AROUND = 2 * 1024 * 1024  # boundaries, headers, and fields that are no files
_AT_ONCE = 8
"""How many uploads of one key may be under way: each holds up to two megabytes of memory."""
_AGAIN_AFTER = 5


class FileRoutes:
    """The two endpoints over a service and the files beside its store."""

    def __init__(self, service: Service, *, limits: Limits = _LIMITS, patience: Patience = _PATIENCE) -> None:
        self._service = service
        self._files = service.files
        self._limits = limits
        self._patience = patience
        self._under_way: Counter[str] = Counter()

    def routes(self) -> list[Route]:
        """To be mounted."""
        return [
            Route(UPLOAD.path, self._upload, methods=["POST"]),
            Route(ASSET.path.replace("{key}", "{key:path}"), self._download, methods=["GET", "HEAD"]),
        ]

    async def _upload(self, request: Request) -> Response:
        body = None
        try:
            caller = self._service.authorize(request.headers, UPLOAD.permission)
            body = Body(request, self._most(), self._too_large(), self._patience)
            with self._counted(caller.key_id):
                stored = await self._receive(request, caller, body)
            await self._record(caller, stored)
            return JSONResponse(UploadedFiles(files=stored).wire())
        except ClientDisconnect:
            return Response(status_code=GONE)
        except Refusal as refusal:
            return EarlyAnswer(refused(refusal), body)
        except (OSError, BaseError, OperationalError) as error:  # a full disk, most likely
            report("an upload could not be stored", error)
            return EarlyAnswer(refused(Refusal("SERVICE_UNAVAILABLE", BUSY)), body)

    @contextmanager
    def _counted(self, key_id: str) -> Iterator[None]:
        if self._under_way[key_id] >= _AT_ONCE:
            raise Refusal(
                "TOO_MANY_REQUESTS", f"At most {_AT_ONCE} uploads can be under way.", retry_after=_AGAIN_AFTER
            )
        self._under_way[key_id] += 1
        try:
            yield
        finally:
            self._under_way[key_id] -= 1
            self._under_way += Counter()  # drops the keys that have none

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

        def write(transaction: Transaction) -> None:
            add_attachments(transaction, caller.workspace_id, stored)
            for file in stored:
                details = {"type": file.type, "size": file.size}  # a name may be as private as what is inside
                deed = audit.Deed(UPLOAD.name, "attachment", file.id, details)
                audit.record(transaction, caller.workspace_id, caller.member_id, caller.key_id, deed)

        written = asyncio.ensure_future(self._service.store.write(write))
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
            return await self._served(request, file)
        except Refusal as refusal:
            return refused(refusal)
        except FileNotFoundError as error:
            report("a file is on record and not in the store", error)
            return refused(not_found("File"))
        except (OSError, BaseError, OperationalError) as error:
            report("a file could not be read", error)
            return refused(Refusal("SERVICE_UNAVAILABLE", UNREADABLE))

    async def _served(self, request: Request, file: Attachment) -> Response:
        """As a download and never as a page: whatever a browser makes of it, it runs nothing."""
        etag = f'"{file.id}"'  # a file never changes
        size = await self._files.size(file.s3_key)
        headers = {
            "content-length": str(size),
            "content-disposition": content_disposition(file.name),
            "content-security-policy": "default-src 'none'; sandbox",
            "cross-origin-resource-policy": "same-origin",
            "x-content-type-options": "nosniff",
            "accept-ranges": "bytes",
            "cache-control": "private, no-cache",
            "etag": etag,
        }
        if is_known(request.headers, etag):
            return Response(None, 304, {name: headers[name] for name in ("cache-control", "etag")})
        if request.method == "HEAD":
            return Response(None, 200, headers, file.type)
        try:
            span = span_of(request.headers, size, etag)
        except Unsatisfiable as refusal:
            return JSONResponse({"message": str(refusal)}, 416, {"content-range": f"bytes */{size}"})
        if span is None:
            return _Download(self._files.read(file.s3_key, Span(0, size)), 200, headers, file.type)
        headers |= {"content-length": str(span.end - span.start), "content-range": span.of(size)}
        return _Download(self._files.read(file.s3_key, span), 206, headers, file.type)


class _Download(StreamingResponse):
    """Pieces that are read as they are taken."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it all, or end in the midst, which closes the line: the file may be deleted, or the disk may fail."""
        try:
            await super().__call__(scope, receive, send)
        except (OSError, BaseError) as error:
            report("a file could not be read to its end", error)
