"""What a start leaves behind in a container's layer, and what would be missed."""

from __future__ import annotations

import pytest

from shipway.engines.docker.second_start import own_files

MOUNTS = [{"Destination": "/var/lib/postgresql/data"}]


@pytest.mark.parametrize(
    ("path", "kind", "missed"),
    [
        ("/var/lib/postgresql", 0, False),  # the volume's folder lies below it
        ("/var/lib/postgresql/data/base", 1, False),
        ("/run/postgresql/.s.PGSQL.5432", 1, False),
        ("/tmp/x", 1, False),  # noqa: S108
        ("/usr/sbin/docker-init", 1, False),
        ("/etc/removed", 2, False),
        ("/var/lib/postgresql/16", 1, True),
        ("/etc/redis.conf", 0, True),
    ],
)
def test_only_what_nobody_would_miss_is_no_data(path: str, kind: int, *, missed: bool) -> None:
    changes = [{"Path": path, "Kind": kind}]
    assert list(own_files(MOUNTS, changes)) == ([path] if missed else [])
