"""Jobs that run in the new artifact before the switch: once a release, or once for ever.

Meanwhile the release's instances are created, which saves the user's time; they are started
only where the owner says that the application may boot beside its migration.  Before the
first job or the first new process the moment gets a name.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
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
    ran = _ran_already(run)
    for name, label in ran.items():
        run.note("migrate", f"{name}: ran already for {label}")
    due = [job for job in app.jobs if job.name not in ran]
    with ThreadPoolExecutor(1, thread_name_prefix="meanwhile") as pool:
        meanwhile: list[Future[Any]] = [pool.submit(create_all, run)]
        _name_the_moment(run)

        if due and all(job.beside for job in due):
            meanwhile.append(pool.submit(start_web, run))
        for job in due:
            _run_job(run, job, watch)
            if job.once:
                details = {"job": job.name, "release": release.number, "rollout": run.rollout.id}
                store.audit.add(
                    run.rollout.requested_by, "job-once", run.environment, details=details
                )
            store.placements.job_done(run.environment, release.number, job.name)
        for one in meanwhile:
            one.result()
    return {"jobs": [job.name for job in app.jobs]}


def _ran_already(run: Run) -> dict[str, str]:
    """Return the jobs that need not run, and for which release each ran."""
    ran: dict[str, str] = {}
    for placement in run.world.store.placements.in_environment(run.environment):
        for job in run.app.jobs:
            own = placement.release == run.release.number
            if job.name in placement.jobs_done and (own or job.once):
                ran[job.name] = placement.label
    return ran


def _name_the_moment(run: Run) -> None:
    """Set a restore point, so that `rollback --with-data` can come back to before this rollout.

    With or without a job: a release spoils data by its code as well as by its migration.
    """
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
