"""What is recommended of old, each closed by itself once the platform supplies it.  Pure.

The five of operations practice, then the owner's own, which a check's pass closes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from shipway.documents.facts import CheckFacts, IndicatorFacts, RecommendationFacts
from shipway.model.application import Application
from shipway.model.declared import RecommendationSpec
from shipway.model.evidence import Result
from shipway.model.words import Words, plural


def recommendations(
    app: Application | None,
    own: Sequence[RecommendationSpec],
    checks: Sequence[CheckFacts],
    indicators: Sequence[IndicatorFacts],
    *,
    structured_logs: int,
) -> Iterator[RecommendationFacts]:
    """Yield them.  structured_logs: how many JSON lines were kept of late."""
    yield RecommendationFacts(
        text=Words("Limit requests per client", "Rate Limiting 적용"),
        closed_by=_limited(app),
        how=Words("`rate:` at a route", "라우트에 `rate:` 지정"),
    )
    yield RecommendationFacts(
        text=Words("Structured logs (JSON)", "로깅 강화: 구조화된 로그 (JSON)"),
        closed_by=Words(
            f"{structured_logs} JSON lines were read and kept of late",
            f"최근 JSON 로그 {structured_logs}줄 수집·보관",
        )
        if structured_logs
        else None,
        how=Words(
            "write a JSON object a line to stdout; it is read and searched by level",
            "stdout에 한 줄당 JSON 객체로 기록하면 레벨별로 수집·검색",
        ),
    )
    measured = [one for one in indicators if one.value]
    yield RecommendationFacts(
        text=Words("Metrics", "메트릭 수집 (Prometheus/Grafana)"),
        closed_by=Words(
            f"Shipway measures {plural(len(measured), 'indicator')}; "
            "`shipway generate prometheus`, `grafana`",
            f"Shipway가 지표 {len(measured)}개 측정 중; `shipway generate prometheus`, `grafana`",
        )
        if measured
        else None,
        how=Words("measured by itself once deployed", "배포하면 자동으로 측정"),
    )
    channels = tuple(one.name for one in app.watching.channels) if app is not None else ()
    names = ", ".join(channels)
    yield RecommendationFacts(
        text=Words("Alerts (Slack, e-mail)", "알림 시스템 (Slack/Email)"),
        closed_by=Words(f"told by {names}", f"알림 채널: {names}") if channels else None,
        how=Words("a channel below `notify:`", "`notify:`에 채널 지정"),
    )
    scheduled = app is not None and app.backup.scheduled
    yield RecommendationFacts(
        text=Words("Automatic backups", "백업 자동화"),
        closed_by=Words(
            "Shipway saves by itself and rehearses the restore",
            "Shipway가 자동 백업하고 복원을 훈련",
        )
        if scheduled
        else None,
        how=Words("`backup: {scheduled: true}`", "`backup: {scheduled: true}`"),
    )
    states = {one.id: one for one in checks}
    for one in own:
        check = states.get(one.check)
        closed = check is not None and check.state is Result.PASSED
        yield RecommendationFacts(
            text=Words(one.text, one.text),
            closed_by=Words(f"{one.check} passed", f"{one.check} 통과") if closed else None,
            how=Words(f"`shipway check`: {one.check}", f"`shipway check`: {one.check}")
            if one.check
            else Words("", ""),
        )


def _limited(app: Application | None) -> Words | None:
    limited = [rule for rule in app.routes if rule.rate is not None] if app is not None else []
    if not limited:
        return None
    told = ", ".join(
        f"{rule.path} {rule.rate.requests}/{rule.rate.per_s:g}s"
        for rule in limited
        if rule.rate is not None
    )
    return Words(f"limited by the front door: {told}", f"프록시에서 제한: {told}")
