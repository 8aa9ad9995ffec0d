"""R197: there is room on the disk."""

from __future__ import annotations

import shutil

from shipway.checks.live.kit import WARNING, Live, Seen, Words, live


@live(
    "live.disk",
    WARNING,
    serves=("R197",),
    title=Words("The disk has room", "디스크 여유 공간이 충분합니다"),
    fix=Words("shipway clean, or a larger disk", "shipway clean 을 실행하거나 디스크를 늘리세요"),
)
def look(seen: Live) -> Seen:
    """Compare free bytes with the floor that the project declares."""
    usage = shutil.disk_usage(seen.scene.home)
    floor = seen.app.policy.disk_floor_bytes
    free, wanted = usage.free / 1e9, floor / 1e9
    short = usage.free < floor
    return Seen(
        says=Words(f"{free:.1f} GB are free", f"{free:.1f} GB 여유"),
        wrong=(
            (
                Words(
                    f"{free:.1f} GB are free, the floor is {wanted:.1f} GB",
                    f"여유 {free:.1f} GB, 기준 {wanted:.1f} GB 미달",
                ),
            )
            if short
            else ()
        ),
        figures={"free_bytes": usage.free, "floor_bytes": floor},
    )
