"""An epoch: one unbroken stretch of a database's WAL, from the making of a slot on.

Whatever may break the stretch (a restore, another timeline, a lost slot) begins a new one,
so that a base backup and the WAL of its own epoch are always enough, and never mixed.
"""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass

from shipway.backup.postgres.places import epoch_name, epoch_prefix
from shipway.errors import Problem
from shipway.ports_repository import Repository


@dataclass(frozen=True, slots=True, kw_only=True)
class Epoch:
    """system: PostgreSQL's own identifier of the cluster; began_at: seconds since the epoch.

    version: of the server, as `server_version_num` has it.
    """

    name: str
    service: str
    system: str
    timeline: int
    began_at: float
    segment_bytes: int
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerFacts:
    """What a server says of itself.  slot: whether ours is there and holds what it should."""

    system: str
    timeline: int
    in_recovery: bool
    segment_bytes: int
    version: int
    slot: bool
    keeps: str

    def continues(self, epoch: Epoch | None) -> bool:
        """Return whether the stream can go on where it stopped."""
        return (
            epoch is not None
            and self.slot
            and epoch.system == self.system
            and epoch.timeline == self.timeline
        )


FACTS = """
SELECT (SELECT system_identifier FROM pg_control_system()),
  CASE WHEN pg_is_in_recovery() THEN '0'
       ELSE substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8) END,
  pg_is_in_recovery(),
  (SELECT setting FROM pg_settings WHERE name = 'wal_segment_size'),
  current_setting('server_version_num'),
  coalesce((SELECT wal_status IS DISTINCT FROM 'lost' FROM pg_replication_slots
            WHERE slot_name = 'shipway'), false),
  current_setting('max_slot_wal_keep_size')
"""


def parse_facts(row: list[str]) -> ServerFacts:
    """Return the answer to FACTS."""
    system, timeline, recovery, segment, version, slot, keeps = row
    return ServerFacts(
        system=system,
        timeline=int(timeline, 16),
        in_recovery=recovery == "t",
        segment_bytes=int(segment),
        version=int(version),
        slot=slot == "t",
        keeps=keeps,
    )


def new_epoch(service: str, facts: ServerFacts, now: float) -> Epoch:
    """Return the epoch that begins now; names sort by time."""
    stamp = time.strftime("%Y%m%dT%H%M%S", time.gmtime(now))
    return Epoch(
        name=f"{stamp}-{facts.system}-{facts.timeline}",
        service=service,
        system=facts.system,
        timeline=facts.timeline,
        began_at=now,
        segment_bytes=facts.segment_bytes,
        version=facts.version,
    )


def encode(epoch: Epoch) -> bytes:
    """Return the epoch's description."""
    return json.dumps(asdict(epoch)).encode()


def decode(content: bytes) -> Epoch:
    """Return the epoch of a description."""
    return Epoch(**json.loads(content))


def epochs_in(repository: Repository, service: str) -> tuple[Epoch, ...]:
    """Return the epochs that the repository knows of a service, oldest first."""
    found = [
        decode(repository.get_object(item.name))
        for item in repository.objects(epoch_prefix(service))
    ]
    return tuple(sorted(found, key=lambda epoch: epoch.began_at))


def keep_epoch(repository: Repository, epoch: Epoch) -> None:
    """Ensure that the repository knows the epoch."""
    repository.put_object(epoch_name(epoch.service, epoch.name), encode(epoch))


def refuse_other(known: tuple[Epoch, ...], facts: ServerFacts, where: str) -> None:
    """Raise Problem `backup-other-database` where the repository is another database's.

    An empty database that stands where the lost one was would else become the newest in it.
    """
    if known and known[-1].system != facts.system:
        raise Problem(
            "backup-other-database",
            f"{where} holds the backups of another database than the one that runs:"
            f" cluster {known[-1].system}, not {facts.system}. The one that runs is not backed"
            " up, and nothing in the repository is touched.",
            hints=[
                "shipway backup restore --latest   # bring the kept one back",
                "shipway backup adopt   # or keep the one that runs from now on",
            ],
        )
