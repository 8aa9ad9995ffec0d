"""The post: puts what people do not know yet into the outbox, and sends what is due.

Notices of one environment for one channel that are due together are one message.  One that
does not arrive is tried again after ever longer pauses, also by a later daemon.
"""

from __future__ import annotations

import logging
import socket
from collections.abc import Sequence
from datetime import UTC, datetime

from shipway.errors import Problem
from shipway.model.condition import Level
from shipway.model.notice import Notice, NoticeKind
from shipway.observe.addresses import channels_for, value_of, watching_of
from shipway.observe.standing import still_up
from shipway.observe.telling import Item, Message, compose, trial
from shipway.observe.world import Observatory

log = logging.getLogger("shipway.post")

PAUSES_S = (10.0, 30.0, 60.0, 300.0, 900.0)
ATTEMPTS_MAX = 30
DEADLINE_S = 20.0


class Post:
    """Delivers.  One thread calls `deliver`."""

    def __init__(self, world: Observatory) -> None:
        self._world = world

    def deliver(self) -> None:
        """Put into the outbox what is untold, and send what is due."""
        for incident, kind in self._world.outbox.untold():
            if incident.silenced_until is not None:
                continue
            told = incident.level is not Level.RECORD
            channels = channels_for(self._world, incident) if told else ()
            self._world.outbox.enqueue(incident, kind, channels, incident.level)
        groups: dict[tuple[str, str, str], list[Notice]] = {}
        for notice in self._world.outbox.due(self._world.clock.now()):
            key = (notice.project, notice.environment, notice.channel)
            groups.setdefault(key, []).append(notice)
        for (project, environment, channel), notices in groups.items():
            self._send(project, environment, channel, notices)

    def _send(
        self, project: str, environment: str, channel: str, notices: Sequence[Notice]
    ) -> None:
        identifiers = [notice.id for notice in notices]
        try:
            address, language = address_of(self._world, project, environment, channel)
            message = self._message(notices, language)
            self._world.notifier.send(
                address, title=message.title, body=message.body, deadline_s=DEADLINE_S
            )
        except Problem as problem:
            attempts = max(notice.attempts for notice in notices) + 1
            again = None if attempts >= ATTEMPTS_MAX else self._again_at(attempts)
            log.warning("%s: channel %s: %s", project, channel, problem.message)
            self._world.outbox.failed(identifiers, problem.message, again)
            return
        self._world.outbox.sent(identifiers)

    def _again_at(self, attempts: int) -> float:
        return self._world.clock.now() + PAUSES_S[min(attempts, len(PAUSES_S)) - 1]

    def _message(self, notices: Sequence[Notice], language: str) -> Message:
        """Return the message; of an incident's several notices the last word counts."""
        latest: dict[int, NoticeKind] = {}
        for notice in notices:
            earlier = latest.get(notice.incident)
            opened = earlier in {NoticeKind.OPENED, NoticeKind.REOPENED}
            if not (opened and notice.kind is NoticeKind.ESCALATED):
                latest[notice.incident] = notice.kind
        items = []
        for identifier, kind in latest.items():
            incident = self._world.incidents.get(identifier)
            changed = None
            if incident.rollout is not None:
                changed = self._world.store.rollouts.get(incident.rollout)
            up = still_up(self._world, incident)
            items.append(Item(incident=incident, kind=kind, changed=changed, up=up))
        return compose(
            items,
            language=language,
            now=self._world.clock.now(),
            zone=datetime.now(UTC).astimezone().tzinfo or UTC,
            machine=socket.gethostname(),
        )


def address_of(world: Observatory, project: str, environment: str, channel: str) -> tuple[str, str]:
    """Return (address, language).  Raises Problem `no-channel`, `no-channel-address`."""
    watching = watching_of(world, project, environment)
    found = {item.name: item for item in watching.channels} if watching else {}
    if watching is None or channel not in found:
        raise Problem(
            "no-channel",
            f"{project} has no channel {channel} any more.",
            hints=["declare it below `notify:` in shipway.yaml, and deploy"],
        )
    variable = found[channel].variable
    value = value_of(world, project, environment, variable)
    if value is None:
        raise Problem(
            "no-channel-address",
            f"{project}: the variable {variable} of the channel {channel} has no value.",
            hints=[f"shipway secret set {variable}"],
        )
    return value, watching.language


def try_channels(world: Observatory, project: str, environment: str) -> list[dict[str, object]]:
    """Send a test to each channel of an environment; return what became of each."""
    watching = watching_of(world, project, environment)
    results: list[dict[str, object]] = []
    for item in watching.channels if watching else ():
        try:
            address, language = address_of(world, project, environment, item.name)
            message = trial(
                language=language,
                channel=item.name,
                project=project,
                machine=socket.gethostname(),
            )
            world.notifier.send(
                address, title=message.title, body=message.body, deadline_s=DEADLINE_S
            )
        except Problem as problem:
            results.append({"channel": item.name, "sent": False, "problem": problem.as_dict()})
        else:
            results.append({"channel": item.name, "sent": True, "problem": None})
    return results
