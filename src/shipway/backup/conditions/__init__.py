"""What is wrong with the backups right now, each thing with its figure.

runs.py     what was tried: backup-failed, backup-missed, repository-full, -refused,
            -unreachable, -damaged
content.py  what was saved: backup-empty, backup-shrank, repository-on-same-disk
proof.py    whether it comes back: backup-unverified, backup-unproven, drill-failed,
            recovery-key-not-kept, recovery-not-finished
clock.py    when: backup-clock-jumped, backup-clock-behind
writer.py   who saves: repository-other-server
overall.py  all of them, of all environments; the only one that is not pure
PostgreSQL's streams have conditions of their own: `backup/postgres/conditions.py`.
"""
