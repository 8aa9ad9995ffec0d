"""What a cluster is told so that it recovers to a target.  Pure, but for writing it down."""

from __future__ import annotations

from pathlib import Path

from shipway.backup.postgres.moments import server_time
from shipway.model.backup import RestoreTarget

WAL_FOLDER = "shipway_wal"
"""In the data directory itself: the server finds it there on every engine."""

SETTINGS = (
    "restore_command",
    "recovery_target_name",
    "recovery_target_time",
    "recovery_target_timeline",
    "recovery_target_action",
    "recovery_target_inclusive",
)
UNFINISHED = ("recovery.signal", "standby.signal", "postmaster.pid", "backup_label.old")
ENDED_EARLY = "recovery ended before configured recovery target was reached"


def settings_for(target: RestoreTarget, *, pause: bool = False) -> dict[str, str]:
    """Return the settings of a recovery; `pause`: stand still at the target, readable.

    A target that is not meant is not set at all: PostgreSQL takes an empty one for a second.
    """
    found = {
        "restore_command": f'cp "{WAL_FOLDER}/%f" "%p"',
        "recovery_target_timeline": "current",
        "recovery_target_action": "pause" if pause else "promote",
        "recovery_target_inclusive": "true",
    }
    if target.point is not None:
        found["recovery_target_name"] = target.point
    if target.at is not None:
        found["recovery_target_time"] = server_time(target.at)
    return found


def render(settings: dict[str, str]) -> str:
    """Return the settings as lines of postgresql.auto.conf."""
    lines = [f"{key} = '{value.replace(chr(39), chr(39) * 2)}'" for key, value in settings.items()]
    return "\n".join(["", "# the restore", *lines, ""])


def write_recovery(tree: Path, target: RestoreTarget, *, pause: bool = False) -> None:
    """Tell the cluster in `tree` to recover to the target at its next start."""
    for name in UNFINISHED:
        (tree / name).unlink(missing_ok=True)
    path = tree / "postgresql.auto.conf"
    kept = path.read_text() if path.exists() else ""
    path.write_text(kept + render(settings_for(target, pause=pause)))
    path.chmod(0o600)
    (tree / "recovery.signal").touch(mode=0o600)


def statements_for(target: RestoreTarget) -> str:
    """Return what tells a copy that stands still to go on to another target."""
    wanted = settings_for(target)
    lines = [f"ALTER SYSTEM RESET {name};" for name in SETTINGS]
    for name, value in wanted.items():
        quoted = value.replace("'", "''")
        lines.append(f"ALTER SYSTEM SET {name} = '{quoted}';")
    return "\n".join(lines)


RESET = "\n".join(f"ALTER SYSTEM RESET {name};" for name in SETTINGS)
PAUSED = "SELECT pg_is_in_recovery() AND pg_get_wal_replay_pause_state() = 'paused'"
LAST_COMMIT = "SELECT extract(epoch FROM pg_last_xact_replay_timestamp())"
