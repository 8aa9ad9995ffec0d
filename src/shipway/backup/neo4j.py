"""Neo4j: by its own dump command, inside its container.

The community edition dumps a stopped database only, and says so; the enterprise edition's
`database backup` does it while it runs, and is tried first.
"""

from __future__ import annotations

from shipway.backup.ground import Taking
from shipway.backup.programs import feed
from shipway.backup.sources import Source
from shipway.errors import Problem
from shipway.model.backup import Backup, BackupKind

DEADLINE_S = 4 * 3600.0
SCRIPT = """
set -e
name=${NEO4J_initial_dbms_default__database:-neo4j}
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
if neo4j-admin database backup --to-path="$folder" "$name" >&2; then
    cat "$folder"/*.backup
else
    neo4j-admin database dump --to-stdout "$name"
fi
"""


def take_neo4j(taking: Taking, source: Source) -> Backup:
    """Save a Neo4j service.  Raises Problem `not-running`, `tool-failed`, `backup-broken`."""
    ground, environment = taking.ground, taking.environment
    began = ground.clock.now()
    instance = ground.instance(environment, source.subject)
    argv = ground.kit(environment).console.exec_argv(instance, ["sh", "-c", SCRIPT], tty=False)
    with ground.staged(environment, f"neo4j-{source.subject}") as folder:
        target = folder / "neo4j.dump"
        feed(
            argv,
            what=f"{environment} {source.subject}: neo4j-admin",
            deadline_s=DEADLINE_S,
            target=target,
        )
        if target.stat().st_size == 0:
            raise Problem("backup-broken", f"{environment}: the dump of {source.subject} is empty.")
        snapshot = taking.repository.put(
            folder,
            tags=taking.tags(BackupKind.VOLUME, source.subject, how="neo4j"),
            output=taking.output,
            cancelled=taking.cancelled,
        )
    return Backup(
        id=snapshot.id,
        environment=environment,
        subject=source.subject,
        kind=BackupKind.VOLUME,
        began_at=began,
        ended_at=ground.clock.now(),
        bytes=snapshot.bytes,
        facts={"files": "1", "how": "neo4j", "added_bytes": str(snapshot.added_bytes or 0)},
    )
