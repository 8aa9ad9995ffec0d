"""`backup.drill`: the rehearsed restore, and what the restored copy must answer."""

from __future__ import annotations

from shipway.model.backup_settings import DrillQuery
from shipway.model.names import SERVICE_PATTERN
from shipway.spec.keys.common import unsourced
from shipway.spec.keys.times import CRON_OR_NEVER
from shipway.spec.scalars import Boolean, Integer, Text
from shipway.spec.shapes import Field, ListOf, Record

DRILL = Record(
    "backup.drill",
    (
        Field(
            "schedule",
            CRON_OR_NEVER,
            "When the newest backup is restored into a throw-away instance and checked.",
            default='"0 4 * * 0"',
            attr="drill_cron",
        ),
        Field(
            "queries",
            ListOf(
                Record(
                    "backup.drill.queries[]",
                    (
                        Field(
                            "sql",
                            Text("an SQL query that answers one number", r"\S[^\n]*"),
                            "Asked of the restored database; answers one number.",
                            required=True,
                            example="select count(*) from orders",
                        ),
                        Field(
                            "at_least",
                            Integer(0, 10**15),
                            "The least that it must answer.",
                            default="1",
                        ),
                        Field(
                            "service",
                            Text("the name of a Compose service", SERVICE_PATTERN),
                            "The database's service.",
                            words="the only one",
                            example="db",
                        ),
                    ),
                    unsourced(DrillQuery),
                )
            ),
            "Questions that the restored database must answer.",
            default="[]",
            attr="drill_queries",
        ),
        Field(
            "application",
            Boolean(),
            "Whether a further instance of each web service that speaks to the database is"
            " started on the copy and asked the smoke checks.",
            default="true",
            attr="drill_application",
        ),
    ),
    unsourced(dict),
)
