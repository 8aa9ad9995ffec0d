"""What happens behind: the schedule's pulse and the queue."""

import time

from fastapi import APIRouter

from omnivibe.channel import HEARTBEAT, store

router = APIRouter(prefix="/system")
QUEUE = "celery"


@router.get("/schedule")
def schedule() -> dict:
    """When the scheduler was last heard of, through a worker."""
    kept = store.hgetall(HEARTBEAT)
    age = time.time() - float(kept["at"]) if kept else None
    return {"beats": int(kept.get("beats", 0)), "age_s": age, "fresh": age is not None and age < 20}


@router.get("/queue")
def queue() -> dict:
    return {"waiting": store.llen(QUEUE)}
