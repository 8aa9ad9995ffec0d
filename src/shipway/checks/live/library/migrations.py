"""R110, R151: the database has the migrations that the live release carries, no more, no less.

Each tool's own account is read: Alembic's and Django's by the tool itself, inside the live
release; Prisma's table `_prisma_migrations` beside the folders of the release's commit.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from shipway.checks.live import prisma
from shipway.checks.live.commands import Done
from shipway.checks.live.kit import ERROR, Live, Seen, Words, live, nothing
from shipway.model.application import Job

APPLIES = {
    "alembic": (("upgrade", "head"), ("upgrade", "heads")),
    "manage.py": (("migrate",), ("migrate", "--noinput"), ("migrate", "--no-input")),
}
"""What stands behind a tool that ends with 0 only when nothing is left to apply."""
REVISION = re.compile(r"^([0-9a-z_]+)(?= \((?:head|effective head)|$)", re.MULTILINE)
DEADLINE_S = 30.0

Inside = Callable[..., Done]


@live(
    "live.migrations",
    ERROR,
    serves=("R110", "R151"),
    title=Words("All migrations are applied", "마이그레이션이 모두 적용되었습니다"),
    fix=Words(
        "shipway run SERVICE -- alembic upgrade head, or `migrate:` in shipway.yaml",
        "shipway.yaml의 `migrate:`로 배포 때 적용하세요",
    ),
)
def look(seen: Live) -> Seen:
    """Compare what the release carries with what the database has on its account.

    Right after a rollout that ran it, the job's own result is the answer.
    """
    job = next((item for item in seen.app.jobs if _tool(item)), None)
    if job is None or _tool(job) == "prisma":
        of_prisma = prisma.look(seen)
        if of_prisma is not None:
            return of_prisma
    if job is None:
        raise _unknown(seen)
    if job.name in seen.scene.ran and applies_all(job):
        said = " ".join(job.argv or ())
        return Seen(
            says=Words(f"{said}: this rollout ran it to its end", f"이번 배포에서 완료: {said}"),
            figures={"job": job.name},
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


def _unknown(seen: Live) -> Exception:
    """Return the word that nobody knows how these jobs keep account, if there are any."""
    jobs = ", ".join(f"{job.name} ({' '.join(job.argv or ())})" for job in seen.app.jobs)
    if not jobs:
        return nothing("no migration is declared", "선언된 마이그레이션이 없습니다")
    return nothing(
        f"of Alembic, Prisma and Django alone it is known how they keep account, not of {jobs}",
        f"적용 내역을 확인할 수 있는 도구는 Alembic·Prisma·Django뿐입니다: {jobs}",
    )


def applies_all(job: Job) -> bool:
    """Return whether a job that has ended well has applied every migration.  Pure.

    Whatever else its command says may mean something else (`--sql`, `--fake`, one application).
    """
    words = job.argv or ()
    tool = _tool(job)
    at = next((at for at, word in enumerate(words) if word.rpartition("/")[2] == tool), None)
    return at is not None and tuple(words[at + 1 :]) in APPLIES.get(tool, ())


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
