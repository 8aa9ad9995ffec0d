"""What the doctor makes of what was read: pure, with a figure and a hint each."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shipway.doctor.machine import Clock, Daemon, Docker, Home, Machine, Port, machine_lines
from shipway.doctor.model import Level, Line
from shipway.doctor.tools import Found, own_lines, project_lines
from shipway.errors import SourceRef
from shipway.toolchain.wanted import Want

MACHINE = Machine(
    system="Debian 12, x86_64",
    cores=2,
    load=0.5,
    memory_bytes=4_000_000_000,
    memory_free_bytes=3_000_000_000,
    swap_bytes=0,
    disk_bytes=80_000_000_000,
    disk_free_bytes=50_000_000_000,
    inodes_free=0.9,
    clock=Clock(synchronised=True, off_s=0.0002, by="chrony"),
    docker=Docker(address="unix:///var/run/docker.sock", version="28.2.2", api="1.50"),
    ports=(Port(number=4400, state="free", who="staging"),),
    home=Home(path="/var/lib/shipway", exists=True, mode=0o711, owner="shipway"),
    daemon=Daemon(version="1.0", pid=7, uptime_s=3600, ingress=True, environments=1),
    own_version="1.0",
)


def found(machine: Machine, name: str) -> Line:
    return next(line for line in machine_lines(machine) if line.name == name)


def test_a_healthy_machine_has_nothing_to_mend() -> None:
    levels = {line.level for line in machine_lines(MACHINE)}
    assert levels == {Level.GOOD}
    assert all(line.figure for line in machine_lines(MACHINE))


@pytest.mark.parametrize(
    ("changed", "name", "level", "says"),
    [
        ({"disk_free_bytes": 500_000_000}, "disk", Level.BAD, "0.5 GB of 80.0 GB free"),
        ({"disk_free_bytes": 12_000_000_000}, "disk", Level.NOTE, "12.0 GB"),
        ({"inodes_free": 0.01}, "inodes", Level.NOTE, "1% free"),
        ({"memory_free_bytes": 200_000_000}, "memory", Level.NOTE, "0.2 GB of 4.0 GB"),
        ({"memory_bytes": 1_000_000_000}, "memory", Level.NOTE, "no swap"),
        ({"load": 9.0}, "processor", Level.NOTE, "load 9.0"),
        ({"clock": Clock(synchronised=True, off_s=4.0, by="chrony")}, "clock", Level.BAD, "4.0 s"),
        ({"clock": Clock(synchronised=False, by="x")}, "clock", Level.NOTE, "not synchronised"),
        ({"clock": Clock()}, "clock", Level.UNKNOWN, "nobody says"),
        (
            {"docker": Docker(address="unix:///x", version="19.03", api="1.40")},
            "docker",
            Level.NOTE,
            "API 1.40",
        ),
        (
            {
                "docker": Docker(address="unix:///x", error="no engine answers"),
                "docker_wanted": True,
            },
            "docker",
            Level.BAD,
            "no engine answers",
        ),
        (
            {"docker": Docker(address="unix:///x", keeper="shipway", error="closed to shipway")},
            "docker",
            Level.NOTE,
            "closed to shipway",
        ),
        (
            {"home": Home(path="/h", exists=True, mode=0o777, owner="x")},
            "directory",
            Level.BAD,
            "others may write",
        ),
        (
            {"home": Home(path="/h", exists=True, mode=0o711, owner="x", closed_parent="/root")},
            "directory",
            Level.NOTE,
            "/root is closed",
        ),
        (
            {
                "home": Home(
                    path="/h", exists=True, mode=0o711, owner="x", open_files=("/h/vault/k",)
                )
            },
            "secrets",
            Level.BAD,
            "can be read by others",
        ),
        ({"daemon": Daemon()}, "daemon", Level.NOTE, "none runs"),
        ({"daemon": Daemon(version="0.9", pid=1)}, "daemon", Level.NOTE, "the command is 1.0"),
        ({"daemon": Daemon(error="it does not answer")}, "daemon", Level.BAD, "does not answer"),
        (
            {"daemon": replace(MACHINE.daemon, ingress=False)},
            "front door",
            Level.BAD,
            "does not run",
        ),
    ],
)
def test_what_is_wrong_has_its_figure_and_a_hint(
    changed: dict[str, object], name: str, level: Level, says: str
) -> None:
    line = found(replace(MACHINE, **changed), name)  # type: ignore[arg-type]
    assert line.level is level
    assert says in line.figure
    assert line.hint


@pytest.mark.parametrize(
    ("state", "level"),
    [("ours", Level.GOOD), ("free", Level.GOOD), ("taken", Level.BAD), ("forbidden", Level.BAD)],
)
def test_a_port_is_free_ours_taken_or_forbidden(state: str, level: Level) -> None:
    port = Port(number=443, state=state, who="production")
    line = found(replace(MACHINE, ports=(port,)), "port 443")
    assert line.level is level
    assert "production" in line.figure


def test_shipways_own_tools() -> None:
    programs = {
        "git": (Found(path="/usr/bin/git", text="git version 2.39.5"),),
        "haproxy": (Found(path="/usr/sbin/haproxy", text="HAProxy version 2.4.1"),),
    }
    lines = {line.name: line for line in own_lines(programs)}
    assert lines["git"].level is Level.GOOD
    assert (lines["haproxy"].level, lines["haproxy"].figure) == (Level.NOTE, "2.4.1")
    assert lines["restic"].level is Level.NOTE
    assert "nothing is backed up" in lines["restic"].hint
    missing = {line.name: line for line in own_lines({})}
    assert missing["haproxy"].level is Level.BAD


def want(tool: str, versions: str, path: str = "package.json", line: int | None = 3) -> Want:
    return Want(tool=tool, range=versions, source=SourceRef(path=path, line=line))


def test_what_a_file_asks_for_is_compared_with_what_is_there() -> None:
    """R215: Node, pnpm, Python, Poetry, Docker by the project's own files."""
    wants = [
        want("node", ">=20"),
        want("pnpm", ">=9"),
        want("python", ">=3.12", "pyproject.toml"),
        want("poetry", "", "poetry.lock", None),
        want("docker", "", "compose.yaml", None),
    ]
    programs = {
        "node": (Found(path="node", text="v18.20.4"),),
        "pnpm": (Found(path="pnpm", text="9.12.0"),),
        "python": (
            Found(path="python3", text="Python 3.11.2"),
            Found(path="python3.12", text="Python 3.12.7"),
        ),
        "docker": (Found(path="docker", text="28.2.2"),),
    }
    lines = {line.name: line for line in project_lines(wants, programs)}
    assert lines["node"].level is Level.NOTE
    assert lines["node"].figure == "18.20.4"
    assert lines["node"].wanted == ">=20 (package.json:3)"
    assert "nvm install 20" in lines["node"].hint
    assert lines["pnpm"].level is Level.GOOD
    assert (lines["python"].level, lines["python"].figure) == (Level.GOOD, "3.12.7")
    assert (lines["poetry"].level, lines["poetry"].hint) == (Level.NOTE, "pipx install poetry")
    assert lines["docker"].level is Level.GOOD
    deciding = {line.name: line for line in project_lines(wants, programs, deciding=("node",))}
    assert deciding["node"].level is Level.BAD


def test_a_range_that_nobody_understands_is_left_to_a_person() -> None:
    programs = {"node": (Found(path="/usr/bin/node", text="v20.1.0"),)}
    (line,) = project_lines([want("node", "lts/*", ".nvmrc")], programs)
    assert line.level is Level.UNKNOWN
    assert "lts/*" in line.wanted
