"""Whether the clock can be believed, by the times at which backups were made.  Pure."""

from __future__ import annotations

from collections.abc import Iterator

from shipway.backup.ages import SHARE, longest_gap, step_for
from shipway.backup.conditions.facts import Facts, condition
from shipway.backup.schedule import AHEAD_S
from shipway.model.backup_settings import DAY_S
from shipway.model.condition import Condition, Level

TOLD_S = 3 * DAY_S
HINT = "timedatectl   # is the server's clock right?"


def clock(facts: Facts) -> Iterator[Condition]:
    """Yield a jump of the clock, for three days, and backups whose time has not come yet."""
    settings, moments = facts.settings, [item.ended_at for item in facts.backups]
    gap = longest_gap(moments, facts.now, since=facts.now - TOLD_S)
    length = gap[1] - gap[0] if gap else 0.0
    if length > settings.keep_s * SHARE:  # a cheap look first: this is asked often
        counts = step_for(
            settings.keep_s, cron=settings.base_cron, zone=settings.timezone, now=facts.now
        )
        if length > counts:
            days, most = length / DAY_S, counts / DAY_S
            yield condition(
                facts,
                "backup-clock-jumped",
                "clock",
                Level.WARNING,
                f"nothing was saved for {days:.0f} days by this server's clock, or the clock was set"
                f" ahead; earlier backups count as {most:.0f} days older only, the rest stays",
                f"서버 시계 기준으로 {days:.0f}일 동안 백업이 없었거나 시계가 앞당겨졌습니다. 이전 백업은"
                f" {most:.0f}일만 지난 것으로 계산하여 보존합니다",
                figure=length,
                unit="s",
                hint=HINT,
            )
    ahead = max(moments, default=0.0) - facts.now
    if ahead > AHEAD_S:
        yield condition(
            facts,
            "backup-clock-behind",
            "clock",
            Level.WARNING,
            f"the newest backup is of a time that comes in {ahead / DAY_S:.1f} days only: the"
            " clock is behind, or was ahead when it was made",
            f"최신 백업의 시각이 현재보다 {ahead / DAY_S:.1f}일 뒤입니다. 서버 시계가 늦거나 백업 당시"
            " 시계가 빨랐습니다",
            figure=ahead,
            unit="s",
            hint=HINT,
        )
