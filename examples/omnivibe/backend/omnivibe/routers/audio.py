"""Recordings: a worker lets the speech provider speak a script."""

from fastapi import APIRouter, HTTPException
from fastapi.responses import FileResponse

from omnivibe.database import add, of_project, one
from omnivibe.jobs import record
from omnivibe.security import User
from omnivibe.settings import settings
from omnivibe.tables import projects, recordings, scripts

router = APIRouter()


@router.get("/projects/{project}/recordings")
def all_of(user: User, project: int) -> dict:
    one(projects, project, user)
    return {"recordings": of_project(recordings, project)}


@router.post("/scripts/{script}/recordings", status_code=202)
def create(user: User, script: int) -> dict:
    kept = one(scripts, script, user)
    made = add(recordings, project_id=kept["project_id"], script_id=script, state="waiting")
    record.delay(made["id"])
    return made


@router.get("/recordings/{recording}")
def read(user: User, recording: int) -> dict:
    return one(recordings, recording, user)


@router.get("/recordings/{recording}/file")
def file(user: User, recording: int) -> FileResponse:
    path = one(recordings, recording, user)["path"]
    if not path:
        raise HTTPException(404, "It is not spoken yet.")
    return FileResponse(settings.data_dir / path)
