"""The pool of connections to PostgreSQL.

Each use is one statement, which is a transaction by itself: autocommit spares two of three
round trips.
"""

from __future__ import annotations

from sqlalchemy import create_engine

from board.settings import DATABASE_URL, RELEASE, THREADS

engine = create_engine(
    DATABASE_URL,
    isolation_level="AUTOCOMMIT",
    # As many as there are threads for requests, and all are kept: connections beyond the
    # pool would be opened and closed again for each request, just when there is most to do.
    pool_size=THREADS,
    max_overflow=0,
    pool_timeout=5,
    pool_recycle=1800,
    connect_args={"connect_timeout": 3, "application_name": f"board {RELEASE}"},
)
