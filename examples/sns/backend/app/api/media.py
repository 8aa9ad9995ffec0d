"""Uploads: into the bucket and back, each below its user's number."""

from __future__ import annotations

import asyncio
from typing import Annotated

from botocore.exceptions import BotoCoreError, ClientError
from fastapi import APIRouter, HTTPException, Path, Request
from fastapi.responses import Response
from pydantic import BaseModel

from app.api.auth import Me
from app.bucket import client
from app.config import settings

router = APIRouter(prefix="/api/media")
Name = Annotated[str, Path(pattern=r"^[\w.-]{1,100}$")]
BYTES_MAX = 20 * 1024**2


class Stored(BaseModel):
    key: str
    bytes: int
    etag: str


@router.put("/{name}", status_code=201)
async def upload(name: Name, user: Me, request: Request) -> Stored:
    content = bytearray()
    async for part in request.stream():
        content += part
        if len(content) > BYTES_MAX:
            raise HTTPException(413, "at most 20 MB")
    key = f"{user}/{name}"
    kind = request.headers.get("content-type", "application/octet-stream")
    answer = await _ask(
        lambda: client().put_object(
            Bucket=settings.S3_BUCKET_NAME, Key=key, Body=bytes(content), ContentType=kind
        )
    )
    return Stored(key=key, bytes=len(content), etag=answer["ETag"].strip('"'))


@router.get("/{name}")
async def download(name: Name, user: Me) -> Response:
    def read() -> tuple[bytes, str]:
        found = client().get_object(Bucket=settings.S3_BUCKET_NAME, Key=f"{user}/{name}")
        return found["Body"].read(), found.get("ContentType", "application/octet-stream")

    content, kind = await _ask(read)
    # An upload is shown, never run as a page of ours.
    safe = {"Content-Security-Policy": "sandbox", "Cache-Control": "private, max-age=60"}
    return Response(content, media_type=kind, headers=safe)


@router.delete("/{name}", status_code=204)
async def remove(name: Name, user: Me) -> None:
    key = f"{user}/{name}"
    await _ask(lambda: client().delete_object(Bucket=settings.S3_BUCKET_NAME, Key=key))


async def _ask(call):
    try:
        return await asyncio.to_thread(call)
    except ClientError as error:
        if error.response["Error"]["Code"] in {"NoSuchKey", "404"}:
            raise HTTPException(404, "there is no such upload of yours") from None
        raise HTTPException(503, "the store does not answer") from error
    except BotoCoreError as error:
        raise HTTPException(503, "the store does not answer") from error
