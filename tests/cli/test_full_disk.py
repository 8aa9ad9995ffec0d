"""What the daemon answers where the disk of its home takes nothing any more."""

from __future__ import annotations

import asyncio
import errno
import json
from typing import Any, cast

import pytest

from shipway.api.application import create_application
from shipway.api.service import Service


def answered(error: OSError) -> tuple[int, dict[str, Any]]:
    app = create_application(cast("Service", object()))
    handler = cast("Any", app.exception_handlers[OSError])
    response = asyncio.run(handler(None, error))
    return response.status_code, json.loads(response.body)


def test_a_full_disk_is_told_as_that_and_not_as_a_defect() -> None:
    code, answer = answered(OSError(errno.ENOSPC, "No space left on device", "/home/vault/key"))
    assert (code, answer["problem"]["kind"]) == (507, "disk-full")
    assert "What runs goes on serving" in answer["problem"]["message"]


def test_what_is_not_the_disks_fault_stays_a_defect() -> None:
    with pytest.raises(OSError, match="thing"):
        answered(OSError(errno.EIO, "thing"))
