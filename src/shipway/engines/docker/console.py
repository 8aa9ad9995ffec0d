"""Logs of instances, and the command that runs something inside one."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence

from shipway.engines.docker.streams import frames, stamped_lines, ticking
from shipway.engines.docker.transport import ApiError, Transport
from shipway.errors import Problem
from shipway.model.workload import Instance, LogLine
from shipway.ports import Cancelled

_TICK_S = 15.0
"""How soon a reader that left is noticed, while the instance is silent.

Every instance is followed by the daemon, for ever: ticks of a second would be most of its wakes.
"""


def read_logs(
    transport: Transport,
    instance: Instance,
    *,
    follow: bool,
    tail: int | None,
    cancelled: Cancelled,
) -> Iterator[LogLine]:
    """Yield the instance's log lines.  Raises Problem `instance-gone`, `logs-unreadable`."""
    query = {
        "stdout": True,
        "stderr": True,
        "timestamps": True,
        "follow": follow,
        "tail": "all" if tail is None else tail,
    }
    path = f"/containers/{instance.id}"
    try:
        tty = bool(transport.get(f"{path}/json")["Config"].get("Tty"))
        with transport.stream("GET", f"{path}/logs", query=query) as stream:
            source = stamped_lines(frames(stream.chunks(), tty=tty))
            with contextlib.closing(ticking(source, stream.close, _TICK_S)) as told:
                for line in told if not cancelled() else ():
                    if line is not None:
                        name, at, text = line
                        yield LogLine(at=at, instance=instance.name, stream=name, text=text)
                    if cancelled():
                        return
    except ApiError as error:
        if error.status == 404:
            raise Problem(
                "instance-gone",
                f"{instance.scope} {instance.name} is not there any more.",
                hints=["shipway status"],
            ) from error
        raise Problem(
            "logs-unreadable",
            f"The logs of {instance.scope} {instance.name} cannot be read: {error.reason}",
            hints=["use the logging driver json-file, local or journald in the Compose file"],
        ) from error


def exec_argv(
    docker: str, host: str, instance: Instance, argv: Sequence[str], *, tty: bool
) -> list[str]:
    """Return the `docker exec` command for this machine."""
    flags = ["-i", "-t"] if tty else ["-i"]
    return [docker, "--host", host, "exec", *flags, instance.id, *argv]
