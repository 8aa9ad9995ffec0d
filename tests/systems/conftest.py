"""Each system is brought to production once; its tests look at it there, and take it down."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.systems import course
from tests.systems.account import Account
from tests.systems.facts import System
from tests.systems.site import Site


@pytest.fixture(scope="module")
def account(request: pytest.FixtureRequest) -> Account:
    """Return what is measured of the module's SYSTEM."""
    system: System = request.module.SYSTEM
    return Account(name=system.name, stand_ins=system.stand_ins)


@pytest.fixture(scope="module")
def site(request: pytest.FixtureRequest, account: Account) -> Iterator[Site]:
    """Yield the module's SYSTEM, looked at in staging and promoted to production."""
    with (
        TemporaryDirectory(prefix="shipway-", ignore_cleanup_errors=True) as name,
        pytest.MonkeyPatch.context() as patch,
    ):
        ground = Path(name)
        ground.chmod(0o711)
        patch.setenv("SHIPWAY_BACKUP_SETTLE_S", "0.2")
        running = Site(request.module.SYSTEM, ground)
        running.daemon.start()
        try:
            course.to_production(running, account)
            yield running
        finally:
            running.daemon.close(data=True)
