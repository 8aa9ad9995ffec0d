"""A commit's checks, asked of a real HTTP server that answers as GitHub and Gitea do."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from shipway.errors import Problem
from shipway.forges import ForgeChecks
from shipway.model.pipeline import CheckState, CiSettings
from shipway.model.pipeline import Forge as Kind
from tests.pipeline.forge import TOKEN, Forge, forge, run

COMMIT = "4f3b1c9a77d2e8b6c0a14f3b1c9a77d2e8b6c0a1"


@pytest.fixture
def server() -> Iterator[Forge]:
    with forge() as found:
        yield found


def ask(server: Forge, kind: Kind, token: str = "") -> dict[str, CheckState]:
    ci = CiSettings(forge=kind, repository="acme/shop", url=server.url)
    return {item.name: item.state for item in ForgeChecks().of(ci, COMMIT, token=token)}


def test_github_has_statuses_and_check_runs(server: Forge) -> None:
    server.statuses[COMMIT] = [{"context": "coverage", "state": "failure"}]
    server.runs[COMMIT] = [run("backend"), run("e2e", "timed_out"), run("deploy", None)]
    assert ask(server, Kind.GITHUB) == {
        "coverage": CheckState.FAILED,
        "backend": CheckState.PASSED,
        "e2e": CheckState.FAILED,
        "deploy": CheckState.PENDING,
    }


def test_gitea_has_statuses_with_names_of_their_own(server: Forge) -> None:
    server.statuses[COMMIT] = [
        {"context": "ci / backend (push)", "status": "success"},
        {"context": "ci / web (push)", "status": "error"},
    ]
    assert ask(server, Kind.GITEA) == {
        "ci / backend (push)": CheckState.PASSED,
        "ci / web (push)": CheckState.FAILED,
    }
    assert server.asked == [f"/api/v1/repos/acme/shop/commits/{COMMIT}/status"]


def test_every_page_is_read(server: Forge) -> None:
    server.runs[COMMIT] = [run(f"part-{number}") for number in range(230)]
    server.runs[COMMIT].append(run("last", "failure"))
    found = ask(server, Kind.GITHUB)
    assert len(found) == 231
    assert found["last"] is CheckState.FAILED


def test_a_private_repository_wants_the_token(server: Forge) -> None:
    server.private = True
    server.runs[COMMIT] = [run("backend")]
    with pytest.raises(Problem, match="`token` is not set"):
        ask(server, Kind.GITHUB)
    assert ask(server, Kind.GITHUB, TOKEN) == {"backend": CheckState.PASSED}


@pytest.mark.parametrize(
    ("status", "says"), [(401, "not valid"), (301, "moved"), (500, "no reason")]
)
def test_a_refusal_is_said_and_no_redirect_takes_the_token_along(
    server: Forge, status: int, says: str
) -> None:
    server.refuse = status
    with pytest.raises(Problem, match=says) as caught:
        ask(server, Kind.GITHUB, TOKEN)
    assert TOKEN not in str(caught.value)
    assert len(server.asked) == 1


def test_a_token_does_not_travel_in_the_clear() -> None:
    ci = CiSettings(forge=Kind.GITEA, repository="acme/shop", url="http://git.example.com")
    with pytest.raises(Problem, match="not https"):
        ForgeChecks().of(ci, COMMIT, token=TOKEN)


def test_a_server_that_is_away_is_named() -> None:
    ci = CiSettings(forge=Kind.GITHUB, repository="acme/shop", url="http://127.0.0.1:9")
    with pytest.raises(Problem, match="does not answer") as caught:
        ForgeChecks().of(ci, COMMIT, token="")
    assert caught.value.kind == "ci-unreachable"
