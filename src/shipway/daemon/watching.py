"""What the daemon does by itself to know how things are: looking, and telling people."""

from __future__ import annotations

from shipway.daemon.loops import Loop
from shipway.observe.sampling import Sampler
from shipway.observe.world import Observatory

OBSERVE = "observe"


def watching_loops(world: Observatory) -> tuple[Loop, ...]:
    """Return the loops; nudge `OBSERVE` to have everything looked at now."""
    return (Loop(name=OBSERVE, every_s=world.every_s, act=Sampler(world).look),)
