"""The conformance suite of the engine port: every adapter passes it, word for word.

An adapter's test module holds a class that inherits from `EngineConformance` and a fixture
`under_test` that gives an `EngineUnderTest`:

    @pytest.fixture(scope="module")
    def under_test() -> Iterator[EngineUnderTest]: ...

    class TestMyEngine(EngineConformance):
        pass
"""

from __future__ import annotations

from tests.engines.conformance.building import BuildingConformance
from tests.engines.conformance.consoles import ConsoleConformance
from tests.engines.conformance.lifecycle import LifecycleConformance
from tests.engines.conformance.sealing import SealingConformance


class EngineConformance(
    BuildingConformance, LifecycleConformance, SealingConformance, ConsoleConformance
):
    """Everything that a rollout and a person may rely on, whichever engine runs."""
