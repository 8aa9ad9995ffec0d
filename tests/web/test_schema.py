"""The API by its own schema: whatever is sent, no answer is a defect of Shipway's."""

from __future__ import annotations

import sqlite3
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.web.conftest import Harbour

EXAMPLES = 3
OPERATIONS_AT_LEAST = 50
TIMEOUT_S = 30
LEFT_OUT = {
    "/api/v1/daemon/stop",  # ends what is asked
    "/api/v1/dashboard",  # closes the door that is asked through
    # connects to an address of the asker's choice
    "/api/v1/projects/{project}/environments/{environment}/secrets/doppler",
}
QUIET = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # of the packages that schemathesis brings
def test_no_answer_of_the_api_is_a_defect(empty: Harbour) -> None:
    """R085: every operation is asked with values that fit its schema."""
    import schemathesis

    with sqlite3.connect(empty.shipway.places.database) as state:
        state.execute(
            "INSERT OR IGNORE INTO project (name, directory, created_at) VALUES ('0', ?, 1)",
            (str(empty.app.directory),),
        )
    state.close()
    person = empty.person("fuzz", "admin")
    schema = schemathesis.openapi.from_dict(person.get("/api/v1/openapi.json").json())
    headers = {
        "Origin": empty.base,
        "X-CSRF-Token": person.csrf,
        "Cookie": "; ".join(f"{name}={value}" for name, value in person.cookies.items()),
    }
    operations: list[Any] = [found.ok() for found in list[Any](schema.get_all_operations())]
    assert len(operations) > OPERATIONS_AT_LEAST
    for operation in operations:
        if operation.path not in LEFT_OUT:
            asked_about(operation, empty.base, headers)


def asked_about(operation: Any, base: str, headers: dict[str, str]) -> None:
    @QUIET
    @given(case=operation.as_strategy())
    def ask(case: Any) -> None:
        if case.query and "follow" in case.query:
            case.query["follow"] = False  # an answer that is followed does not end
        answer = case.call(base_url=base, headers=headers, timeout=TIMEOUT_S)
        said = f"{operation.method} {case.formatted_path}: {answer.status_code} {answer.text[:500]}"
        assert answer.status_code < 500 or answer.status_code == 503, said
        assert answer.status_code != 401, said

    ask()
