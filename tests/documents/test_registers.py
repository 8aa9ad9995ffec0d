"""Registers that are kept by looking: small issues, recommendations, files, the configuration."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from shipway.documents import written
from shipway.documents.facts import CheckFacts, IndicatorFacts
from shipway.documents.registers.configuration import configuration
from shipway.documents.registers.issues import minor_issues
from shipway.documents.registers.recommendations import recommendations
from shipway.documents.registers.tracker import tracked_files
from shipway.model.application import Application, RouteRule
from shipway.model.backup_settings import BackupSettings
from shipway.model.declared import ChangedFile, DocumentSpec, IssueSpec, RecommendationSpec
from shipway.model.evidence import Result
from shipway.model.names import EnvironmentId
from shipway.model.routing import RateLimit
from shipway.model.watching import Channel, Watching
from shipway.model.words import Words
from tests.documents.samples import shop

CALENDAR = "apps/desktop/src/CalendarView.vue"
LOGIN = "apps/desktop/src/LoginView.vue"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in {
        CALENDAR: "<script>\n  // TODO: show the error message\n</script>\n",
        LOGIN: "<template>\n<!-- FIXME MS360 OAuth -->\n</template>\n",
        "apps/desktop/src/done.vue": "nothing to do\n",
        "apps/desktop/node_modules/other/index.js": "// TODO of somebody else\n",
        "Dockerfile": "RUN --mount=type=cache,target=/root/.cache pip install .\n",
        "nginx.conf": "listen 80;\n",
        "hubs/sales/deploy-oracle.sh": "echo\n",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def test_a_todo_is_told_with_file_line_and_effect_and_blocks_nothing(project: Path) -> None:
    """R013: the files are searched where the owner says; the owner tells what it means."""
    about = DocumentSpec(
        todos=("apps/desktop",),
        issues=(
            IssueSpec(file=LOGIN, text="MS360 login is missing", effect="devAuth is in use"),
            IssueSpec(file="apps/desktop/src/done.vue", text="was mended"),
            IssueSpec(text="the manual is old"),
        ),
    )
    found = minor_issues(project, about)
    assert [(one.place, one.text, one.effect, one.found) for one in found] == [
        (f"{CALENDAR}:2", "show the error message", "", True),
        (f"{LOGIN}:2", "MS360 login is missing", "devAuth is in use", True),
        ("apps/desktop/src/done.vue", "was mended", "", False),
        ("", "the manual is old", "", None),
    ]
    facts = replace(shop(), issues=found, variables=(), checks=())
    text = written("checklist", facts, "en", "md")
    assert (
        f"| `{LOGIN}:2` | MS360 login is missing | devAuth is in use | found in the file |" in text
    )
    assert "| was mended | not told | its file holds no TODO any more |" in text
    assert "**Ready.** No check failed." in text


@pytest.mark.parametrize("path", ["/etc", "../outside", "no/such/folder", "**/../.."])
def test_issues_are_never_looked_for_outside_of_the_project(project: Path, path: str) -> None:
    (project.parent / "outside").mkdir(exist_ok=True)
    (project.parent / "outside" / "x.py").write_text("# TODO not ours")
    assert minor_issues(project, DocumentSpec(todos=(path,))) == ()


def application(**more: object) -> Application:
    values: dict[str, object] = {
        "environment": EnvironmentId("shop", "production"),
        "services": (),
        "routes": (RouteRule(service="web"),),
        "port": 443,
        "backup": BackupSettings(scheduled=False),
        **more,
    }
    return Application(**values)  # type: ignore[arg-type]


def closed(app: Application, **more: object) -> list[bool]:
    known: dict[str, object] = {"checks": (), "indicators": (), "structured_logs": 0, **more}
    own = (RecommendationSpec(text="a load test", check="journey.load"),)
    found = recommendations(app, own, **known)  # type: ignore[arg-type]
    return [one.closed_by is not None for one in found]


def test_a_recommendation_closes_by_itself_once_it_is_supplied() -> None:
    """R014: rate limit, JSON logs, metrics, alerts, backups; then the owner's by a check."""
    assert closed(application()) == [False] * 6
    limited = RouteRule(service="web", rate=RateLimit(requests=60, burst=20))
    assert closed(application(routes=(limited,)))[0]
    assert closed(application(), structured_logs=3)[1]
    measured = IndicatorFacts(
        title=Words("x", "x"), target="", alarm="", level=Words("", ""), value="1 s"
    )
    assert closed(application(), indicators=(measured,))[2]
    told = Watching(channels=(Channel(name="team", variable="SLACK_URL"),))
    assert closed(application(watching=told))[3]
    assert closed(application(backup=BackupSettings()))[4]
    check = CheckFacts(
        id="journey.load",
        area="journey",
        title=Words("", ""),
        state=Result.PASSED,
        severity="error",
    )
    assert closed(application(), checks=(check,))[5]
    assert not closed(application(), checks=(replace(check, state=Result.FAILED),))[5]


def test_a_closed_recommendation_is_ticked_with_what_supplies_it() -> None:
    """R014."""
    limited = RouteRule(service="web", path="/api", rate=RateLimit(requests=60))
    found = recommendations(application(routes=(limited,)), (), (), (), structured_logs=0)
    facts = replace(shop(), recommendations=tuple(found))
    text = written("checklist", facts, "en", "md")
    assert (
        "- [x] Limit requests per client – supplied: limited by the front door: /api 60/60s" in text
    )
    assert "- [ ] Automatic backups – **not checked** – open: `backup: {scheduled: true}`" in text


def test_the_tracker_sees_which_changes_were_made_and_which_scripts_are_still_there(
    project: Path,
) -> None:
    """R015: obsolete scripts must be gone; what was to change holds what it should."""
    about = DocumentSpec(
        files=(
            ChangedFile(path="Dockerfile", change="keeps the cache", holds="type=cache"),
            ChangedFile(path="nginx.conf", change="listens on 4400 and 4500", holds="4400"),
            ChangedFile(path="scripts/promote-production.sh", change="new"),
            ChangedFile(path="hubs/*/deploy-oracle.sh", change="not used any more", gone=True),
            ChangedFile(path="old/*.sh", change="not used any more", gone=True),
        )
    )
    found = tracked_files(project, about)
    assert [one.done for one in found] == [True, False, False, False, True]
    assert found[3].says.en == "still there: hubs/sales/deploy-oracle.sh"
    text = written("record", replace(shop(), tracked=found), "en", "md")
    assert "| `nginx.conf` | change | listens on 4400 and 4500 | **not done** |" in text
    assert "| `old/*.sh` | delete | not used any more | done | it is gone |" in text
    (project / "hubs/sales/deploy-oracle.sh").unlink()
    assert tracked_files(project, about)[3].done


def test_the_configuration_is_proved_to_be_in_git_file_by_file(project: Path) -> None:
    """R121: on change, for ever: the commit of each file, and what was not committed."""

    def git(*words: str) -> str:
        identity = ("-c", "user.name=Mina", "-c", "user.email=mina@example.com")
        done = subprocess.run(
            ["git", *identity, *words], cwd=project, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    names = ("Dockerfile", "nginx.conf", "missing.yaml")
    assert [one.state for one in configuration(project, names)] == ["unknown", "unknown"]
    git("init", "-q")
    git("add", "Dockerfile")
    git("commit", "-qm", "first")
    first = git("rev-parse", "HEAD")
    one, other = configuration(project, names)
    assert (one.state, one.commit, other.state) == ("committed", first, "untracked")
    git("add", "nginx.conf")
    git("commit", "-qm", "second")
    (project / "nginx.conf").write_text("listen 4400;\n")
    one, other = configuration(project, names)
    assert (one.commit, other.commit) == (first, git("rev-parse", "HEAD"))
    assert other.state == "changed"
    text = written("infrastructure", replace(shop(), configuration=(one, other)), "en", "md")
    assert f"| `Dockerfile` | on each change | git | for ever | {_day(one.at)}" in text
    assert "**changed since**" in text


def _day(at: float | None) -> str:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    return datetime.fromtimestamp(at or 0.0, ZoneInfo("Asia/Seoul")).strftime("%Y-%m-%d")
