"""Planned posts, and their export to Google Sheets."""

import csv
import io
import json

from fastapi import APIRouter, HTTPException
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, Field

from omnivibe.database import add, of_project, one, write
from omnivibe.providers import MOCK
from omnivibe.security import User
from omnivibe.settings import settings
from omnivibe.tables import posts, projects

router = APIRouter()


class Post(BaseModel):
    channel: str = Field(pattern="^(youtube|instagram|tiktok)$")
    due_at: float = Field(gt=0)


@router.get("/projects/{project}/posts")
def all_of(user: User, project: int) -> dict:
    one(projects, project, user)
    return {"posts": of_project(posts, project)}


@router.post("/projects/{project}/posts", status_code=201)
def create(user: User, project: int, given: Post) -> dict:
    one(projects, project, user)
    return add(posts, project_id=project, **given.model_dump())


@router.delete("/posts/{post}", status_code=204)
def remove(user: User, post: int) -> None:
    one(posts, post, user)
    write(posts.delete().where(posts.c.id == post))


@router.get("/projects/{project}/posts/sheet")
def sheet(user: User, project: int) -> PlainTextResponse:
    """The posts as a sheet; the mock makes a file of it, as the account that would write it."""
    one(projects, project, user)
    if not MOCK:
        raise HTTPException(501, "Writing to Google Sheets is not built yet.")
    account = json.loads(settings.google_sheets_credentials_path.read_text(encoding="utf-8"))
    out = io.StringIO()
    lines = csv.writer(out)
    lines.writerow(["id", "channel", "due_at"])
    lines.writerows(
        (item["id"], item["channel"], item["due_at"]) for item in of_project(posts, project)
    )
    headers = {"X-Sheets-Account": str(account.get("client_email", "unknown"))}
    return PlainTextResponse(out.getvalue(), headers=headers, media_type="text/csv")
