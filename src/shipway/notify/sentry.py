"""Tells Sentry of a release and of its deploy, over its HTTP API.

POST /api/0/organizations/ORG/releases/                 {version, projects, ref, …}
POST /api/0/organizations/ORG/releases/VERSION/deploys/ {environment, name, …}
Both may be repeated: a release that is there is answered 208 and stays.
"""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from shipway.errors import Problem
from shipway.ports_observe import Deployed

DEADLINE_S = 15.0
ANSWER_BYTES = 10_000


class SentryReporter:
    """Implements the port DeployReporter."""

    def report(self, deployed: Deployed, *, token: str) -> None:
        """Ensure that Sentry knows the release and the deploy.  Raises Problem."""
        settings = deployed.settings
        base = (
            f"{settings.url.rstrip('/')}/api/0/organizations/"
            f"{quote(settings.organization, safe='')}/releases/"
        )
        _post(
            base,
            {
                "version": deployed.version,
                "projects": list(settings.projects),
                "ref": deployed.commit,
                "dateReleased": deployed.at,
            },
            token,
        )
        _post(
            f"{base}{quote(deployed.version, safe='')}/deploys/",
            {
                "environment": deployed.environment,
                "name": deployed.name,
                "dateFinished": deployed.at,
                "projects": list(settings.projects),
            },
            token,
        )


def _post(address: str, body: Mapping[str, Any], token: str) -> None:
    request = urllib.request.Request(  # noqa: S310 - http or https, as shipway.yaml's schema says
        address,
        data=json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        method="POST",
    )
    try:
        with urllib.request.urlopen(request, timeout=DEADLINE_S) as answer:  # noqa: S310 - as above
            answer.read(ANSWER_BYTES)
    except urllib.error.HTTPError as error:
        error.close()
        hints = ["the token needs the scope project:releases"] if error.code in {401, 403} else []
        raise Problem(
            "sentry-refused", f"Sentry answered {error.code} to {address}.", hints=hints
        ) from None
    except (OSError, http.client.HTTPException) as error:
        raise Problem(
            "sentry-refused", f"Sentry does not answer at {address} ({type(error).__name__})."
        ) from None
