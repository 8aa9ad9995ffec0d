"""PostgreSQL: its WAL streamed, base backups, restores to any moment, drills."""
