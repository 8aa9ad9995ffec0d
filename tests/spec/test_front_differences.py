"""What two releases differ in at the front door: said by name and figure, never with a password."""

from __future__ import annotations

from dataclasses import replace

from shipway.model.application import Application, RouteRule, Service
from shipway.model.front import FrontDoor, Tls
from shipway.model.names import EnvironmentId
from shipway.model.routing import RateLimit
from shipway.model.workload import Role, SecretMap
from shipway.spec import differences

API = Service(name="api", role=Role.WEB, definition={})
PLAIN = Application(
    environment=EnvironmentId("shop", "staging"),
    services=(API,),
    routes=(RouteRule(service="api"), RouteRule(service="api", path="/old")),
    port=4400,
)


def told(old: Application, new: Application) -> list[str]:
    return [str(item) for item in differences(old, new)]


def test_routes_say_where_they_lead_and_what_about_them_changed() -> None:
    """R095: limits, logins and networks of the front door are part of what differs."""
    guarded = RouteRule(
        service="api",
        path="/flower",
        login=(("admin", "FLOWER_PASSWORD"),),
        allow=("10.0.0.0/8",),
    )
    limited = RouteRule(
        service="api",
        rate=RateLimit(requests=60, burst=20),
        body_bytes_max=1000,
        response_timeout_s=100,
    )
    assert told(PLAIN, replace(PLAIN, routes=(limited, guarded))) == [
        (
            "route / changed (rate none → 60/min and 20 more, max_body none → 1000 bytes, "
            "timeout 60 s → 100 s)"
        ),
        "route /old removed (to api)",
        "route /flower added (to api, login admin, allow 10.0.0.0/8)",
    ]
    other = replace(limited, rate=RateLimit(requests=5, per_s=10), cache="no-store", strip=True)
    assert told(replace(PLAIN, routes=(limited,)), replace(PLAIN, routes=(other,))) == [
        (
            "route / changed (strip no → yes, rate 60/min and 20 more → 5/10 s and 0 more, "
            "cache none → no-store)"
        ),
    ]
    twice = replace(guarded, login=(("admin", "OTHER"), ("kim", "KIM_PASSWORD")))
    assert told(replace(PLAIN, routes=(guarded,)), replace(PLAIN, routes=(twice,))) == [
        (
            "route /flower changed (login admin → admin, kim, "
            "password of FLOWER_PASSWORD → OTHER, KIM_PASSWORD)"
        ),
    ]


def test_tls_headers_pages_and_proxies_are_told_and_no_value_of_a_secret() -> None:
    secure = FrontDoor(
        tls=Tls(hsts_s=3600, dns="cloudflare", wildcards=("example.com",)),
        headers={"X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer"},
        pages={"maintenance": "<h1>closed</h1>"},
        trusted_proxies=("10.0.0.0/8",),
        compress=True,
        values=SecretMap({"FLOWER_PASSWORD": "hunter2"}),
    )
    served = replace(PLAIN, front=secure, hosts=("example.com",))
    assert told(PLAIN, served) == [
        (
            "tls https added (certificate ordered from https://acme-v02.api.letsencrypt.org/directory "
            "by DNS (cloudflare), wildcards example.com, redirect 80, hsts 3600 s)"
        ),
        "header X-Content-Type-Options removed",
        "header X-Frame-Options changed (SAMEORIGIN → DENY)",
        "header Referrer-Policy changed (strict-origin-when-cross-origin → no-referrer)",
        "page maintenance added",
        "ingress trusted_proxies changed (none → 10.0.0.0/8)",
        "ingress compress changed (no → yes)",
        "address hosts changed (none → example.com)",
    ]
    own = Tls(certificate="/etc/ssl/a.pem", key="/etc/ssl/a.key", redirect_port=None, verify=False)
    changed = replace(
        secure,
        tls=own,
        values=SecretMap({"FLOWER_PASSWORD": "hunter3"}),
        pages={"maintenance": "x"},
    )
    lines = told(served, replace(served, front=changed))
    assert lines == [
        (
            "tls certificate changed (ordered from https://acme-v02.api.letsencrypt.org/directory "
            "by DNS (cloudflare) → /etc/ssl/a.pem)"
        ),
        "tls wildcards changed (example.com → none)",
        "tls redirect changed (80 → none)",
        "tls hsts changed (3600 s → none)",
        "tls verify changed (none → off)",
        "page maintenance changed",
        "ingress value FLOWER_PASSWORD changed",
    ]
    assert "hunter" not in "".join(lines)
    assert told(served, PLAIN)[0].startswith("tls https removed (certificate ordered from")
