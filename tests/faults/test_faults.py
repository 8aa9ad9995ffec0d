"""The faults of the reference documents, planted and found: `./dev test faults`.

Each project of `examples/faults` has a faulty form and its corrected twin; the manifest
says which fault stands where. Requirement area U, D01 to D34.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
import yaml

from shipway.checks import Report, Result, check_files

ROOT = Path(__file__).resolve().parents[2] / "examples" / "faults"
TODAY = date(2026, 3, 2)
NAMES = sorted(path.parent.name for path in ROOT.glob("*/broken"))
IDS = {f"D{number:02}" for number in range(1, 35)}


@dataclass(frozen=True, slots=True, order=True)
class Planted:
    """One line of the manifest; fault is empty for what is wrong beyond area U."""

    project: str
    check: str
    path: str
    line: int
    fault: str = ""


def manifest() -> Iterator[Planted]:
    content = yaml.safe_load((ROOT / "manifest.yaml").read_text(encoding="utf-8"))
    for project, items in content.items():
        for item in items:
            path, _, line = item["at"].rpartition(":")
            yield Planted(project, item["check"], path, int(line), item.get("fault", ""))


PLANTED = list(manifest())


def examined(source: Path, target: Path) -> Report:
    """The report on a copy that is a repository of its own."""
    shutil.copytree(source, target)
    for words in (["init", "-q"], ["add", "-A", "-f"]):
        subprocess.run(["git", "-C", target, *words], check=True, capture_output=True)
    return check_files(target, today=TODAY)


def findings(report: Report, project: str) -> set[Planted]:
    return {
        Planted(project, outcome.check.id, item.place.path, item.place.line)
        for outcome in report.outcomes
        for item in outcome.findings
    }


def without_fault(items: list[Planted]) -> set[Planted]:
    return {Planted(item.project, item.check, item.path, item.line) for item in items}


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[Planted]]:
    base = tmp_path_factory.mktemp("broken")
    return {name: findings(examined(ROOT / name / "broken", base / name), name) for name in NAMES}


@pytest.fixture(scope="module")
def twins(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[Planted]]:
    base = tmp_path_factory.mktemp("fixed")
    return {name: findings(examined(ROOT / name / "fixed", base / name), name) for name in NAMES}


def test_every_planted_fault_is_found_and_nothing_on_the_twins(
    broken: dict[str, set[Planted]],
    twins: dict[str, set[Planted]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """D01 to D34."""
    faults = [item for item in PLANTED if item.fault]
    found = [item for item in faults if without_fault([item]) <= broken.get(item.project, set())]
    false_alarms = [item for name in NAMES for item in twins[name]]
    ids = {item.fault for item in found}
    with capsys.disabled():
        print(
            f"\nfound {len(found)} of {len(faults)}, false alarms {len(false_alarms)}"
            f" ({len(ids & IDS)} of {len(IDS)} faults of the documents)"
        )
    assert [item for item in faults if item not in found] == []
    assert false_alarms == []


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_raised_that_the_manifest_does_not_know(
    name: str, broken: dict[str, set[Planted]]
) -> None:
    """Also on the faulty projects a finding that nobody planted is a false alarm."""
    known = without_fault([item for item in PLANTED if item.project == name])
    assert sorted(broken[name] - known) == []
    assert sorted(known - broken[name]) == []


def test_the_twins_are_looked_at_with_the_same_checks(tmp_path: Path) -> None:
    """A twin without the file that was wrong would prove nothing."""
    for name in NAMES:
        faulty = examined(ROOT / name / "broken", tmp_path / name / "broken")
        twin = examined(ROOT / name / "fixed", tmp_path / name / "fixed")
        failed = {item.check.id for item in faulty.outcomes if item.result is Result.FAILED}
        skipped = {item.check.id for item in twin.outcomes if item.result is Result.NOT_CHECKED}
        assert failed & skipped == set(), name


def test_every_fault_of_the_documents_is_planted() -> None:
    assert IDS - {item.fault for item in PLANTED} == set()
