"""`shipway init` on real projects: how far its proposal is from what the team finished.

Their shipway.yaml is taken away first; Compose file, Dockerfiles, example files, nginx.conf and
settings classes stay.  What only an owner can write (journeys, the document, waivers) is counted
apart, and the figures are printed, not hidden.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from shipway.cli.init import draft
from shipway.spec.reader import read_spec
from tests.init.measure import Distance, differing, distance

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
FIFTH = 0.2
NAMES = ("board", "jarvis", "omnivibe", "sns", "vision", "workhub")
STRICT_AT_MOST = dict.fromkeys(NAMES, FIFTH) | {
    "board": 0.3,  # 20 lines, of which five are figures and a check of the demo's own
}
"""The share of the finished lines that had to be changed or added by hand, at most."""


def proposal(name: str, folder: Path) -> tuple[str, str]:
    """Return what init proposes for an example, and what its team finished."""
    project = folder / name
    ignored = shutil.ignore_patterns("node_modules", ".venv", "__pycache__")
    shutil.copytree(EXAMPLES / name, project, ignore=ignored)
    finished = (project / "shipway.yaml").read_text()
    (project / "shipway.yaml").unlink()
    return draft(project), finished


@pytest.mark.parametrize("name", NAMES)
def test_what_is_proposed_differs_in_a_fifth_of_its_lines(
    name: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """Both ways: of what is proposed, and of what is finished without what owners decide."""
    text, finished = proposal(name, tmp_path)
    found = distance(text, finished)
    record_property("figure", f"init on {name}: {found}")
    print(f"init on {name}: {found}")
    assert found.wrong <= FIFTH, "\n".join(differing(text, finished))
    assert found.strict <= STRICT_AT_MOST[name], "\n".join(differing(text, finished))
    read_spec(text)


def test_guesses_are_marked_as_guesses(tmp_path: Path) -> None:
    text, _ = proposal("board", tmp_path)
    assert "# guessed from the services' names" in text
    assert "migrate: {service: api, command: alembic upgrade head}" in text
    line = text.splitlines().index("migrate: {service: api, command: alembic upgrade head}")
    assert text.splitlines()[line - 1].startswith("# guessed from ")


FINISHED = """
project: shop
routes: {/api: {service: api}, /: web}
services: {api: {health: {path: /health}}}
contract: {KEY: {required: always, generate: hex 32}}
journeys: {a: {steps: [{request: GET /}]}}
"""


@pytest.mark.parametrize(
    ("proposed", "kept"),
    [
        (FINISHED, 6),
        # another way of writing is no difference
        (
            (
                "project: shop\nroutes:\n  - {path: /, service: web}\n  - {path: /api, service: api}\n"
                "services: {api: {health: /health}}\n"
                "contract: {KEY: {required: true, secret: true, generate: hex 32}}\n"
            ),
            6,
        ),
        ("project: shop\nroutes: {/: api}\n", 1),
        ("project: other\n", 0),
    ],
)
def test_the_measure_counts_values_not_style(proposed: str, kept: int) -> None:
    found = distance(proposed, FINISHED)
    assert (found.kept, found.finished, found.owners) == (kept, 6, 1)


def test_names_values_and_questions_are_the_owner_s_and_are_counted() -> None:
    proposed = "project: shop\nenvironments: {production: {port: 4500}}\nroutes: {/: web}\n"
    finished = (
        "project: shop\n"
        "environments: {production: {port: 4500, host: shop.kr, variables: {A: b}}}\n"
        "routes: {/: web}\nrollout: {drain: 5s}\n"
    )
    found = distance(proposed, finished)
    assert (found.wrong, found.finished, found.owners, found.decided) == (0, 4, 2, 2)
    assert (found.strict, found.strictest) == (0.25, 0.5)


def test_a_route_that_each_environment_repeats_counts_once() -> None:
    each = "{staging: {port: 1, routes: {/: web}}, production: {port: 2, routes: {/: web}}}"
    once = "{staging: {port: 1}, production: {port: 2}}"
    found = distance(
        f"project: a\nenvironments: {once}\nroutes: {{/: web}}\n",
        f"project: a\nenvironments: {each}\n",
    )
    assert (found.wrong, found.strict) == (0, 0)


def test_the_measure_cannot_be_talked_round() -> None:
    found = distance("project: shop\nrollout: {drain: 1s, soak: 2s, settle: 3s}\n", FINISHED)
    assert found == Distance(proposed=4, finished=6, kept=1, owners=1)
    assert found.wrong == 0.75
    assert round(found.strict, 2) == 0.83
