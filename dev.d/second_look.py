"""Which failed tests get a second look: `second_look.py FILE`, a failed test's id a line.

Prints their ids, each once, or nothing.  Two workers share two processors with containers,
databases and a browser; a test that waits for something may wait longer there than its
author foresaw.  One or two such tests run again by themselves.  More are no accident.  And
what speaks of every run - a rollout that is killed anywhere, a lost server, the systems
under load - is never looked at twice: one lost request is one too many.
"""

from __future__ import annotations

import sys
from pathlib import Path

MOST = 2
EVERY_RUN = ("tests/crash/", "tests/disaster/", "tests/systems/")


def second_look(failed: list[str]) -> tuple[str, ...]:
    """Return the ids to run again; none where too many failed or one holds for every run."""
    ids = tuple(dict.fromkeys(one for one in failed if one))
    if len(ids) > MOST or any(one.startswith(EVERY_RUN) for one in ids):
        return ()
    return ids


if __name__ == "__main__":
    print("\n".join(second_look(Path(sys.argv[1]).read_text().splitlines())))
