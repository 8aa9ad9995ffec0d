"""What a running worker is told over its socket: its servers and certificates, without a reload."""

from __future__ import annotations

from shipway.ingress import plan
from shipway.ingress.certificates import parse_list, plan_certificates
from shipway.ingress.control import Session
from shipway.ingress.frontends import CERTIFICATES
from shipway.model.routing import IngressConfig


def tell(session: Session, config: IngressConfig) -> tuple[str, ...] | None:
    """Make the worker's servers and certificates equal to `config`; return who leaves.

    None where the worker refused.
    """
    running = plan.parse_servers(session.ask(["show servers state"])[0])
    change = plan.plan_change(running, config)
    answers = session.ask([command for command, _ in change.commands])
    if answers != [answer for _, answer in change.commands]:
        return None
    return change.leaving if _tell_certificates(session, config) else None


def _tell_certificates(session: Session, config: IngressConfig) -> bool:
    if not any(listener.tls for listener in config.listeners):
        return True
    running = parse_list(session.ask([f"show ssl crt-list {CERTIFICATES}"])[0])
    for command, expected in plan_certificates(running, config.certificates):
        # One at a time: a chain with its key fills the proxy's buffer.
        if expected not in session.ask([command])[0]:
            return False
    return True
