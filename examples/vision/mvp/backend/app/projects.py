"""Projects, their training settings, and trainings."""

from __future__ import annotations

import json
from typing import Literal

from fastapi import APIRouter, HTTPException, Response
from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.orm import Session as Connection

from app import stores
from app.database import Project, Session, Training, User
from app.security import CurrentUser
from app.settings import settings

router = APIRouter(tags=["projects"])


class NewProject(BaseModel):
    name: str = Field(min_length=1, max_length=120)
    task: Literal["classification", "detection", "segmentation"]


class TrainingSettings(BaseModel):
    dataset: str = Field(min_length=1, max_length=120)
    model: str = Field(min_length=1, max_length=60)
    epochs: int = Field(ge=1, le=1000)
    batch_size: int = Field(default=16, ge=1, le=1024)
    learning_rate: float = Field(default=1e-3, gt=0, le=1)


def _mine(session: Connection, project: int, user: User) -> Project:
    found = session.get(Project, project)
    if found is None or found.user_id != user.id:
        raise HTTPException(404, "you have no such project")
    return found


def _shown(project: Project) -> dict:
    return {
        "id": project.id,
        "name": project.name,
        "task": project.task,
        "settings": project.settings,
    }


@router.post("/projects", status_code=201)
def create(body: NewProject, user: CurrentUser) -> dict:
    project = Project(user_id=user.id, name=body.name, task=body.task, settings={})
    with Session() as session:
        session.add(project)
        session.commit()
    return _shown(project)


@router.get("/projects")
def mine(user: CurrentUser) -> dict:
    with Session() as session:
        found = session.scalars(
            select(Project).where(Project.user_id == user.id).order_by(Project.id)
        )
        return {"projects": [_shown(item) for item in found]}


@router.put("/projects/{project}/settings")
def configure(project: int, body: TrainingSettings, user: CurrentUser) -> dict:
    with Session() as session:
        found = _mine(session, project, user)
        found.settings = body.model_dump()
        session.commit()
        return _shown(found)


@router.post("/projects/{project}/trainings", status_code=202)
def start(project: int, user: CurrentUser, response: Response) -> dict:
    """Accept a training: it waits in the queue for a machine with a GPU."""
    with Session() as session:
        found = _mine(session, project, user)
        if not found.settings:
            raise HTTPException(409, "enter the training settings first")
        training = Training(project_id=found.id, state="queued", settings=found.settings)
        session.add(training)
        session.commit()
    output = settings.output_dir / f"training-{training.id}.json"
    output.write_text(json.dumps({"training": training.id, "settings": training.settings}))
    stores.enqueue(training.id)
    response.headers["Location"] = f"/api/v1/trainings/{training.id}"
    return {"id": training.id, "state": training.state}


def _training(session: Connection, number: int, user: User) -> Training:
    found = session.get(Training, number)
    if found is None:
        raise HTTPException(404, "there is no such training")
    _mine(session, found.project_id, user)
    return found


@router.get("/trainings/{training}")
def look(training: int, user: CurrentUser) -> dict:
    with Session() as session:
        found = _training(session, training, user)
        return {"id": found.id, "state": found.state, "settings": found.settings}


@router.post("/trainings/{training}/cancel")
def cancel(training: int, user: CurrentUser) -> dict:
    with Session() as session:
        found = _training(session, training, user)
        stores.withdraw(found.id)
        found.state = "cancelled"
        session.commit()
        return {"id": found.id, "state": found.state}
