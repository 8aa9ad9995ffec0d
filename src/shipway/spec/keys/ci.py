"""`ci`: where the CI of a commit is asked before its release is promoted."""

from __future__ import annotations

from shipway.errors import Problem, SourceRef
from shipway.model.pipeline import GITHUB_API, CiSettings, Forge
from shipway.spec import forms
from shipway.spec.scalars import Text
from shipway.spec.shapes import Field, ListOf, Record

REPOSITORY = Text("owner/name", r"[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+")


def _ci(
    *,
    source: SourceRef,
    github: str = "",
    gitea: str = "",
    url: str = "",
    token: str = "",
    checks: tuple[str, ...] = (),
) -> CiSettings:
    if bool(github) == bool(gitea):
        raise Problem("invalid-spec", "write github or gitea, one of the two.", source=source)
    if gitea and not url:
        raise Problem(
            "invalid-spec",
            "gitea wants a url: where it is.",
            source=source,
            hints=["url: https://git.example.com"],
        )
    return CiSettings(
        forge=Forge.GITHUB if github else Forge.GITEA,
        repository=github or gitea,
        url=(url or GITHUB_API).rstrip("/"),
        token=token,
        checks=tuple(checks),
    )


CI = Record(
    "ci",
    (
        Field(
            "github",
            REPOSITORY,
            "The repository on GitHub: the commit's statuses and check runs are asked.",
            words="gitea is named",
            example="acme/shop",
        ),
        Field(
            "gitea",
            REPOSITORY,
            "The repository on Gitea or Forgejo: the commit's statuses are asked.",
            words="github is named",
            example="acme/shop",
        ),
        Field(
            "url",
            Text("an address", r"https?://[^\s@]+"),
            "Where the API is: Gitea's own address, or GitHub Enterprise's"
            " `https://HOST/api/v3`. A token is sent over https only, or to this machine.",
            words="GitHub's own",
            example="https://git.example.com",
        ),
        Field(
            "token",
            forms.SECRET,
            "The secret that may read the repository's checks, of the environment that is"
            " promoted to or from.",
            words="asked without a token, which is enough for public repositories",
            example="CI_TOKEN",
        ),
        Field(
            "checks",
            ListOf(Text("the name of a check", r"\S[^\n]*"), empty=False),
            "The checks that must have passed. Name them where the promotion itself runs as"
            " one of the commit's checks.",
            words="every one that there is, but those named like an environment",
            example="[ci / backend, ci / frontend]",
        ),
    ),
    _ci,
)
