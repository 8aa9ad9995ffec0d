"""What the store remembers of access, gathered; and where the dashboard listens."""

from __future__ import annotations

from shipway.ports import Clock
from shipway.store.database import Database
from shipway.store.people import People
from shipway.store.sessions import Sessions
from shipway.store.tokens import Tokens


class Listener:
    """Where the dashboard listens."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self) -> tuple[str, str | None] | None:
        """Return (HOST:PORT, public address), None where it is closed."""
        row = self._database.connection.execute("SELECT address, public FROM listener").fetchone()
        return None if row is None else (row["address"], row["public"])

    def set(self, address: str | None, public: str | None = None) -> None:
        """Keep it; None closes it."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM listener")
            if address is not None:
                connection.execute("INSERT INTO listener VALUES (1, ?, ?)", (address, public))


class Access:
    """Implements the port AccessStore."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.people = People(database, clock)
        self.sessions = Sessions(database, clock)
        self.tokens = Tokens(database, clock)
        self.listener = Listener(database)
