"""Runs tools and asks SQL at a database: the one place here that starts processes."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from shipway.errors import Problem
from shipway.model.names import Scope
from shipway.model.own_questions import address_of
from shipway.model.workload import Instance, InstanceState, Priority, Workload
from shipway.ports import Cancelled
from shipway.ports_data import Database
from shipway.postgres_wire import UNCOUNTED, connect

SEPARATOR = "\x1f"
ASK_S = 30.0
TICK_S = 0.2
TAIL = 8


def instance_of(database: Database, workload: Workload | None = None) -> Instance | None:
    """Return the running instance of the database, or of a workload beside it."""
    wanted = workload or database.workload
    scope = Scope(environment=database.environment)
    for item in database.engine.instances(scope=scope):
        if item.service == wanted.service and item.state is InstanceState.RUNNING:
            return item
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Asks a running instance by psql, inside of it: its own user, its own socket."""

    database: Database
    instance: Instance

    @classmethod
    def of(cls, database: Database, workload: Workload | None = None) -> Asker:
        """Return the asker of the running instance.  Raises Problem `database-down`."""
        instance = instance_of(database, workload)
        if instance is None:
            name = (workload or database.workload).service
            raise Problem(
                "database-down",
                f"{database.environment}: {name} does not run.",
                hints=[f"shipway logs {name} {database.environment.name}"],
            )
        return cls(database=database, instance=instance)

    def rows(self, sql: str, *, name: str | None = None, limit_s: float = ASK_S) -> list[list[str]]:
        """Return the rows of the statements, as text.  Raises Problem `database-refused`.

        name: of the database; None: the one that the image makes.
        """
        user = self.database.workload.environment.get("POSTGRES_USER") or "postgres"
        argv = ["psql", "-X", "-q", "-A", "-t", "-F", SEPARATOR, "-v", "ON_ERROR_STOP=1"]
        argv += ["-U", user, "-d", address_of(name or self.main)]
        command = self.database.console.exec_argv(self.instance, argv, tty=False)
        try:
            done = subprocess.run(
                command,
                input=UNCOUNTED + sql,
                capture_output=True,
                encoding="utf-8",
                errors="backslashreplace",
                timeout=limit_s,
                check=False,
                env=_environment(),
            )
        except subprocess.TimeoutExpired as error:
            raise Problem(
                "database-refused", f"{self._name} has not answered within {limit_s:g} s."
            ) from error
        if done.returncode != 0:
            raise Problem(
                "database-refused",
                f"{self._name} does not answer: {_last(done.stderr) or done.returncode}",
            )
        return [line.split(SEPARATOR) for line in done.stdout.splitlines() if line]

    def one(self, sql: str, *, limit_s: float = ASK_S) -> str:
        """Return the first value of the first row; "" where there is none."""
        rows = self.rows(sql, limit_s=limit_s)
        return rows[0][0] if rows else ""

    def quick(self, sql: str, *, limit_s: int) -> list[list[str]]:
        """Return the rows of one statement over the network, where the server lets in; else as `rows`.

        Costs a hundredth of starting a program beside the database.  Raises as `rows` does.
        """
        import psycopg

        if not self.instance.address:
            return self.rows(sql, limit_s=limit_s)
        variables = self.database.workload.environment
        user = variables.get("POSTGRES_USER") or "postgres"
        try:
            with connect(
                self.instance.address,
                self.database.workload.port,
                user=user,
                password=variables.get("POSTGRES_PASSWORD") or "",
                database=self.main,
                connect_s=limit_s,
                statement_s=limit_s,
            ) as connection:
                found = connection.execute(sql.encode()).fetchall()
        except psycopg.Error:  # another password by now
            return self.rows(sql, limit_s=limit_s)
        return [["" if value is None else str(value) for value in row] for row in found]

    @property
    def main(self) -> str:
        """Return the name of the database that the image makes."""
        variables = self.database.workload.environment
        return variables.get("POSTGRES_DB") or variables.get("POSTGRES_USER") or "postgres"

    @property
    def _name(self) -> str:
        return f"{self.database.environment} {self.instance.name}"


def run_tool(
    database: Database,
    argv: Sequence[str],
    *,
    folder: Path,
    name: str,
    connected: bool,
    limit_s: float,
    cancelled: Cancelled = lambda: False,
) -> str:
    """Run a tool to its end and return what it printed.

    connected: to the running database, where only one of its name runs; an earlier one is ended.
    Others look at folders, and two may look at two at the same time.
    Raises Problem `tool-failed` with its last lines, `deadline`, `cancelled`.
    """
    tools, workload = database.tools, database.workload
    if connected:
        tools.end_tool(workload, name)
    else:
        name = f"{name}-{secrets.token_hex(4)}"
    command = tools.tool_argv(
        workload, argv, folder=folder, name=name, connected=connected,
        priority=Priority.BACKGROUND,
    )  # fmt: skip
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
        env=_environment(),
    ) as process:
        try:
            told = _await(process, argv[0], limit_s, cancelled)
        except BaseException:
            end_group(process.pid)
            tools.end_tool(workload, name)
            raise
    if process.returncode != 0:
        raise Problem(
            "tool-failed",
            f"{database.environment} {database.service}: {argv[0]} ended with"
            f" {process.returncode}.",
            details=tuple(told.splitlines()[-TAIL:]),
        )
    return told


def end_group(pid: int, sign: int = signal.SIGKILL) -> None:
    """Signal a tool and all that it started; nothing where it has ended."""
    try:
        os.killpg(pid, sign)
    except ProcessLookupError:
        return


def _await(process: subprocess.Popen[str], what: str, limit_s: float, cancelled: Cancelled) -> str:
    until = time.monotonic() + limit_s
    while True:
        try:
            return process.communicate(timeout=TICK_S)[0]
        except subprocess.TimeoutExpired:
            if cancelled():
                raise Problem("cancelled", f"{what} was cancelled.") from None
            if time.monotonic() > until:
                raise Problem("deadline", f"{what} has not ended within {limit_s:g} s.") from None


def _environment() -> dict[str, str]:
    """Return the variables of a tool's client: no setting of this machine's user gets in."""
    return {key: value for key, value in os.environ.items() if not key.startswith("PG")}


def _last(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else ""
