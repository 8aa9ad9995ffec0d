"""Jobs that run once a release, in the new artifact, before the switch.

Meanwhile the release's instances are created, which saves the user's time; they are started
only where the owner says that the application may boot beside its migration.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from shipway.errors import Problem
from shipway.model.application import Job
from shipway.rollout.data_choice import point_name
from shipway.rollout.run import Run
from shipway.rollout.steps.start import create_all, place, remove_new, start_web
from shipway.rollout.workloads import job_workload
from shipway.saga.step import Step, Watch


def run_jobs(run: Run, watch: Watch) -> Mapping[str, Any]:
    """Run the release's jobs that have not run in this environment yet, in order."""
    app, release, store = run.app, run.release, run.world.store
    place(run)
    placement = store.placements.get(run.environment, release.number)
    done = set(placement.jobs_done) if placement else set()
    due = [job for job in app.jobs if job.name not in done]
    for name in sorted(done):
        run.note("migrate", f"{name}: ran already for {release.label}")
    if due:
        _name_the_moment(run)
    meanwhile = start_web if all(job.beside for job in due) else create_all
    with ThreadPoolExecutor(1, thread_name_prefix="meanwhile") as pool:
        begun = pool.submit(meanwhile, run)
        for job in due:
            _run_job(run, job, watch)
            store.placements.job_done(run.environment, release.number, job.name)
        begun.result()
    return {"jobs": [job.name for job in app.jobs]}


def _name_the_moment(run: Run) -> None:
    """Set a restore point, so that `rollback --with-data` can come back to before the jobs."""
    if run.world.data.points is None:
        return
    name = point_name(run.label, run.rollout.id)
    for point in run.world.data.points.set(run.environment, name):
        run.note("migrate", f"restore point {point.name} in {point.service}")


def _run_job(run: Run, job: Job, watch: Watch) -> None:
    last: deque[str] = deque(maxlen=12)

    def keep(line: str) -> None:
        last.append(line)
        run.output("migrate", f"{job.name}: {line}")

    code = run.kit.engine.run(
        job_workload(run.app, job, run.release),
        deadline_s=min(job.deadline_s, watch.remaining_s),
        output=keep,
        cancelled=watch.cancelled,
    )
    if code == 0:
        return
    what = " ".join(job.argv) if job.argv else f"the service {job.service}"
    raise Problem(
        "job-failed",
        f"{job.name}: `{what}` of {run.label} ended with exit code {code}. {run.still_serves} "
        "The database is as this job left it.",
        details=tuple(last),
        hints=[
            f"shipway follow {run.rollout.id}",
            "mend the migration, commit it, and deploy again",
        ],
    )


STEP = Step(
    name="migrate",
    title="migrate",
    do=run_jobs,
    undo=remove_new,
    stays="the database stays as the jobs left it; an earlier release must be able to live with it",
    deadline_s=3600.0,
)
