"""The machine itself: disk, memory, clock, ports, Docker, Shipway's own directory.  Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from shipway.doctor.model import Level, Line

GROUP = "This machine"
SHIPWAY = "Shipway"
DISK_FLOOR_BYTES = 20 * 1000**3
DISK_MINIMUM_BYTES = 1000**3
MEMORY_LOW_BYTES = 512 * 1000**2
MEMORY_TOTAL_BYTES = 1800 * 1000**2
INODES_LOW = 0.05
CLOCK_OFF_S = 1.0
DOCKER_API = (1, 41)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """The clock.  synchronised None: nobody says; off_s: by how much it is off, where known."""

    synchronised: bool | None = None
    off_s: float | None = None
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Docker:
    """Docker Engine.  error: why none answers; version and api: what answers.

    keeper: the daemon's user, where whoever looks may not ask the engine, or that user may not.
    """

    address: str
    version: str = ""
    api: str = ""
    error: str = ""
    keeper: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """A port that shipway.yaml names.  state: free, ours, taken, forbidden.  who: environments."""

    number: int
    state: str
    who: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """SHIPWAY_HOME.  problem: why it cannot be used; open_files: secrets that others may read."""

    path: str
    exists: bool
    mode: int = 0
    owner: str = ""
    problem: str = ""
    open_files: tuple[str, ...] = ()
    closed_parent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Daemon:
    """The daemon.  version empty: none runs.  ingress: whether the front door answers."""

    version: str = ""
    pid: int = 0
    uptime_s: float = 0.0
    ingress: bool | None = None
    ingress_version: str = ""
    environments: int = 0
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What was read of the machine."""

    system: str
    cores: int
    load: float
    memory_bytes: int
    memory_free_bytes: int
    swap_bytes: int
    disk_bytes: int
    disk_free_bytes: int
    inodes_free: float
    clock: Clock
    docker: Docker | None
    ports: tuple[Port, ...]
    home: Home
    daemon: Daemon
    own_version: str
    docker_wanted: bool = False


def machine_lines(machine: Machine) -> Iterator[Line]:
    """Yield the lines on the machine and on Shipway itself."""
    yield _line("system", Level.GOOD, machine.system)
    yield _processor(machine)
    yield _memory(machine)
    yield from _disk(machine)
    yield _clock(machine.clock)
    yield from _docker(machine)
    for port in machine.ports:
        yield _port(port)
    yield from _home(machine.home)
    yield from _daemon(machine.daemon, machine.own_version)


def gigabytes(count: float) -> str:
    """Return a number of bytes in GB with one decimal."""
    return f"{count / 1e9:.1f} GB"


def _line(
    name: str, level: Level, figure: str, *, wanted: str = "", hint: str = "", group: str = GROUP
) -> Line:
    return Line(group=group, name=name, level=level, figure=figure, wanted=wanted, hint=hint)


def _processor(machine: Machine) -> Line:
    busy = machine.load > 2 * machine.cores
    figure = f"{machine.cores} cores, load {machine.load:.1f}"
    hint = "builds and health checks will be slow: top, which says who is busy" if busy else ""
    return _line("processor", Level.NOTE if busy else Level.GOOD, figure, hint=hint)


def _memory(machine: Machine) -> Line:
    figure = (
        f"{gigabytes(machine.memory_free_bytes)} of {gigabytes(machine.memory_bytes)} available"
    )
    if machine.memory_free_bytes < MEMORY_LOW_BYTES:
        hint = "a rollout runs two releases for a moment; shipway status says what runs"
        return _line("memory", Level.NOTE, figure, wanted="0.5 GB available", hint=hint)
    if machine.memory_bytes < MEMORY_TOTAL_BYTES and not machine.swap_bytes:
        hint = "add swap: a build that needs more is killed otherwise"
        return _line("memory", Level.NOTE, f"{figure}, no swap", hint=hint)
    return _line("memory", Level.GOOD, figure)


def _disk(machine: Machine) -> Iterator[Line]:
    free, where = machine.disk_free_bytes, machine.home.path
    figure = f"{gigabytes(free)} of {gigabytes(machine.disk_bytes)} free at {where}"
    if free < DISK_MINIMUM_BYTES:
        hint = "shipway clean; below 1 GB no rollout begins"
        yield _line("disk", Level.BAD, figure, wanted="20 GB free", hint=hint)
    elif free < DISK_FLOOR_BYTES:
        hint = "shipway clean, docker builder prune; cleaning begins by itself below 20 GB"
        yield _line("disk", Level.NOTE, figure, wanted="20 GB free", hint=hint)
    else:
        yield _line("disk", Level.GOOD, figure, wanted="20 GB free")
    if machine.inodes_free < INODES_LOW:
        hint = "many small files: node_modules of old releases, logs; df -i"
        yield _line("inodes", Level.NOTE, f"{machine.inodes_free:.0%} free", hint=hint)


def _clock(clock: Clock) -> Line:
    if clock.off_s is not None and clock.off_s > CLOCK_OFF_S:
        hint = "timedatectl set-ntp true; certificates and tokens go by the clock"
        return _line("clock", Level.BAD, f"off by {clock.off_s:.1f} s ({clock.by})", hint=hint)
    if clock.synchronised is None:
        return _line(
            "clock", Level.UNKNOWN, "nobody says whether it is right", hint="apt-get install chrony"
        )
    if not clock.synchronised:
        hint = "timedatectl set-ntp true, or apt-get install chrony"
        return _line("clock", Level.NOTE, f"not synchronised ({clock.by})", hint=hint)
    return _line("clock", Level.GOOD, f"synchronised ({clock.by})")


def _docker(machine: Machine) -> Iterator[Line]:
    docker, wanted = machine.docker, machine.docker_wanted
    if docker is None:
        return
    missing = Level.BAD if wanted else Level.NOTE
    if docker.error:
        hint = (
            "shipway install, as root"
            if docker.keeper
            else "apt-get install docker.io; add the user to the group docker"
            if wanted
            else "not needed with `engine: process`"
        )
        yield _line("docker", missing, f"{docker.error} ({docker.address})", hint=hint)
        return
    if docker.keeper:
        figure = f"open to {docker.keeper}, the daemon, not to you ({docker.address})"
        yield _line("docker", Level.GOOD, figure)
        return
    api = tuple(int(part) for part in docker.api.split(".") if part.isdigit())
    figure = f"Engine {docker.version}, API {docker.api} ({docker.address})"
    if api < DOCKER_API:
        hint = "an engine of 20.10 or later"
        yield _line("docker", missing, figure, wanted="API 1.41", hint=hint)
    else:
        yield _line("docker", Level.GOOD, figure, wanted="API 1.41")


def _port(port: Port) -> Line:
    name = f"port {port.number}"
    if port.state == "ours":
        return _line(name, Level.GOOD, f"served by Shipway, for {port.who}")
    if port.state == "free":
        return _line(name, Level.GOOD, f"free, for {port.who}")
    if port.state == "forbidden":
        hint = "sysctl -w net.ipv4.ip_unprivileged_port_start=80, or shipway install as root"
        return _line(name, Level.BAD, f"this user may not open it; {port.who} wants it", hint=hint)
    detail = f" by {port.detail}" if port.detail else ""
    hint = f"ss -ltnp 'sport = :{port.number}', or another `port:` in shipway.yaml"
    return _line(name, Level.BAD, f"taken{detail}; {port.who} wants it", hint=hint)


def _home(home: Home) -> Iterator[Line]:
    def line(level: Level, figure: str, hint: str = "") -> Line:
        return _line("directory", level, figure, hint=hint, group=SHIPWAY)

    if home.problem:
        yield line(Level.BAD, f"{home.path}: {home.problem}", "SHIPWAY_HOME=DIR shipway …")
        return
    if not home.exists:
        yield line(Level.GOOD, f"{home.path} is made when it is needed")
        return
    figure = f"{home.path}, mode {home.mode:04o}, of {home.owner}"
    if home.mode & 0o022:
        yield line(Level.BAD, f"{figure}: others may write to it", f"chmod go-w {home.path}")
    elif home.closed_parent:
        hint = f"chmod o+x {home.closed_parent}: instances run as other users and must pass it"
        yield line(Level.NOTE, f"{figure}; {home.closed_parent} is closed to others", hint)
    else:
        yield line(Level.GOOD, figure)
    for path in home.open_files:
        yield _line(
            "secrets",
            Level.BAD,
            f"{path} can be read by others",
            hint=f"chmod go= {path}",
            group=SHIPWAY,
        )


def _daemon(daemon: Daemon, own: str) -> Iterator[Line]:
    def line(name: str, level: Level, figure: str, hint: str = "") -> Line:
        return _line(name, level, figure, hint=hint, group=SHIPWAY)

    if daemon.error:
        yield line("daemon", Level.BAD, daemon.error, "shipway daemon log")
        return
    if not daemon.version:
        hint = "shipway up starts it, and so does the first command that needs it"
        yield line("daemon", Level.NOTE, f"none runs; this is Shipway {own}", hint)
        return
    minutes = daemon.uptime_s / 60
    since = f"{minutes:.0f} min" if minutes < 120 else f"{minutes / 60:.0f} h"
    figure = f"Shipway {daemon.version}, process {daemon.pid}, for {since}"
    if daemon.version != own:
        hint = "shipway daemon restart; no request notices"
        yield line("daemon", Level.NOTE, f"{figure}; the command is {own}", hint)
    else:
        yield line("daemon", Level.GOOD, figure)
    if daemon.ingress is not None and (daemon.ingress or daemon.environments):
        good = bool(daemon.ingress)
        figure = f"HAProxy {daemon.ingress_version}".rstrip() if good else "it does not run"
        hint = "" if good else "shipway status; shipway daemon restart brings it back"
        yield line("front door", Level.GOOD if good else Level.BAD, figure, hint)
