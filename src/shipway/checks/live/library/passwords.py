"""R068, R146: the real services refuse the passwords that everybody tries first."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import replace

from shipway.checks.live.kit import ERROR, Live, Seen, Words, answers_at, live, nothing
from shipway.journeys.web import Answer
from shipway.model.application import Service
from shipway.redis_wire import Address, Wire, WireError

TRIED = ("postgres", "password", "admin", "changeme", "secret", "root", "admin123")
CONNECT_S = 5


@live(
    "live.default-passwords",
    ERROR,
    serves=("R068", "R146", "R171"),
    title=Words("Default passwords are refused", "기본 비밀번호로는 접속되지 않습니다"),
    fix=Words(
        "shipway secret generate, and give the service the new password",
        "shipway secret generate 로 새 비밀번호를 만들어 적용하세요",
    ),
)
def look(seen: Live) -> Seen:
    """Try to get into PostgreSQL, Redis, Neo4j and MinIO as anybody would."""
    tried: list[str] = []
    wrong: list[Words] = []
    for found in (_postgres(seen), _redis(seen), _neo4j(seen), _minio(seen)):
        for service, problem in found:
            tried.append(service)
            wrong += [problem] if problem else []
    if not tried:
        raise nothing("no such store runs here", "확인할 저장소가 없습니다")
    return Seen(
        says=Words(f"refused by {', '.join(tried)}", f"{', '.join(tried)}: 거부됨"),
        wrong=tuple(wrong),
        figures={"services": tried},
    )


Found = Iterator[tuple[str, Words | None]]


def _lets_in(service: Service, password: str) -> Words:
    shown = repr(password) if password else "no password"
    return Words(
        f"{service.name} lets in with {shown}",
        f"{service.name}: {shown if password else '비밀번호 없이'} 접속됩니다",
    )


def _postgres(seen: Live) -> Found:
    for service, address, port in seen.stores("postgres"):
        user = service.environment.get("POSTGRES_USER") or "postgres"
        database = service.environment.get("POSTGRES_DB") or user
        good = next(
            (
                word
                for word in dict.fromkeys((user, *TRIED))
                if postgres_lets_in(address, port, user, word, database)
            ),
            None,
        )
        yield service.name, None if good is None else _lets_in(service, good)


def postgres_lets_in(address: str, port: int, user: str, password: str, database: str) -> bool:
    """Return whether PostgreSQL takes this password."""
    import psycopg

    try:
        psycopg.connect(
            host=address,
            port=port,
            user=user,
            password=password,
            dbname=database,
            connect_timeout=CONNECT_S,
        ).close()
    except psycopg.Error:
        return False
    return True


def _redis(seen: Live) -> Found:
    """Without a password Redis is let be, unless other machines reach it."""
    for service, address, port in seen.stores("redis"):
        if redis_lets_in(address, port, None):
            open_outside = any(answers_at(item, port) for item in seen.scene.outside)
            yield service.name, _lets_in(service, "") if open_outside else None
            continue
        good = next(
            (word for word in ("redis", *TRIED) if redis_lets_in(address, port, word)), None
        )
        yield service.name, None if good is None else _lets_in(service, good)


def redis_lets_in(address: str, port: int, password: str | None) -> bool:
    """Return whether Redis answers with this password, or with none."""
    wire = Wire(
        Address(host=address, port=port, password=password), connect_s=CONNECT_S, answer_s=CONNECT_S
    )
    try:
        return bool(wire.ask(("PING",)))
    except (WireError, OSError, ValueError):
        return False
    finally:
        wire.close()


def _neo4j(seen: Live) -> Found:
    for service, address, port in seen.stores("neo4j"):
        token = base64.b64encode(b"neo4j:neo4j").decode()
        door = replace(seen.target, address=address, port=port, base_path="/", tls=False, host=None)
        answer = seen.ask(
            "/db/neo4j/tx/commit",
            method="POST",
            target=door,
            headers={"Authorization": f"Basic {token}", "Content-Type": "application/json"},
            body=b'{"statements": []}',
        )
        yield service.name, _lets_in(service, "neo4j") if neo4j_knows(answer) else None


def neo4j_knows(answer: Answer) -> bool:
    """Return whether Neo4j took the password, if only to ask for another one.

    Whoever comes first may choose that: https://neo4j.com/docs/http-api/current/, security.
    """
    if answer.status == 403:
        return any(word in answer.text for word in ("password_change", "CredentialsExpired"))
    return answer.status in {200, 201} and '"errors":[]' in answer.text.replace(" ", "")


def _minio(seen: Live) -> Found:
    for service, address, port in seen.stores("minio"):
        import boto3
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError, ClientError

        client = boto3.client(
            "s3",
            endpoint_url=f"http://{address}:{port}",
            aws_access_key_id="minioadmin",
            aws_secret_access_key="minioadmin",  # noqa: S106 - the default that must be refused
            region_name="us-east-1",
            config=Config(
                connect_timeout=CONNECT_S, read_timeout=CONNECT_S, retries={"total_max_attempts": 1}
            ),
        )
        try:
            client.list_buckets()
        except (BotoCoreError, ClientError):
            yield service.name, None
        else:
            yield service.name, _lets_in(service, "minioadmin")
        finally:
            client.close()
