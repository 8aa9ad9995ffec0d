"""The process engine passes the suite that every engine passes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.engines.conformance.suite import EngineConformance
from tests.engines.conformance.support import EngineUnderTest
from tests.engines.process.support import ProcessUnderTest, own_engine


@pytest.fixture(scope="module")
def under_test() -> Iterator[EngineUnderTest]:
    with own_engine() as engine:
        yield ProcessUnderTest(engine)


class TestProcessEngine(EngineConformance):
    pass
