"""Which failed tests get a second look: `second_look.py FILE`.

A failed test's id stands in a line, then a tab and `not in time` where it waited in vain.
Prints their ids, each once, or nothing.  Two workers share two processors with containers,
databases and a browser; a test that waits for something may wait longer there than its
author foresaw.  One or two such tests run again by themselves.  More are no accident.  And
what speaks of every run is not looked at twice: one lost request or transaction is one too
many.  A lost server's and the systems' tests run again only where something did not come in
time; a rollout that is killed anywhere has to go on in time, too.
"""

from __future__ import annotations

import sys
from pathlib import Path

MOST = 2
NEVER = ("tests/crash/",)
EVERY_RUN = ("tests/disaster/", "tests/systems/")
NOT_IN_TIME = "not in time"


def second_look(failed: list[str]) -> tuple[str, ...]:
    """Return the ids to run again; none where too many failed or one speaks of every run.

    failed: the lines of the file.
    """
    told = dict(line.partition("\t")[::2] for line in failed if line)
    if len(told) > MOST or any(_counts(one, why) for one, why in told.items()):
        return ()
    return tuple(told)


def _counts(one: str, why: str) -> bool:
    """Return whether a failure counts, whatever a second run would say."""
    return one.startswith(NEVER) or (one.startswith(EVERY_RUN) and why != NOT_IN_TIME)


if __name__ == "__main__":
    print("\n".join(second_look(Path(sys.argv[1]).read_text().splitlines())))
