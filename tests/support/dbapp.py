"""The tiny application with a PostgreSQL beside it, and asking that database directly."""

from __future__ import annotations

import subprocess
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from tests.support.running import NotInTimeError, Shipway, eventually
from tests.support.tinyapp import API, COMPOSE, SPEC, TinyApp

PASSWORD = "hunter2"
DATABASE = """
  db:
    image: postgres:15
    environment:
      POSTGRES_PASSWORD: hunter2
      POSTGRES_DB: board
    volumes: ["pgdata:/var/lib/postgresql/data"]
    restart: unless-stopped
    stop_grace_period: 20s
volumes:
  pgdata: {}
"""
REACHED = """    environment:
      DATABASE_URL: postgresql://postgres:hunter2@db:5432/board
"""
READS_AT = """        if self.path.startswith("/items"):
"""
READS = """        if self.path.startswith("/items"):
            import subprocess
            if not hasattr(Server, "psql"):
                Server.psql = subprocess.Popen(
                    ["psql", "-X", "-A", "-t", "-q", os.environ["DATABASE_URL"]],
                    stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
            Server.psql.stdin.write("SELECT count(*) FROM items;\\n")
            count = int(Server.psql.stdout.readline() or 0)
            return self.reply(200 if count else 500, {"items": count})
"""
BACKUP = """
gates: {{deploy: "off"}}
backup:
  repository: {repository}
  environments: [production, staging]
  drill:
    queries:
      - {{sql: "select count(*) from items", at_least: 1}}
"""


class DatabaseApp(TinyApp):
    """TinyApp with a database, backed up in staging too."""

    def __init__(self, directory: Path, *, repository: str, **more: object) -> None:
        super().__init__(directory, **more)  # type: ignore[arg-type]
        self.project = self._values["PROJECT"]
        self.spec = SPEC + BACKUP.format(repository=repository)

    def deliver(
        self, *, migrate: str | None = None, reads: bool = False, image: str = "postgres:15"
    ) -> str:
        """Commit the application.

        migrate: the text of its migration.  reads: /items is what psql says, over one
        connection that is kept (where psql is on the path: the process engine); 500 where
        there is no item.  image: the database's.
        """
        reached = COMPOSE.replace("    build: .\n", "    build: .\n" + REACHED)
        files = {
            "compose.yaml": reached + DATABASE.replace("postgres:15", image),
            "shipway.yaml": self.spec,
        }
        if reads:
            files["api.py"] = API.replace(READS_AT, READS)
        if migrate is not None:
            files["migrate.py"] = migrate
        return self.commit(None, **files)


@dataclass(kw_only=True)
class Board:
    """The environment's database, asked from outside as the application does."""

    shipway: Shipway
    project: str
    environment: str = "staging"
    service: str = "db"

    def address(self) -> str | None:
        """Return where the database listens, None while it does not run."""
        view = self.shipway.environment(self.project, self.environment)
        for item in view["instances"]:
            if item["service"] == self.service and item["state"] == "running":
                return str(item["address"]) if item["address"] else None
        return None

    def connect(self) -> psycopg.Connection:
        """Return a connection, waited for."""

        def ask() -> psycopg.Connection | None:
            address = self.address()
            try:
                return address and psycopg.connect(
                    host=address, port=5432, user="postgres", password=PASSWORD,
                    dbname="board", connect_timeout=3, autocommit=True,
                )  # type: ignore[return-value]  # fmt: skip
            except psycopg.OperationalError:
                return None

        found = eventually("the database answers", ask, 60)
        assert isinstance(found, psycopg.Connection)
        return found

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        """Return the rows of a statement."""
        with self.connect() as connection:
            cursor = connection.execute(sql)
            return list(cursor.fetchall()) if cursor.description else []

    def numbers(self) -> list[int]:
        """Return what is in the table that the writer fills."""
        return [int(str(row[0])) for row in self.rows("SELECT n FROM items ORDER BY n")]

    def call(self, action: str) -> dict[str, Any]:
        """Return the last thing that an act at the databases tells."""
        path = f"/projects/{self.project}/environments/{self.environment}/databases/{action}"
        lines = [line for line in self.shipway.client.stream("POST", path) if line]
        return dict(lines[-1])

    def backed_up(self, seconds: float = 90) -> None:
        """Wait until there is a base backup."""
        path = f"/projects/{self.project}/environments/{self.environment}/databases/bases"
        try:
            eventually(
                "a base backup",
                lambda: self.shipway.client.get(path)["backups"],
                seconds,
            )
        except NotInTimeError as error:
            raise NotInTimeError(f"{error}\n{self.shipway.log()}") from None


@dataclass(kw_only=True)
class Writer:
    """A steady load of small transactions; `acknowledged`: number and time of each commit."""

    board: Board
    pause_s: float = 0.005
    acknowledged: list[tuple[int, float]] = field(default_factory=list)
    _ending: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to write."""
        connection = self.board.connect()
        connection.execute(
            "CREATE TABLE IF NOT EXISTS items (n bigint PRIMARY KEY, at timestamptz)"
        )
        self._thread = threading.Thread(target=self._write, args=(connection,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End; what was acknowledged stays known."""
        self._ending.set()
        if self._thread is not None:
            self._thread.join(30)

    def _write(self, connection: psycopg.Connection) -> None:
        number = 0
        try:
            with connection:
                while not self._ending.wait(self.pause_s):
                    number += 1
                    connection.execute("INSERT INTO items VALUES (%s, now())", [number])
                    self.acknowledged.append((number, time.time()))
        except psycopg.Error:
            return


def killed(pids: list[int]) -> None:
    """Kill processes as a power cut would."""
    subprocess.run(["kill", "-KILL", *map(str, pids)], check=False, capture_output=True)
