"""Data that a restore has replaced: it stays beside what is live, for a while.  Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shipway.model.names import EnvironmentId


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierData:
    """One state of some data, complete on this machine's disk.

    subject: the service or volume whose it is.  name: by which a person means it.
    replaced_at: when something else came into its place; None where nobody knows.
    bytes: None where nobody counted them.  live: it is in use, the others are not.
    """

    environment: EnvironmentId
    subject: str
    name: str
    where: str
    replaced_at: float | None = None
    bytes: int | None = None
    live: bool = False

    def goes_at(self, keep_s: float) -> float | None:
        """Return when it has had its time; None where it stays until a person removes it."""
        return None if self.live or self.replaced_at is None else self.replaced_at + keep_s


def past_their_time(
    found: Sequence[EarlierData], keep_s: float, now: float
) -> tuple[EarlierData, ...]:
    """Return what may go; never what is live, nor what is of an unknown age."""
    due = [(item, item.goes_at(keep_s)) for item in found]
    return tuple(item for item, moment in due if moment is not None and moment <= now)
