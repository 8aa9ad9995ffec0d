"""A process engine of the tests' own: a state directory that other users may enter."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from shipway.engines.process import ProcessEngine
from shipway.model.workload import Instance


@dataclass(frozen=True, slots=True)
class ProcessUnderTest:
    """The process engine as the conformance suite wants it."""

    engine: ProcessEngine

    def again(self) -> ProcessEngine:
        return ProcessEngine(self.engine.layout.root)

    def reach(self, instance: Instance, port: int) -> tuple[str, int]:
        assert instance.address is not None
        return instance.address, port


@contextmanager
def own_engine() -> Iterator[ProcessEngine]:
    """Yield an engine on a new state directory; end all that it runs, remove it.

    Not below pytest's own directory, which only its owner may enter: as root, PostgreSQL
    runs as another user.
    """
    root = Path(tempfile.mkdtemp(prefix="shipway-"))
    root.chmod(0o711)
    engine = ProcessEngine(root)
    try:
        yield engine
    finally:
        for scope in {instance.scope for instance in engine.instances()}:
            engine.remove(scope)
        shutil.rmtree(root)
