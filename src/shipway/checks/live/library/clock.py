"""The machine's clock is kept right: tokens, certificates and backups depend on it."""

from __future__ import annotations

import re
import subprocess

from shipway.checks.live.kit import WARNING, Live, Seen, Words, live, nothing
from shipway.tools import find_tool

SKEW_MAX_S = 1.0
ASK_S = 5.0


@live(
    "live.clock",
    WARNING,
    serves=("R141",),
    title=Words("The clock is right", "서버 시계가 정확합니다"),
    fix=Words("timedatectl set-ntp true", "timedatectl set-ntp true 로 시간 동기화를 켜세요"),
)
def look(seen: Live) -> Seen:
    """Ask chrony, else systemd; without either there is nothing to compare with."""
    del seen
    skew = chrony_skew(_said("chronyc", "-n", "tracking"))
    if skew is not None:
        return judge(skew)
    synchronised = _said("timedatectl", "show", "-p", "NTPSynchronized", "--value").strip()
    if synchronised not in {"yes", "no"}:
        raise nothing(
            "nothing here keeps the clock, so that there is nothing to compare with",
            "시간 동기화 서비스가 없어 비교할 기준이 없습니다",
        )
    return Seen(
        says=Words("systemd keeps it", "systemd가 동기화 중"),
        wrong=()
        if synchronised == "yes"
        else (Words("it is not synchronised", "동기화되지 않았습니다"),),
        figures={"synchronised": synchronised == "yes"},
    )


def chrony_skew(text: str) -> float | None:
    """Return the seconds that `chronyc tracking` says the clock is off; None where it does not."""
    found = re.search(r"System time\s*:\s*([0-9.]+) seconds", text)
    return float(found[1]) if found and "Not synchronised" not in text else None


def judge(skew_s: float) -> Seen:
    """Return what a skew means."""
    return Seen(
        says=Words(f"{skew_s * 1000:.1f} ms off", f"오차 {skew_s * 1000:.1f} ms"),
        wrong=()
        if skew_s <= SKEW_MAX_S
        else (Words(f"it is {skew_s:.1f} s off", f"{skew_s:.1f}초 어긋나 있습니다"),),
        figures={"skew_s": skew_s},
    )


def _said(program: str, *words: str) -> str:
    tool = find_tool(program)
    if tool is None:
        return ""
    try:
        done = subprocess.run(
            [str(tool), *words],
            check=False,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=ASK_S,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout if done.returncode == 0 else ""
