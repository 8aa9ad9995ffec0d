"""Deploy, promote, roll back: first the plan, then the same plan as a rollout."""

from __future__ import annotations

from typing import Annotated

from fastapi import Form, Request
from starlette.responses import Response

from shipway.api.late import Routes
from shipway.api.routes.common import Environment, Services, Who
from shipway.errors import Problem
from shipway.model.names import parse_release
from shipway.model.records import RolloutKind
from shipway.rollout.plan import Plan, plan_rollout
from shipway.rollout.requests import RolloutRequest
from shipway.web.pages.common import Known, go
from shipway.web.render import page

router = Routes()

Ref = Annotated[str, Form(max_length=256)]


@router.get("/projects/{project}/environments/{environment}/plan/{kind}")
def plan(
    request: Request,
    service: Services,
    project: Known,
    environment: Environment,
    who: Who,
    kind: RolloutKind,
    ref: str = "HEAD",
    to: str | None = None,
    source: str = "staging",
) -> Response:
    """Show what would happen, to say yes to."""
    wanted = _request(project.directory, environment.name, who, kind, ref[:256], to, source)
    found = plan_rollout(service.world, wanted)
    return page(
        request.scope,
        "plan.html",
        project=project.name,
        area="overview",
        plan=found,
        wanted=wanted,
        expected=_mark(found),
    )


@router.post("/projects/{project}/environments/{environment}/rollouts")
def begin(
    service: Services,
    project: Known,
    environment: Environment,
    who: Who,
    kind: Annotated[RolloutKind, Form()],
    expected: Annotated[str, Form(max_length=300)],
    ref: Ref = "HEAD",
    to: Annotated[str | None, Form(max_length=12)] = None,
    source: Annotated[str, Form(max_length=31)] = "staging",
) -> Response:
    """Begin what was read, and nothing else."""
    wanted = _request(project.directory, environment.name, who, kind, ref, to or None, source)
    if _mark(plan_rollout(service.world, wanted)) != expected:
        raise Problem(
            "plan-outdated",
            f"{environment} has changed since the plan was shown. Nothing was begun: "
            "read the new plan.",
        )
    rollout = service.conductor.begin(wanted)
    return go(f"/rollouts/{rollout.id}")


def _request(
    directory: str,
    environment: str,
    who: str,
    kind: RolloutKind,
    ref: str,
    to: str | None,
    source: str,
) -> RolloutRequest:
    return RolloutRequest(
        kind=kind,
        directory=directory,
        environment=environment,
        who=who,
        ref=ref or "HEAD",
        release=parse_release(to) if to else None,
        source=source,
    )


def _mark(plan: Plan) -> str:
    """Return what makes a plan this plan: who has read it wants exactly this."""
    return f"{plan.release or plan.commit.hash} over {plan.live or 'nothing'}"
