"""Redis: a snapshot through the replication protocol, checked before it is kept.

`redis-cli` runs inside the instance: its version fits, and its volume is not touched.
"""

from __future__ import annotations

import re
import shutil
from itertools import pairwise
from pathlib import Path

from shipway.backup.ground import Taking
from shipway.backup.programs import feed
from shipway.backup.sources import Source
from shipway.errors import Problem
from shipway.model.application import Service
from shipway.model.backup import Backup, BackupKind

DEADLINE_S = 1800.0
MAGIC = b"REDIS"
FILE = "dump.rdb"

# The password comes by stdin: an argument or a variable would stand in a process list.
FETCH = 'IFS= read -r word; [ -z "$word" ] || export REDISCLI_AUTH="$word"; exec redis-cli --rdb -'
CHECK = (
    'file=$(mktemp) || exit 9; trap \'rm -f "$file"\' EXIT; cat >"$file"; redis-check-rdb "$file"'
)
VARIABLE = re.compile(r"\$\$?\{?([A-Za-z_][A-Za-z0-9_]*)\}?")
KEYS = re.compile(r"(\d+) keys read")


def take_redis(taking: Taking, source: Source) -> Backup:
    """Save a Redis service.  Raises Problem `not-running`, `tool-failed`, `backup-broken`."""
    clock, environment = taking.ground.clock, taking.environment
    began = clock.now()
    service = taking.app.service(source.subject)
    folder = taking.ground.staging(environment, f"redis-{source.subject}")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    try:
        keys = fetch(taking, service, folder / FILE)
        snapshot = taking.repository.put(
            folder,
            tags=taking.tags(BackupKind.REDIS, source.subject, keys=str(keys)),
            output=taking.output,
            cancelled=taking.cancelled,
        )
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return Backup(
        id=snapshot.id,
        environment=environment,
        subject=source.subject,
        kind=BackupKind.REDIS,
        began_at=began,
        ended_at=clock.now(),
        bytes=snapshot.bytes,
        facts={"files": str(snapshot.files), "added_bytes": str(snapshot.added_bytes or 0)},
        counts={"keys": keys},
    )


def fetch(taking: Taking, service: Service, target: Path) -> int:
    """Write a checked snapshot to `target`; return how many keys are in it."""
    kit = taking.ground.kit(taking.environment)
    instance = taking.ground.instance(taking.environment, service.name)

    def inside(script: str) -> list[str]:
        return kit.console.exec_argv(instance, ["sh", "-c", script], tty=False)

    word = password(service)
    feed(
        inside(FETCH),
        what=f"{taking.environment} {service.name}: redis-cli --rdb",
        deadline_s=DEADLINE_S,
        given=f"{word}\n".encode(),
        target=target,
    )
    target.chmod(0o600)
    with target.open("rb", buffering=0) as stream:  # the checker reads on from where it stands
        if stream.read(len(MAGIC)) != MAGIC:
            raise broken(taking, service.name, "it does not begin as a snapshot does")
        stream.seek(0)
        try:
            told = feed(
                inside(CHECK),
                what=f"{service.name}: redis-check-rdb",
                deadline_s=DEADLINE_S,
                given=stream,
            )
        except Problem as problem:
            raise broken(taking, service.name, "redis-check-rdb refuses it", problem) from problem
    found = KEYS.search(told)
    return int(found[1]) if found else 0


def broken(taking: Taking, service: str, why: str, cause: Problem | None = None) -> Problem:
    """Return the Problem for a snapshot that is none."""
    return Problem(
        "backup-broken",
        f"{taking.environment}: the snapshot of {service} is broken: {why}. It was not kept.",
        details=cause.details if cause else (),
        hints=[f"shipway logs {service} {taking.environment.name}", "shipway backup create"],
    )


def password(service: Service) -> str:
    """Return the password that the service wants; "" where it wants none."""
    words = [str(word) for word in service.definition.get("command") or ()]
    text = " ".join(words).split()
    for option, value in pairwise(text):
        if option == "--requirepass":
            return _expanded(value.strip("\"'"), service)
    for name in ("REDIS_PASSWORD", "VALKEY_PASSWORD", "REDISCLI_AUTH"):
        if service.environment.get(name):
            return service.environment[name]
    return ""


def _expanded(word: str, service: Service) -> str:
    """Return a word of a shell's command line; a variable is the service's own."""
    named = VARIABLE.fullmatch(word)
    return service.environment.get(named[1], "") if named else word


def keeps_log(service: Service) -> bool:
    """Return whether the service keeps an append-only file, which it then reads alone."""
    words = " ".join(str(word) for word in service.definition.get("command") or ()).split()
    return any(pair == ("--appendonly", "yes") for pair in pairwise(words))


def lay_out(snapshot: Path) -> None:
    """Turn a snapshot into the base of an append-only file, as Redis 7 names them.

    A Redis that keeps one ignores `dump.rdb`, and would come up empty.
    """
    folder = snapshot.parent / "appendonlydir"
    folder.mkdir()
    snapshot.rename(folder / "appendonly.aof.1.base.rdb")
    manifest = "file appendonly.aof.1.base.rdb seq 1 type b\n"
    (folder / "appendonly.aof.manifest").write_text(manifest)
