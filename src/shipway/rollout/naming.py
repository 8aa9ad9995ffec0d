"""What is told of certificates: wanted, there, ending when; and where their names lead."""

from __future__ import annotations

from typing import Any

from shipway.rollout.certificate_kit import CertificateKit
from shipway.rollout.certificates import DAY_S, Wanted, renewal_at, wanted_certificates
from shipway.rollout.routing import served_applications
from shipway.rollout.world import World


def certificate_overview(world: World, *, dns: bool) -> list[dict[str, Any]]:
    """Return one view for each certificate that is wanted."""
    kit = world.certificates
    if kit is None:
        return []
    now = world.clock.now()
    shelved = {one.id: one for one in kit.shelf.all()}
    orders = {one.id: one for one in kit.orders.all()}
    found = []
    for one in wanted_certificates(served_applications(world)):
        kept, order = shelved.get(one.id), orders.get(one.id)
        found.append(
            {
                "id": one.id,
                "environment": str(one.environment),
                "names": list(kept.names if kept else one.names),
                "origin": "ordered" if one.tls.ordered else "own",
                "issuer": kept.issuer if kept else None,
                "not_after": kept.not_after if kept else None,
                "days_left": round((kept.not_after - now) / DAY_S, 1) if kept else None,
                "renewal_at": renewal_at(kept) if kept and one.tls.ordered else None,
                "failures": order.failures if order else 0,
                "next_at": order.next_at if order else None,
                "problem": order.problem.as_dict() if order and order.problem else None,
                "dns": _dns(kit, one) if dns else [],
            }
        )
    return found


def _dns(kit: CertificateKit, wanted: Wanted) -> list[str]:
    """Return a sentence for each name that does not lead to this server (R090)."""
    said = []
    own = kit.names.own()
    for name in wanted.names:
        if name.startswith("*."):
            continue
        leads_to = kit.names.addresses(name)
        if not leads_to:
            said.append(f"{name} leads nowhere: its A or AAAA record is missing.")
        elif not kit.names.leads_here(leads_to):
            said.append(
                f"{name} leads to {', '.join(leads_to)}, not to this server ({', '.join(own)})."
            )
    return said
