"""Chooses from which base a target is reached.  Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shipway.backup.postgres.epoch import Epoch
from shipway.backup.postgres.moments import clock_time
from shipway.backup.postgres.segments import parse_position
from shipway.backup.schedule import AHEAD_S
from shipway.errors import Problem
from shipway.model.backup import Backup, RestorePoint, RestoreTarget


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A base, its epoch, and the point where one is meant."""

    backup: Backup
    epoch: Epoch
    point: RestorePoint | None = None


def choose(
    target: RestoreTarget,
    bases: Sequence[Backup],
    epochs: Sequence[Epoch],
    points: Sequence[RestorePoint],
    *,
    where: str,
    now: float,
) -> Choice:
    """Return the newest base that lies before the target.

    Raises Problem `no-backup`, `no-restore-point`, `not-covered`.
    """
    known = {epoch.name: epoch for epoch in epochs}
    usable = sorted(
        (base for base in bases if base.facts.get("epoch") in known),
        key=lambda base: base.ended_at,
    )
    if not usable:
        raise Problem(
            "no-backup",
            f"there is no base backup in {where} to restore from.",
            hints=["shipway backup create", "shipway backup list"],
        )
    if target.point is not None:
        return _to_point(target.point, usable, known, points, where)
    if target.at is None:
        # one that a wrong clock has dated ahead is not the newest
        backup = ([base for base in usable if base.ended_at <= now + AHEAD_S] or usable)[-1]
        return Choice(backup=backup, epoch=known[backup.facts["epoch"]])
    return _to_time(target.at, usable, known, now)


def _to_point(
    name: str,
    usable: Sequence[Backup],
    known: dict[str, Epoch],
    points: Sequence[RestorePoint],
    where: str,
) -> Choice:
    point = next((item for item in points if item.name == name), None)
    if point is None:
        named = ", ".join(item.name for item in points[:5])
        raise Problem(
            "no-restore-point",
            f"there is no restore point {name} in {where}"
            + (f"; the newest are: {named}." if named else "."),
            hints=["shipway backup points"],
        )
    position = parse_position(point.position)
    before = [
        base
        for base in usable
        if base.facts["epoch"] == point.epoch and parse_position(base.facts["end"]) <= position
    ]
    if not before:
        raise Problem(
            "not-covered",
            f"no base backup was made before the restore point {name} of"
            f" {clock_time(point.at)}: it cannot be reached.",
            hints=["shipway backup list"],
        )
    return Choice(backup=before[-1], epoch=known[point.epoch], point=point)


def _to_time(at: float, usable: Sequence[Backup], known: dict[str, Epoch], now: float) -> Choice:
    if at > now:
        raise Problem(
            "invalid-target",
            f"{clock_time(at)} has not come yet.",
            hints=["shipway backup restore --latest"],
        )
    before = [base for base in usable if base.ended_at <= at]
    if not before:
        raise Problem(
            "not-covered",
            f"the oldest base backup is of {clock_time(usable[0].ended_at)}; what was before"
            " it cannot be reached.",
            hints=["shipway backup list"],
        )
    backup = before[-1]
    return Choice(backup=backup, epoch=known[backup.facts["epoch"]])
