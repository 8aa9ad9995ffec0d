"""GraphRAG: what is known, what is near it, and answers that rest on it."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from omnivibe import graph
from omnivibe.database import rows
from omnivibe.providers import text
from omnivibe.security import User
from omnivibe.tables import projects, scripts

router = APIRouter(prefix="/graph")


class Question(BaseModel):
    question: str = Field(min_length=3, max_length=2000)


@router.get("/entities")
def entities(_user: User) -> dict:
    return {"entities": graph.entities()}


@router.get("/entities/{name}")
def around(_user: User, name: str) -> dict:
    return {"name": name, "related": graph.around(name)}


@router.post("/ask")
def ask(_user: User, given: Question) -> dict:
    """Find the names of the question, what is near them, and the documents on both."""
    names = graph.entities_of(given.question)
    near = sorted({other for name in names for other in graph.around(name)})
    sources = graph.documents_on([*names, *near])
    context = "; ".join(f"{item['title']}" for item in sources) or "nothing is known"
    answer = text.write(f"{given.question} Known: {context}")
    return {"answer": answer, "entities": names, "related": near, "sources": sources}


@router.post("/rebuild")
def rebuild(user: User) -> dict:
    """Put all of one's scripts into the graph anew: it holds nothing that they do not say."""
    own = scripts.select().join(projects).where(projects.c.user_id == user)
    found = rows(own)
    for item in found:
        graph.learn(item["id"], item["topic"], item["text"])
    return {"documents": len(found)}
