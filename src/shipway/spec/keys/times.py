"""Scalars that say when and for how long: ages, schedules in cron's grammar, time zones."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from shipway.model.backup_settings import DAY_S
from shipway.spec.scalars import AnyScalar, Never, Parsed

AGE_PATTERN = r"[1-9][0-9]*[dh]"
CRON_PATTERN = r"[^\s]+( [^\s]+){4}"


def _age(text: str) -> float:
    return float(text[:-1]) * (DAY_S if text.endswith("d") else 3600.0)


def _cron(text: str) -> str:
    from datetime import UTC, datetime

    from cronsim import CronSim, CronSimError

    try:
        CronSim(text, datetime.now(UTC))
    except CronSimError as error:
        raise ValueError(text) from error
    return text


def time_zone(text: str) -> str:
    """Return the name of a time zone that this machine knows; ValueError for another."""
    try:
        ZoneInfo(text)
    except (KeyError, OSError) as error:
        raise ValueError(text) from error
    return text


AGE = Parsed("a number of days or hours such as 30d or 12h", _age, AGE_PATTERN)
CRON = Parsed('a schedule in cron\'s grammar such as "0 3 * * *"', _cron, CRON_PATTERN)
CRON_OR_NEVER = AnyScalar(
    'a schedule in cron\'s grammar such as "0 3 * * *", or false', (Never(), CRON)
)
ZONE = Parsed("a time zone such as Asia/Seoul", time_zone, r"[A-Za-z0-9_+/-]+")
