"""The graph in Neo4j: documents mention entities, entities are related.

Asked by Neo4j's Query API over HTTP (https://neo4j.com/docs/query-api), so that no other
port than 7474 has to be open to anybody.  `python -m omnivibe.graph` makes the constraints.
"""

import re
from itertools import combinations
from typing import Any

import httpx

from omnivibe.settings import settings

TIMEOUT_S = 5.0
ENTITIES_MAX = 12
NAME = re.compile(r"\b[A-Z][A-Za-z0-9-]{2,}\b")
CONSTRAINTS = (
    "CREATE CONSTRAINT entity_name IF NOT EXISTS FOR (e:Entity) REQUIRE e.name IS UNIQUE",
    "CREATE CONSTRAINT document_id IF NOT EXISTS FOR (d:Document) REQUIRE d.id IS UNIQUE",
)
client = httpx.Client(
    base_url=settings.neo4j_uri,
    auth=(settings.neo4j_user, settings.neo4j_password),
    timeout=TIMEOUT_S,
)


class GraphError(RuntimeError):
    """Neo4j is not reached, or refuses."""


def ask(statement: str, **parameters: Any) -> list[dict[str, Any]]:
    """Run one statement and return its rows.  Raises GraphError."""
    try:
        answer = client.post(
            "/db/neo4j/query/v2", json={"statement": statement, "parameters": parameters}
        )
        said = answer.json()
    except (httpx.HTTPError, ValueError) as error:
        raise GraphError(f"Neo4j is not reached: {type(error).__name__}") from error
    if said.get("errors"):
        raise GraphError(said["errors"][0].get("message", "Neo4j refuses the statement"))
    data = said["data"]
    return [dict(zip(data["fields"], row, strict=True)) for row in data["values"]]


def entities_of(text: str) -> list[str]:
    """Return the names in a text, in their order."""
    return list(dict.fromkeys(NAME.findall(text)))[:ENTITIES_MAX]


def learn(document: int, title: str, text: str) -> list[str]:
    """Put a document and what it speaks of into the graph."""
    names = entities_of(text)
    ask("MERGE (d:Document {id: $id}) SET d.title = $title", id=document, title=title)
    for name in names:
        ask("MERGE (e:Entity {name: $name})", name=name)
        ask(
            "MATCH (d:Document {id: $id}), (e:Entity {name: $name}) MERGE (d)-[:MENTIONS]->(e)",
            id=document,
            name=name,
        )
    for one, other in combinations(names, 2):
        ask(
            "MATCH (a:Entity {name: $a}), (b:Entity {name: $b}) MERGE (a)-[:RELATED]->(b)",
            a=one,
            b=other,
        )
    return names


def forget(document: int) -> None:
    """Take a document out."""
    ask("MATCH (d:Document {id: $id}) DETACH DELETE d", id=document)


def entities() -> list[str]:
    """Return the names that are known."""
    found = ask("MATCH (e:Entity) RETURN e.name AS name ORDER BY name LIMIT 200")
    return [row["name"] for row in found]


def around(name: str) -> list[str]:
    """Return what is at most two steps away."""
    found = ask(
        "MATCH (e:Entity {name: $name})-[:RELATED*1..2]-(o:Entity) WHERE o.name <> $name"
        " RETURN DISTINCT o.name AS name ORDER BY name LIMIT 50",
        name=name,
    )
    return [row["name"] for row in found]


def documents_on(names: list[str]) -> list[dict[str, Any]]:
    """Return the documents that mention most of these names."""
    return ask(
        "MATCH (d:Document)-[:MENTIONS]->(e:Entity) WHERE e.name IN $names"
        " RETURN d.id AS id, d.title AS title, count(e) AS hits ORDER BY hits DESC, id LIMIT 5",
        names=names,
    )


if __name__ == "__main__":
    for constraint in CONSTRAINTS:
        ask(constraint)
