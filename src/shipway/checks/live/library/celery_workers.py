"""R170, R211: Celery's workers answer, and together consume every declared queue."""

from __future__ import annotations

import json
import re
import shlex

from shipway.checks.live.kit import ERROR, Live, Seen, Words, live, nothing
from shipway.model.application import Service

DEADLINE_S = 30.0
WAIT_S = 3


@live(
    "live.celery",
    ERROR,
    serves=("R163", "R170", "R211"),
    thorough=True,
    title=Words(
        "Celery's workers answer and consume every queue",
        "Celery 워커가 응답하고 모든 큐를 처리합니다",
    ),
    fix=Words(
        "shipway logs WORKER; name the missing queue behind -Q",
        "shipway logs 로 워커를 확인하고, 빠진 큐를 -Q에 추가하세요",
    ),
)
def look(seen: Live) -> Seen:
    """Ask the workers themselves, from inside one of them."""
    workers = [item for item in seen.app.services if application_of(item)]
    running = [(item, seen.instances(item.name)) for item in workers]
    if not workers:
        raise nothing("no service runs a Celery worker", "Celery 워커 서비스가 없습니다")
    first = next(((item, found[0]) for item, found in running if found), None)
    wanted = sum(item.replicas for item in workers)
    if first is None:
        return Seen(
            says=Words("", ""), wrong=(Words("no worker runs", "실행 중인 워커가 없습니다"),)
        )
    service, instance = first
    argv = ["celery", "-A", application_of(service) or "", "inspect", "active_queues", "-j"]
    done = seen.inside(instance, *argv, "--timeout", str(WAIT_S), deadline_s=DEADLINE_S)
    queues = consumed(done.text)
    if queues is None and done.code in {None, 126, 127}:
        raise nothing("celery could not be asked", "celery 명령을 실행하지 못했습니다")
    queues = queues or {}
    everything = {name for names in queues.values() for name in names}
    wrong = []
    if len(queues) < wanted:
        wrong.append(
            Words(
                f"{len(queues)} of {wanted} workers answer",
                f"워커 {wanted}개 중 {len(queues)}개만 응답",
            )
        )
    declared = {name for item in workers for name in queues_of(item)}
    wrong += [
        Words(f"nobody consumes the queue {name}", f"{name} 큐를 처리하는 워커가 없습니다")
        for name in sorted(declared - everything)
    ]
    shown = ", ".join(sorted(everything))
    return Seen(
        says=Words(
            f"{len(queues)} worker{'s answer' if len(queues) != 1 else ' answers'}; queues: {shown}",
            f"워커 {len(queues)}개 응답, 큐: {shown}",
        ),
        wrong=tuple(wrong),
        figures={"workers": len(queues), "queues": sorted(everything)},
    )


def words_of(service: Service) -> list[str]:
    """Return the words of a service's command."""
    command = service.definition.get("command") or ()
    words = shlex.split(command) if isinstance(command, str) else [str(item) for item in command]
    return shlex.split(words[-1]) if len(words) == 3 and words[1] == "-c" else words


def application_of(service: Service) -> str | None:
    """Return what stands behind -A where a service runs a Celery worker, else None."""
    words = words_of(service)
    if "worker" not in words or not any(word.endswith("celery") for word in words):
        return None
    for at, word in enumerate(words):
        if word in {"-A", "--app"} and at + 1 < len(words):
            return words[at + 1]
        if word.startswith("--app="):
            return word.removeprefix("--app=")
    return None


def queues_of(service: Service) -> list[str]:
    """Return the queues behind -Q."""
    words = words_of(service)
    for at, word in enumerate(words):
        if word in {"-Q", "--queues"} and at + 1 < len(words):
            return words[at + 1].split(",")
        if word.startswith("--queues="):
            return word.removeprefix("--queues=").split(",")
    return []


def consumed(text: str) -> dict[str, list[str]] | None:
    """Return each worker's queues from what `inspect active_queues -j` prints; None: nothing."""
    for line in re.findall(r"^\{.*\}$", text, re.MULTILINE):
        try:
            value = json.loads(line)
        except ValueError:
            continue
        return {
            worker: [str(item.get("name")) for item in queues]
            for worker, queues in value.items()
            if isinstance(queues, list)
        }
    return None
