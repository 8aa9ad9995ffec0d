"""Redis: a snapshot through the replication protocol, checked before it is kept.

`redis-cli` runs inside the instance: its version fits, and its volume is not touched.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

from shipway.backup.ground import Ground, Taking
from shipway.backup.programs import feed
from shipway.backup.sources import Source
from shipway.errors import Problem
from shipway.model.application import Service
from shipway.model.backup import Backup, BackupKind
from shipway.model.names import EnvironmentId

DEADLINE_S = 1800.0
ASK_S = 30.0
MAGIC = b"REDIS"
FILE = "dump.rdb"

# The password comes by stdin: an argument or a variable would stand in a process list.
LOGIN = (
    'IFS= read -r word; IFS= read -r user; [ -z "$word" ] || export REDISCLI_AUTH="$word"; '
    '[ -z "$user" ] || set -- --user "$user"; '
)
FETCH = LOGIN + 'exec redis-cli "$@" --rdb -'
ASK = LOGIN + 'for name in {}; do redis-cli "$@" --raw CONFIG GET "$name"; done'
FILES = ("appendonly", "appenddirname", "appendfilename", "dbfilename")
"""What a server says of the files that it reads when it starts."""
MARK_BYTES = 40
REFUSED = ("NOAUTH", "WRONGPASS", "NOPERM")
NO_ROOM = "no room for a copy to look at"
# the checker wants a file; with `read_only: true` the data's own directory may be all there is
CHECK = f"""
for folder in "${{TMPDIR:-/tmp}}" /tmp /data .; do
  file=$(mktemp "$folder/shipway-check.XXXXXX" 2>/dev/null) && break
done
trap 'rm -f "$file"' EXIT
[ -n "$file" ] && cat >"$file" || {{ echo '{NO_ROOM}' >&2; exit 9; }}
redis-check-rdb "$file"
"""
VARIABLE = re.compile(r"\$\$?\{?([A-Za-z_][A-Za-z0-9_]*)\}?")
KEYS = re.compile(r"(\d+) keys read")


def take_redis(taking: Taking, source: Source) -> Backup:
    """Save a Redis service.  Raises Problem `not-running`, `tool-failed`, `backup-broken`."""
    clock, environment = taking.ground.clock, taking.environment
    began = clock.now()
    service = taking.app.service(source.subject)
    with taking.ground.staged(environment, f"redis-{source.subject}") as folder:
        keys = fetch(taking, service, folder / FILE)
        snapshot = taking.repository.put(
            folder,
            tags=taking.tags(BackupKind.REDIS, source.subject, keys=str(keys)),
            output=taking.output,
            cancelled=taking.cancelled,
        )
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

    try:
        feed(
            inside(FETCH),
            what=f"{taking.environment} {service.name}: redis-cli --rdb",
            deadline_s=DEADLINE_S,
            given=_login(service),
            target=target,
        )
    except Problem as problem:
        if not any(word in line for word in REFUSED for line in problem.details):
            raise
        raise _refused(taking.environment, service.name, problem) from problem
    target.chmod(0o600)
    drop_mark(target)
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
            if NO_ROOM in problem.details:
                raise _unchecked(taking.environment, service.name, problem) from problem
            raise broken(taking, service.name, "redis-check-rdb refuses it", problem) from problem
    found = KEYS.search(told)
    return int(found[1]) if found else 0


def _login(service: Service) -> bytes:
    """Return what a script reads first: the password, then the user's name."""
    names = (service.environment.get(name) for name in ("REDIS_USERNAME", "REDIS_USER"))
    return f"{password(service)}\n{next(filter(None, names), '')}\n".encode()


def _refused(environment: EnvironmentId, service: str, cause: Problem) -> Problem:
    return Problem(
        "redis-refused",
        f"{environment}: {service} does not let Shipway read its data.",
        details=cause.details,
        hints=[
            f"REDIS_PASSWORD among {service}'s variables, where a configuration file has the word",
            f"REDIS_USERNAME among {service}'s variables: a user with +psync +sync +replconf +ping",
        ],
    )


def _unchecked(environment: EnvironmentId, service: str, cause: Problem) -> Problem:
    return Problem(
        "backup-unchecked",
        f"{environment}: the snapshot of {service} was not kept, for it could not be checked:"
        " its container has no room for a copy of it.",
        details=cause.details,
        hints=["df -h", "tmpfs: [/tmp], below the service in the Compose file"],
    )


def files_of(ground: Ground, environment: EnvironmentId, service: Service) -> dict[str, str]:
    """Return how a running server calls the files that it reads when it starts.

    What its command says where it does not run, or does not tell.
    """
    said = {"appendonly": "yes"} if keeps_log(service) else {}
    try:
        instance = ground.instance(environment, service.name)
        argv = ["sh", "-c", ASK.format(" ".join(FILES))]
        told = feed(
            ground.kit(environment).console.exec_argv(instance, argv, tty=False),
            what=f"{environment} {service.name}: redis-cli CONFIG GET",
            deadline_s=ASK_S,
            given=_login(service),
        ).splitlines()
    except Problem:
        return said
    return said | {name: value for name, value in pairwise(told) if name in FILES}


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


def drop_mark(snapshot: Path) -> None:
    """Ensure that a snapshot ends where it ends.

    A server that sends without a file puts 40 hexadecimal digits behind it, which redis-cli
    cuts off of a file that it opened itself only (`getRDB` in redis-cli.c).  As the base of an
    append-only file it would be refused: they are no commands.  Before its checksum of 8 bytes
    a snapshot ends with 0xFF, so that no other end looks like this.
    """
    with snapshot.open("r+b") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - MARK_BYTES))
        if size > MARK_BYTES and re.fullmatch(rb"[0-9a-f]{40}", file.read()):
            file.truncate(size - MARK_BYTES)
            os.fsync(file.fileno())


def lay_out(snapshot: Path, files: Mapping[str, str]) -> None:
    """Give a snapshot the name that the server reads when it starts; files: as `files_of` has them.

    A server that keeps an append-only file ignores `dump.rdb`, and would come up empty: since
    Redis 7 the snapshot becomes its base, before that it may be the file itself.
    """
    drop_mark(snapshot)  # of one that was saved before
    if files.get("appendonly") != "yes":
        snapshot.rename(snapshot.with_name(files.get("dbfilename") or FILE))
        return
    name = files.get("appendfilename") or "appendonly.aof"
    if "dbfilename" in files and not files.get("appenddirname"):  # it has told, and knows none
        snapshot.rename(snapshot.with_name(name))
        return
    folder = snapshot.parent / (files.get("appenddirname") or "appendonlydir")
    folder.mkdir()
    snapshot.rename(folder / f"{name}.1.base.rdb")
    (folder / f"{name}.manifest").write_text(f"file {name}.1.base.rdb seq 1 type b\n")
