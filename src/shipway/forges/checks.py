"""A commit's checks, over GitHub's or Gitea's HTTP API.

GitHub: GET /repos/OWNER/NAME/commits/SHA/status       what services report
        GET /repos/OWNER/NAME/commits/SHA/check-runs   what Actions and apps report
Gitea:  GET /api/v1/repos/OWNER/NAME/commits/SHA/status
https://docs.github.com/rest/commits/statuses, https://docs.github.com/rest/checks/runs,
https://docs.gitea.com/api/ (repoGetCombinedStatusByRef)
"""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from shipway.errors import Problem
from shipway.model.pipeline import CheckState, CiSettings, CommitCheck, Forge

DEADLINE_S = 15.0
BYTES_MAX = 4_194_304
PAGE = 100
PAGES_MAX = 10
LOCAL = frozenset({"127.0.0.1", "::1", "localhost"})

_RUNS = {
    "success": CheckState.PASSED,
    "neutral": CheckState.PASSED,
    "skipped": CheckState.SKIPPED,
}
_STATUSES = {
    "success": CheckState.PASSED,
    "warning": CheckState.PASSED,
    "pending": CheckState.PENDING,
    "skipped": CheckState.SKIPPED,
}


class ForgeChecks:
    """Implements the port CommitChecks."""

    def of(self, ci: CiSettings, commit: str, *, token: str) -> tuple[CommitCheck, ...]:
        """Return the newest state of every check of a commit."""
        repository = "/".join(quote(part, safe="") for part in ci.repository.split("/"))
        if ci.forge is Forge.GITEA:
            base = f"{ci.url}/api/v1/repos/{repository}/commits/{commit}"
            return _statuses(_all(f"{base}/status", "statuses", token, page="limit"))
        base = f"{ci.url}/repos/{repository}/commits/{commit}"
        return (
            *_statuses(_all(f"{base}/status", "statuses", token, page="per_page")),
            *_runs(_all(f"{base}/check-runs", "check_runs", token, page="per_page")),
        )


def _statuses(found: list[Mapping[str, Any]]) -> tuple[CommitCheck, ...]:
    """Return what services reported.  GitHub calls a status' state `state`, Gitea `status`."""
    return tuple(
        CommitCheck(
            name=str(item.get("context") or "status"),
            state=_STATUSES.get(str(item.get("state") or item.get("status")), CheckState.FAILED),
            url=str(item.get("target_url") or ""),
        )
        for item in found
    )


def _runs(found: list[Mapping[str, Any]]) -> tuple[CommitCheck, ...]:
    return tuple(
        CommitCheck(
            name=str(item.get("name") or "check"),
            state=_RUNS.get(str(item.get("conclusion")), CheckState.FAILED)
            if item.get("status") == "completed"
            else CheckState.PENDING,
            url=str(item.get("html_url") or ""),
        )
        for item in found
    )


def _all(address: str, key: str, token: str, *, page: str) -> list[Mapping[str, Any]]:
    """Return the items of all pages."""
    found: list[Mapping[str, Any]] = []
    for number in range(1, PAGES_MAX + 1):
        answer = _get(f"{address}?{page}={PAGE}&page={number}", token)
        items = answer.get(key) or ()
        found += [item for item in items if isinstance(item, Mapping)]
        total = answer.get("total_count")
        if not items or not isinstance(total, int) or len(found) >= total:
            break
    return found


class _Stay(urllib.request.HTTPRedirectHandler):
    """Follows nothing: a token is for the host that was named, for no other."""

    def redirect_request(self, *_: Any) -> None:
        """Say that there is nowhere else to go."""
        return


_OPENER = urllib.request.build_opener(_Stay)


def _get(address: str, token: str) -> Mapping[str, Any]:
    parts = urlsplit(address)
    if token and parts.scheme != "https" and parts.hostname not in LOCAL:
        raise Problem(
            "ci-refused",
            f"{parts.scheme}://{parts.netloc} is not https; a token does not travel in the clear.",
            hints=["url: https://…, below ci: in shipway.yaml"],
        )
    headers = {"Accept": "application/json", "User-Agent": "shipway"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    request = urllib.request.Request(address, headers=headers)  # noqa: S310 - http or https, as shipway.yaml's schema says
    try:
        with _OPENER.open(request, timeout=DEADLINE_S) as answer:
            body = answer.read(BYTES_MAX + 1)
    except urllib.error.HTTPError as error:
        error.close()
        raise _refused(parts.netloc, error.code, had_token=bool(token)) from None
    except (OSError, http.client.HTTPException) as error:
        why = getattr(error, "reason", None) or type(error).__name__
        raise Problem(
            "ci-unreachable",
            f"{parts.netloc} does not answer ({why}), so nobody knows how CI stands.",
        ) from None
    try:
        found = json.loads(body) if len(body) <= BYTES_MAX else None
    except ValueError:
        found = None
    if not isinstance(found, Mapping):
        raise Problem("ci-refused", f"{parts.netloc} answered what is no list of checks.")
    return found


def _refused(host: str, status: int, *, had_token: bool) -> Problem:
    why = {
        401: "the token is not valid",
        403: "the token may not read the checks of this repository",
        404: "there is no such repository or commit"
        + ("" if had_token else ", or it is private and `token` is not set"),
        422: "it does not know the commit",
    }.get(status, "moved" if 300 <= status < 400 else "it gave no reason")
    hints = ["git push, where the commit is only here"] if status in {404, 422} else []
    return Problem("ci-refused", f"{host} answered {status}: {why}.", hints=hints)
