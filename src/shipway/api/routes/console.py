"""What a person does at an instance: logs, a command inside, a command beside."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Annotated, Any

from fastapi import Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from shipway.api.late import Routes
from shipway.api.routes.common import Environment, Services, Who, gathered, json_lines
from shipway.model.names import parse_release
from shipway.model.workload import Instance

router = Routes(prefix="/projects/{project}/environments/{environment}", tags=["console"])


class Command(BaseModel):
    """A command for a service."""

    service: Annotated[str, Field(max_length=64)]
    argv: Annotated[list[str], Field(min_length=1, max_length=200)]
    tty: bool = False


@router.get("/logs")
def logs(
    service: Services,
    environment: Environment,
    name: str | None = None,
    release: str | None = None,
    tail: Annotated[int, Query(ge=0, le=100_000)] = 100,
    *,
    follow: bool = False,
) -> StreamingResponse:
    """Return log lines of a service's instances (all services: no name) as JSON lines."""
    number = parse_release(release) if release else None
    instances = service.instances(environment, name, number)

    def work(put: Callable[[Any], None], cancelled: Callable[[], bool]) -> None:
        def one(instance: Instance) -> None:
            for line in service.logs(instance, follow=follow, tail=tail, cancelled=cancelled):
                put(
                    {
                        "at": line.at,
                        "instance": line.instance,
                        "stream": line.stream,
                        "text": line.text,
                    }
                )

        threads = [
            threading.Thread(target=one, args=(item,), daemon=True, name="logs")
            for item in instances
        ]
        for thread in threads:
            thread.start()
            if not follow:
                thread.join()
        for thread in threads:
            thread.join()

    return json_lines(gathered(work))


@router.post("/exec")
def exec_argv(
    service: Services, environment: Environment, who: Who, command: Command
) -> dict[str, Any]:
    """Return the command line that runs a command inside a running instance."""
    argv = service.exec_argv(environment, command.service, command.argv, tty=command.tty)
    service.world.store.audit.add(
        who,
        "exec",
        environment,
        details={"service": command.service, "program": command.argv[0]},
    )
    return {"argv": argv}


@router.post("/run")
def run_once(
    service: Services, environment: Environment, who: Who, command: Command
) -> StreamingResponse:
    """Run a command in an instance of its own; lines of output, then `{"exit_code": N}`."""

    def work(put: Callable[[Any], None], cancelled: Callable[[], bool]) -> None:
        code = service.run_once(
            environment,
            command.service,
            command.argv,
            who=who,
            output=lambda line: put({"text": line}),
            cancelled=cancelled,
        )
        put({"exit_code": code})

    def values() -> Iterator[Any]:
        yield from gathered(work)

    return json_lines(values())
