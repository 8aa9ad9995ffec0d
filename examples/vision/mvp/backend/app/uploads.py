"""Files that users bring: they lie in UPLOAD_DIR, a volume."""

from __future__ import annotations

import re
from pathlib import Path

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import FileResponse

from app.security import CurrentUser
from app.settings import settings

router = APIRouter(tags=["uploads"])
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")
BYTES_MAX = 20 * 1024**2


def _place(user: int, name: str) -> Path:
    if not NAME.fullmatch(name):
        raise HTTPException(422, "letters, digits, _ . and - make a name")
    return settings.upload_dir / str(user) / name


@router.put("/uploads/{name}", status_code=201)
async def keep(name: str, request: Request, user: CurrentUser) -> dict:
    place = _place(user.id, name)
    content = bytearray()
    async for part in request.stream():
        content += part
        if len(content) > BYTES_MAX:
            raise HTTPException(413, "20 MB at most")
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)
    return {"name": name, "bytes": len(content)}


@router.get("/uploads/{name}")
def fetch(name: str, user: CurrentUser) -> FileResponse:
    place = _place(user.id, name)
    if not place.is_file():
        raise HTTPException(404, "there is no such file")
    return FileResponse(place)


@router.delete("/uploads/{name}", status_code=204)
def drop(name: str, user: CurrentUser) -> None:
    _place(user.id, name).unlink(missing_ok=True)
