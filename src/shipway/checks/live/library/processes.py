"""R210, R211: a server has as many processes as its command says, counted where it runs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shipway.checks.live.kit import WARNING, Live, Seen, Words, live, nothing
from shipway.model.application import Service
from shipway.model.workload import Instance

# One line a process: pid, parent, working directory, command; first the line of this shell,
# whose parent is 0 where the instance sees its own processes only.
# Only of what may be a server are the last two read: each costs the instance a process.
LIST = """
printf '%s\\t%s\\t%s\\t\\n' $$ $PPID "$(pwd -P)"
for it in /proc/[0-9]*; do
    { read -r line <"$it/stat"; } 2>/dev/null || continue
    rest=${line##*) }; set -- $rest
    folder= words=
    case $line in
    *"(python"* | *"(uvicorn"* | *"(gunicorn"* | *"(hypercorn"* | *"(celery"*)
        folder=$(readlink "$it/cwd" 2>/dev/null)
        words=$(tr '\\000\\n' '  ' 2>/dev/null <"$it/cmdline")
    esac
    printf '%s\\t%s\\t%s\\t%s\\n' "${it#/proc/}" "$2" "$folder" "$words"
done
"""
FLAGS = {
    "uvicorn": ("--workers",),
    "gunicorn": ("--workers", "-w"),
    "hypercorn": ("--workers", "-w"),
    "celery": ("--concurrency", "-c"),
}
VARIABLES = {"uvicorn": "WEB_CONCURRENCY", "gunicorn": "WEB_CONCURRENCY"}
HELPERS = ("resource_tracker", "semaphore_tracker")


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """One line of the list."""

    pid: int
    parent: int
    folder: str
    words: tuple[str, ...]


@live(
    "live.processes",
    WARNING,
    serves=("R210", "R211"),
    title=Words(
        "As many processes run as the command says",
        "명령에 적힌 수만큼 프로세스가 실행됩니다",
    ),
    fix=Words(
        "shipway logs SERVICE: a process that ends again and again says why",
        "shipway logs 서비스: 반복해서 종료되는 프로세스의 원인을 확인하세요",
    ),
)
def look(seen: Live) -> Seen:
    """List the processes inside one instance of each service, and count the server's own."""
    told: dict[str, int] = {}
    wrong: list[Words] = []
    for service in filter(may_tell, seen.own):
        for instance in seen.instances(service.name)[:1]:
            found = counted(_listed(seen, instance), service)
            if found is None:
                continue
            name, wanted, count = found
            told[f"{service.name} ({name})"] = count
            if count != wanted:
                wrong.append(
                    Words(
                        f"{service.name}: {count} of {wanted} processes of {name} run",
                        f"{service.name}: {name} 프로세스 {wanted}개 중 {count}개 실행 중",
                    )
                )
    if not told:
        raise nothing(
            "no command says how many processes there are to be",
            "프로세스 수를 정한 명령이 없습니다",
        )
    shown = ", ".join(f"{name} {count}" for name, count in told.items())
    return Seen(says=Words(shown, shown), wrong=tuple(wrong), figures=told)


def may_tell(service: Service) -> bool:
    """Return whether a look inside can tell anything: it costs the instance a shell. Pure.

    A command that is a program of its own, written out, says by itself that none of the
    servers is meant; a script, a shell or the image's own command may start one.
    """
    command = service.definition.get("command") or ()
    words = command.split() if isinstance(command, str) else [str(word) for word in command]
    head = words[0].rpartition("/")[2] if words else ""
    if not head.startswith(("python", "node", "npm", "npx", "pnpm", "java")):
        return True
    return any(name in word for word in words for name in FLAGS)


def _listed(seen: Live, instance: Instance) -> list[Process]:
    done = seen.inside(instance, "sh", "-c", LIST)
    return read(done.text) if done.code == 0 else []


def read(text: str) -> list[Process]:
    """Return the processes; the first is the shell that listed them."""
    found = []
    for line in text.splitlines():
        pid, *rest = line.split("\t", 3)
        if len(rest) == 3 and pid.isdigit() and rest[0].isdigit():
            words = tuple(rest[2].split())
            found.append(Process(pid=int(pid), parent=int(rest[0]), folder=rest[1], words=words))
    return found


def counted(processes: Sequence[Process], service: Service) -> tuple[str, int, int] | None:
    """Return (server, declared, running); None where nothing says how many.

    The server is what bears its name and whose parent does not; its processes are its
    children.  Where the list is the whole machine's, the instance's directory tells.
    """
    if not processes:
        return None
    shell, *others = processes
    for name in FLAGS:
        mine = {item.pid for item in others if is_server(item, name)}
        mains = [item for item in others if item.pid in mine and item.parent not in mine]
        if shell.parent or len(mains) > 1:
            mains = [item for item in mains if item.folder == shell.folder]
        if len(mains) != 1:
            continue
        wanted = declared(mains[0].words, name, service.environment)
        if wanted is None or (name == "celery" and "worker" not in mains[0].words):
            continue
        children = [
            item
            for item in others
            if item.parent == mains[0].pid
            and not any(word in " ".join(item.words) for word in HELPERS)
        ]
        # one process alone serves by itself
        return name, wanted, 1 if wanted == 1 and not children else len(children)
    return None


def is_server(process: Process, name: str) -> bool:
    """Return whether a process runs a program of that name, itself or by Python; no init does."""
    heads = [word.rpartition("/")[2] for word in process.words[:3] if word != "-m"]
    by_python = "".join(heads[:1]).startswith("python")
    return heads[:1] == [name] or (by_python and heads[1:2] == [name])


def declared(words: Sequence[str], name: str, environment: Mapping[str, str]) -> int | None:
    """Return how many processes a command line, else a variable, asks for."""
    for at, word in enumerate(words):
        flag, equals, value = word.partition("=")
        if flag not in FLAGS[name]:
            continue
        text = value if equals else (words[at + 1] if at + 1 < len(words) else "")
        if re.fullmatch(r"[1-9]\d*", text):
            return int(text)
    text = environment.get(VARIABLES.get(name, ""), "")
    return int(text) if re.fullmatch(r"[1-9]\d*", text) else None
