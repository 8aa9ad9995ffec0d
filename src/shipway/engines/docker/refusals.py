"""What is said where a container cannot be as it was planned."""

from __future__ import annotations

from shipway.engines.docker import names
from shipway.engines.docker.listing import Summary
from shipway.engines.docker.plan import ContainerPlan
from shipway.errors import Problem


def refuse_stateful_change(one: Summary, plan: ContainerPlan) -> None:
    """Raise Problem `stateful-change` where a stateful service's container is to be another."""
    labels = one["Labels"]
    if not names.keeps_data(labels) or labels.get(names.CONFIG_HASH) == plan.config_hash:
        return
    service = labels.get(names.SERVICE)
    image = (
        f" (image {str(one['ImageID'])[7:19]} → {str(plan.body['Image'])[7:19]})"
        if one["ImageID"] != plan.body["Image"]
        else ""
    )
    raise Problem(
        "stateful-change",
        f"{service}: its definition, variables, files or image changed{image}, and a stateful "
        "service is never replaced by a rollout. It runs on as it was.",
        hints=[
            "undo the change in the Compose file or the variables",
            "plan the change of the stateful service, with a backup before it",
        ],
    )


def too_slow(what: str, container: str, limit_s: float) -> Problem:
    """Return the Problem `deadline` of an engine that has not done what it was asked."""
    return Problem(
        "deadline",
        f"The Docker Engine has not {what} the container {container[:12]} within {limit_s:.0f} s.",
        hints=[f"docker rm -f {container[:12]}"],
    )


def name_taken(name: str) -> Problem:
    """Return the Problem of a name that somebody else's container has."""
    return Problem(
        "name-taken",
        f"A container called {name} exists and is not Shipway's.",
        hints=[f"docker rename {name} {name}.old"],
    )
