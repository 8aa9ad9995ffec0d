"""Scripts: written by the text provider, learned by the graph."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from omnivibe import graph
from omnivibe.database import add, of_project, one, write
from omnivibe.providers import text
from omnivibe.security import User
from omnivibe.tables import projects, scripts

router = APIRouter()


class Topic(BaseModel):
    topic: str = Field(min_length=3, max_length=2000)


class Text(BaseModel):
    text: str = Field(min_length=1, max_length=20_000)


@router.get("/projects/{project}/scripts")
def all_of(user: User, project: int) -> dict:
    one(projects, project, user)
    return {"scripts": of_project(scripts, project)}


@router.post("/projects/{project}/scripts", status_code=201)
def create(user: User, project: int, given: Topic) -> dict:
    one(projects, project, user)
    made = add(scripts, project_id=project, topic=given.topic, text=text.write(given.topic))
    return {**made, "entities": graph.learn(made["id"], given.topic, made["text"])}


@router.get("/scripts/{script}")
def read(user: User, script: int) -> dict:
    return one(scripts, script, user)


@router.put("/scripts/{script}")
def change(user: User, script: int, given: Text) -> dict:
    kept = one(scripts, script, user)
    write(scripts.update().where(scripts.c.id == script).values(text=given.text))
    return {**one(scripts, script), "entities": graph.learn(script, kept["topic"], given.text)}


@router.delete("/scripts/{script}", status_code=204)
def remove(user: User, script: int) -> None:
    one(scripts, script, user)
    write(scripts.delete().where(scripts.c.id == script))
    graph.forget(script)
