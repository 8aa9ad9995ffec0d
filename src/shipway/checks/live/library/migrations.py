"""R151: the database is at the head of the migrations that the live release carries."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from shipway.checks.live.kit import ERROR, Live, Seen, Words, live, nothing
from shipway.checks.live.scene import Done
from shipway.model.application import Job

REVISION = re.compile(r"^([0-9a-z_]+)(?= \((?:head|effective head)|$)", re.MULTILINE)
DEADLINE_S = 30.0

Inside = Callable[..., Done]


@live(
    "live.migrations",
    ERROR,
    serves=("R151",),
    title=Words("All migrations are applied", "마이그레이션이 모두 적용되었습니다"),
    fix=Words(
        "shipway run SERVICE -- alembic upgrade head, or `migrate:` in shipway.yaml",
        "shipway.yaml의 `migrate:`로 배포 때 적용하세요",
    ),
)
def look(seen: Live) -> Seen:
    """Ask the migration tool itself, in an instance of the live release."""
    job = next((item for item in seen.app.jobs if _tool(item)), None)
    if job is None:
        raise nothing(
            "no migration by Alembic, Prisma or Django is declared",
            "선언된 마이그레이션(Alembic·Prisma·Django)이 없습니다",
        )
    running = seen.instances(job.service)
    if not running:
        raise nothing(f"{job.service} does not run", f"{job.service} 실행 중이 아닙니다")

    def inside(*argv: str) -> Done:
        return seen.inside(running[0], *argv, deadline_s=DEADLINE_S)

    return {"alembic": _alembic, "prisma": _prisma, "manage.py": _django}[_tool(job)](inside)


def _tool(job: Job) -> str:
    words = " ".join(job.argv or ())
    return next((name for name in ("alembic", "prisma", "manage.py") if name in words), "")


def _alembic(inside: Inside) -> Seen:
    with ThreadPoolExecutor(2, thread_name_prefix="alembic") as pool:  # each starts a Python
        heads, current = pool.map(lambda word: inside("alembic", word), ("heads", "current"))
    if heads.code != 0 or current.code != 0:
        raise nothing("alembic could not be asked", "alembic 실행에 실패했습니다")
    wanted, there = revisions(heads.text), revisions(current.text)
    return compared(wanted, there)


def revisions(text: str) -> set[str]:
    """Return the revisions in what `alembic heads` or `current` prints, log lines left out."""
    lines = (line.strip() for line in text.splitlines() if not line.startswith("INFO"))
    return {found[1] for line in lines if (found := REVISION.match(line))}


def compared(wanted: set[str], there: set[str]) -> Seen:
    """Return what a difference between the repository's heads and the database's means."""
    heads, now = ", ".join(sorted(wanted)), ", ".join(sorted(there)) or "nothing"
    return Seen(
        says=Words(f"the database is at {now}", f"데이터베이스 리비전 {now}"),
        wrong=()
        if wanted == there
        else (
            Words(
                f"the database is at {now}, the release's head is {heads}",
                f"데이터베이스는 {now}, 릴리스의 head는 {heads}",
            ),
        ),
        figures={"head": sorted(wanted), "database": sorted(there)},
    )


def _prisma(inside: Inside) -> Seen:
    return _exit_code(inside("npx", "--no-install", "prisma", "migrate", "status"), "prisma")


def _django(inside: Inside) -> Seen:
    return _exit_code(inside("python", "manage.py", "migrate", "--check"), "django")


def _exit_code(done: Done, tool: str) -> Seen:
    if done.code is None or done.code in {126, 127}:
        raise nothing(f"{tool} could not be asked", f"{tool} 실행에 실패했습니다")
    last = (done.text.strip().splitlines() or [""])[-1][:200]
    return Seen(
        says=Words(f"{tool} says that none is missing", f"{tool}: 누락 없음"),
        wrong=() if done.code == 0 else (Words(f"{tool}: {last}", f"{tool}: {last}"),),
        figures={"exit_code": done.code},
    )
