"""Builder: the same content is the same artifact; what a tag or a list keeps, stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from shipway.errors import Problem
from shipway.ports import BuildRequest
from tests.engines.conformance.base import Base
from tests.engines.conformance.support import EngineUnderTest, built, write_source


def request(project: str, source: Path) -> BuildRequest:
    return BuildRequest(
        project=project, service="api", commit="1" * 40, source=source, definition=built(source)
    )


class BuildingConformance(Base):
    """R069, R091: builds on the server itself, artifacts by content."""

    def test_the_same_content_is_the_same_artifact(
        self, under_test: EngineUnderTest, project: str, tmp_path: Path
    ) -> None:
        engine = under_test.engine
        one = write_source(tmp_path / "one", note="same")
        first = engine.build(request(project, one), output=print)
        again = engine.build(request(project, one), output=print)
        other = engine.build(
            request(project, write_source(tmp_path / "two", note="other")), output=print
        )
        assert first.reference == again.reference
        assert first.reference != other.reference
        assert first.reference.startswith("sha256:")
        assert first.service == "api"
        assert engine.exists(first)

    def test_a_build_that_fails_shows_the_last_lines_of_its_output(
        self, under_test: EngineUnderTest, project: str, tmp_path: Path
    ) -> None:
        source = write_source(
            tmp_path / "broken",
            Dockerfile="FROM python:3.11-slim\nWORKDIR /app\nCOPY requirements.txt .\n"
            "RUN pip install --no-index -r requirements.txt\nCOPY . .\n"
            'CMD ["python", "tiny.py"]\n',
            **{"requirements.txt": "--no-index\na-package-that-nobody-made==1.0\n"},
        )
        with pytest.raises(Problem) as caught:
            under_test.engine.build(request(project, source), output=print)
        assert caught.value.kind == "build-failed"
        assert any("a-package-that-nobody-made" in line for line in caught.value.details)

    def test_prune_removes_only_this_projects_artifacts_that_are_not_kept(
        self, under_test: EngineUnderTest, project: str, tmp_path: Path
    ) -> None:
        engine = under_test.engine
        kept, dropped, foreign = (
            engine.build(
                request(owner, write_source(tmp_path / owner / note, note=note + project)),
                output=print,
            )
            for owner, note in (
                (project, "kept"),
                (project, "dropped"),
                (f"{project}-staging", "foreign"),
            )
        )
        engine.tag(project, kept, "production")
        engine.tag(project, kept, "production")
        engine.tag(project, dropped, "r1")
        assert engine.prune(project, [kept], output=print) >= 0
        assert engine.exists(kept)
        assert not engine.exists(dropped)
        assert engine.exists(foreign)
        engine.prune(f"{project}-staging", [], output=print)
        engine.prune(project, [], output=print)
        assert not engine.exists(foreign)
        assert not engine.exists(kept)
