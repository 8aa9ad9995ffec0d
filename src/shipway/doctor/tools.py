"""The programs: what Shipway needs, what the project's files ask for, what is there.  Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from shipway.doctor.model import Level, Line
from shipway.toolchain.ranges import Version, satisfies, shown, version_of
from shipway.toolchain.wanted import Want

OWN = "Shipway's own tools"
PROJECT = "What this project asks for"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A program of this machine.  text: what it says of its version; empty: it said nothing."""

    path: str
    text: str

    @property
    def version(self) -> Version | None:
        """Return the version, None where it said none."""
        return version_of(self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """A program that Shipway runs.  range: what was tested with; without: what is lost."""

    tool: str
    range: str
    package: str
    without: str
    always: bool = False


NEEDS = (
    Need(tool="git", range=">=2.30", package="git", without="nothing can be deployed", always=True),
    Need(
        tool="haproxy",
        range=">=2.6",
        package="haproxy",
        without="there is no front door, so nothing can be served",
        always=True,
    ),
    Need(tool="restic", range=">=0.14", package="restic", without="nothing is backed up"),
    Need(
        tool="postgres",
        range=">=13",
        package="postgresql",
        without="the process engine runs no PostgreSQL",
    ),
    Need(
        tool="redis",
        range=">=6",
        package="redis-server",
        without="the process engine runs no Redis",
    ),
)

_GET = {
    "node": "https://nodejs.org, or nvm install {version}",
    "npm": "npm install -g npm@{version}",
    "pnpm": "corepack enable pnpm, or npm install -g pnpm@{version}",
    "yarn": "corepack enable yarn",
    "bun": "https://bun.sh",
    "python": "uv python install {version}",
    "poetry": "pipx install poetry",
    "uv": "pipx install uv",
    "pipenv": "pipx install pipenv",
    "docker": "apt-get install docker.io; on macOS Docker Desktop or OrbStack",
    "railway": "npm install -g @railway/cli",
}


def own_lines(found: Mapping[str, Sequence[Found]]) -> Iterator[Line]:
    """Yield a line for each program that Shipway runs."""
    for need in NEEDS:
        best = _best(found.get(need.tool, ()), need.range)
        if best is None:
            yield Line(
                group=OWN,
                name=need.tool,
                level=Level.BAD if need.always else Level.NOTE,
                figure="not there",
                wanted=need.range,
                hint=f"apt-get install {need.package}; without it {need.without}",
            )
            continue
        fits = best.version is not None and satisfies(best.version, need.range)
        yield Line(
            group=OWN,
            name=need.tool,
            level=Level.GOOD if fits else Level.UNKNOWN if best.version is None else Level.NOTE,
            figure=_figure(best),
            wanted=need.range,
            hint=""
            if fits
            else f"apt-get install {need.package}, of a newer release of the system",
        )


def project_lines(
    wants: Sequence[Want], found: Mapping[str, Sequence[Found]], *, deciding: Collection[str] = ()
) -> Iterator[Line]:
    """Yield a line for each tool that files ask for, and one for each wish that is not met.

    deciding: the tools without which the project cannot be deployed from here.
    """
    by_tool: dict[str, list[Want]] = {}
    for want in wants:
        by_tool.setdefault(want.tool, []).append(want)
    for tool, wishes in sorted(by_tool.items()):
        have = found.get(tool, ())
        bad = Level.BAD if tool in deciding else Level.NOTE
        if not have:
            wish = next((item for item in wishes if item.range), wishes[0])
            yield Line(
                group=PROJECT,
                name=tool,
                level=bad,
                figure="not there",
                wanted=_said(wish),
                hint=_get(tool, wish.range),
            )
            continue
        yield from _wishes(tool, wishes, have, bad)


def _wishes(tool: str, wishes: Sequence[Want], have: Sequence[Found], bad: Level) -> Iterator[Line]:
    unmet, unclear = [], []
    met: list[tuple[Want, Found]] = []
    for wish in wishes:
        best = _best(have, wish.range) or have[0]
        fits = _fits(best, wish.range)
        if fits is None:
            unclear.append((wish, best))
        elif fits:
            met.append((wish, best))
        else:
            unmet.append((wish, best))
    for wish, best in unmet:
        yield Line(
            group=PROJECT,
            name=tool,
            level=bad,
            figure=_figure(best),
            wanted=_said(wish),
            hint=_get(tool, wish.range),
        )
    for wish, best in unclear:
        yield Line(
            group=PROJECT,
            name=tool,
            level=Level.UNKNOWN,
            figure=_figure(best),
            wanted=_said(wish),
            hint=f"compare it yourself: {best.path} --version",
        )
    if met and not unmet and not unclear:
        said = next((item for item in met if item[0].range), met[0])
        yield Line(
            group=PROJECT,
            name=tool,
            level=Level.GOOD,
            figure=_figure(said[1]),
            wanted=_said(said[0]),
        )


def _best(have: Sequence[Found], wanted: str) -> Found | None:
    """Return the program that fits; the first where none does."""
    return next((item for item in have if _fits(item, wanted)), have[0] if have else None)


def _fits(found: Found, wanted: str) -> bool | None:
    if not wanted:
        return True
    return None if found.version is None else satisfies(found.version, wanted)


def _figure(found: Found) -> str:
    return shown(found.version) if found.version else found.text.strip()[:40] or "says no version"


def _said(want: Want) -> str:
    return f"{want.range or 'any'} ({want.source})"


def _get(tool: str, wanted: str) -> str:
    version = version_of(wanted)
    return _GET.get(tool, "").format(version=shown(version) if version else "latest")
