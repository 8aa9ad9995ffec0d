"""Processes: starting one as the plan says, seeing and ending those that descend from it."""

import _signal as signal  # type: ignore[import-not-found]  # `signal` costs 7 ms for its enums
import ctypes
import os
import time

from shipway.engines.process.shim.orders import Plan

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
SWEEP_S = 2.0

prctl = ctypes.CDLL(None).prctl


def start_ticks(pid: int) -> int:
    """Return when the process began, in ticks since boot: with its pid, its identity."""
    with open(f"/proc/{pid}/stat", "rb") as file:  # noqa: PTH123 - pathlib is too heavy here
        return int(file.read().rpartition(b")")[2].split()[19])


def children() -> list[int]:
    """Return the children of this process, orphans that it inherited among them."""
    pid = os.getpid()
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as file:  # noqa: PTH123
            return [int(word) for word in file.read().split()]
    except OSError:
        return []


def spawn(
    argv: list[str], out: int, err: int, plan: Plan, environment: dict[str, str]
) -> tuple[int, str]:
    """Start a process of the instance; return its pid, and why it cannot run, if so."""
    reader, writer = os.pipe()
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        try:
            become(argv, (out, err), plan, environment, parent)
        except BaseException as error:  # the edge of a process
            code = 127 if isinstance(error, FileNotFoundError) else 126
            reason = error.strerror if isinstance(error, OSError) else str(error)
            os.write(writer, f"cannot run {argv[0]!r}: {reason}".encode())
        os._exit(code)
    os.close(writer)
    reason = os.read(reader, 4096).decode()
    os.close(reader)
    return pid, reason


def become(
    argv: list[str],
    streams: tuple[int, int],
    plan: Plan,
    environment: dict[str, str],
    parent: int,
) -> None:
    """Turn this new process into `argv`: its streams, user, limits, signals."""
    null = os.open("/dev/null", os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(streams[0], 1)
    os.dup2(streams[1], 2)
    os.setpgid(0, 0)
    for number in (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    for text in plan.get("rlimit", []):
        limit(text)
    if "uid" in plan:
        gid = int(plan["gid"][0])
        os.setgroups([int(group) for group in plan.get("groups", [])] or [gid])
        os.setgid(gid)
        os.setuid(int(plan["uid"][0]))
    prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != parent:
        os._exit(137)
    os.umask(int(plan.get("umask", ["022"])[0], 8))
    os.chdir(plan["cwd"][0])
    path = environment.get("PATH", "/usr/local/bin:/usr/bin:/bin")
    if "/" in argv[0]:
        os.execve(argv[0], argv, environment)  # noqa: S606
    missing: OSError = FileNotFoundError(2, "no such program in PATH")
    for folder in path.split(":"):
        try:
            os.execve(f"{folder}/{argv[0]}", argv, environment)  # noqa: S606
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            missing = error
    raise missing


def limit(text: str) -> None:
    """Apply `nofile:1024:2048`; what the user may not raise stays at its maximum."""
    import resource  # rarely needed

    name, soft, hard = text.split(":")
    kind = getattr(resource, f"RLIMIT_{name.upper()}")
    infinity = resource.RLIM_INFINITY

    def lesser(one: int, other: int) -> int:
        return min((value for value in (one, other) if value >= 0), default=infinity)

    ceiling = resource.getrlimit(kind)[1]
    wanted = lesser(int(hard), ceiling) if os.geteuid() else int(hard)
    try:
        resource.setrlimit(kind, (lesser(int(soft), wanted), wanted))
    except (ValueError, OSError) as error:
        os.write(2, f"shipway: ulimit {name} not applied: {error}\n".encode())


def sweep() -> None:
    """Kill every descendant: as subreaper this process inherits the orphans."""
    until = time.monotonic() + SWEEP_S
    while time.monotonic() < until:
        for pid in children():
            try:
                os.kill(pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                continue
        try:
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                time.sleep(0.002)
        except ChildProcessError:
            return
