"""Projects."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from omnivibe.database import add, one, rows, write
from omnivibe.security import User
from omnivibe.tables import projects

router = APIRouter(prefix="/projects")


class Project(BaseModel):
    title: str = Field(min_length=1, max_length=200)


@router.get("")
def all_of(user: User) -> dict:
    found = rows(
        projects.select()
        .where(projects.c.user_id == user)
        .order_by(projects.c.id.desc())
        .limit(100)
    )
    return {"projects": found}


@router.post("", status_code=201)
def create(user: User, project: Project) -> dict:
    return add(projects, user_id=user, title=project.title)


@router.get("/{project}")
def read(user: User, project: int) -> dict:
    return one(projects, project, user)


@router.patch("/{project}")
def rename(user: User, project: int, given: Project) -> dict:
    one(projects, project, user)
    write(projects.update().where(projects.c.id == project).values(title=given.title))
    return one(projects, project)


@router.delete("/{project}", status_code=204)
def remove(user: User, project: int) -> None:
    one(projects, project, user)
    write(projects.delete().where(projects.c.id == project))
