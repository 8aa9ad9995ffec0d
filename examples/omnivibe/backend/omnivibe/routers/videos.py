"""Videos: a worker lets the video provider make them, and tells how far it is."""

from fastapi import APIRouter, HTTPException
from fastapi.responses import FileResponse

from omnivibe.database import add, of_project, one, write
from omnivibe.jobs import render
from omnivibe.security import User
from omnivibe.settings import settings
from omnivibe.tables import projects, scripts, videos

router = APIRouter()


@router.get("/projects/{project}/videos")
def all_of(user: User, project: int) -> dict:
    one(projects, project, user)
    return {"videos": of_project(videos, project)}


@router.post("/scripts/{script}/videos", status_code=202)
def create(user: User, script: int) -> dict:
    kept = one(scripts, script, user)
    made = add(videos, project_id=kept["project_id"], script_id=script, state="waiting")
    render.delay(made["id"])
    return made


@router.get("/videos/{video}")
def read(user: User, video: int) -> dict:
    return one(videos, video, user)


@router.post("/videos/{video}/cancel")
def cancel(user: User, video: int) -> dict:
    one(videos, video, user)
    open_one = videos.c.id == video, videos.c.state != "done"
    write(videos.update().where(*open_one).values(state="cancelled"))
    return one(videos, video)


@router.get("/videos/{video}/file")
def file(user: User, video: int) -> FileResponse:
    entry = one(videos, video, user)
    if entry["state"] != "done":
        raise HTTPException(404, "It is not ready yet.")
    return FileResponse(settings.data_dir / entry["path"])
