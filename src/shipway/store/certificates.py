"""Orders of certificates that failed, and when they are tried again."""

from __future__ import annotations

import json

from shipway.errors import Problem
from shipway.ports_certificates import OrderState
from shipway.store.database import Database


class CertificateOrdersStore:
    """See `shipway.ports_certificates.CertificateOrders`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> tuple[OrderState, ...]:
        """Return the orders that failed and have not gone well since."""
        rows = self._database.connection.execute("SELECT * FROM certificate_orders ORDER BY id")
        return tuple(
            OrderState(
                id=row["id"],
                failures=row["failures"],
                next_at=row["next_at"],
                problem=Problem.from_dict(json.loads(row["problem"])),
            )
            for row in rows
        )

    def failed(self, id: str, problem: Problem, next_at: float) -> None:  # noqa: A002
        """Record one more failure, and when to try again."""
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO certificate_orders VALUES (?, 1, ?, ?) ON CONFLICT (id) DO UPDATE"
                " SET failures = failures + 1, next_at = excluded.next_at,"
                " problem = excluded.problem",
                (id, next_at, json.dumps(problem.as_dict())),
            )

    def settled(self, id: str) -> None:  # noqa: A002
        """Forget the failures of an order."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM certificate_orders WHERE id = ?", (id,))
