"""What the daemon does by itself to know how things are: looking, and telling people."""

from __future__ import annotations

from shipway.daemon.loops import Loop
from shipway.observe.collecting import Collector
from shipway.observe.heart import Heart
from shipway.observe.monitors import Monitors
from shipway.observe.post import Post
from shipway.observe.sampling import Sampler
from shipway.observe.slow_log import SlowLog
from shipway.observe.world import Observatory

OBSERVE = "observe"
TRAFFIC_S = 3.0
LOGS_S = 5.0
POST_S = 2.0


def watching_loops(world: Observatory) -> tuple[Loop, ...]:
    """Return the loops; nudge `OBSERVE` to have everything looked at now."""
    slow = SlowLog()
    monitors = Monitors(world)
    sampler = Sampler(world, slow, monitors)
    return (
        Loop(name=OBSERVE, every_s=world.every_s, act=sampler.look),
        Loop(name="traffic", every_s=min(TRAFFIC_S, world.every_s), act=sampler.listen),
        Loop(name="logs", every_s=LOGS_S, act=Collector(world, slow).attend),
        Loop(name="monitors", every_s=POST_S, act=monitors.go),
        Loop(name="post", every_s=POST_S, act=Post(world).deliver),
        Loop(name="heartbeat", every_s=POST_S, act=Heart(world).beat),
    )
