"""What a real HAProxy lets through, refuses and adds, route by route."""

from __future__ import annotations

import base64
import gzip
import http.client
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from shipway.ingress.haproxy import HAProxyIngress
from shipway.model.routing import (
    Backend,
    IngressConfig,
    Listener,
    Login,
    Maintenance,
    RateLimit,
    RequestTiming,
    Route,
    RoutePolicy,
)
from shipway.model.workload import SecretMap
from tests.ingress.client import Reply, fetch
from tests.ingress.support import LOOPBACK, eventually, upstream
from tests.ingress.upstreams import Upstreams

IMMUTABLE = "public, max-age=31536000, immutable"
ELSEWHERE = "192.0.2.0/24"


def served(
    port: int,
    upstream_port: int,
    *routes: tuple[str, RoutePolicy],
    backend: Backend | None = None,
    trusted: tuple[str, ...] = (),
    logins: tuple[Login, ...] = (),
) -> IngressConfig:
    """Return a configuration of one backend, with these routes beside an open one."""
    made = replace(backend or Backend(id="app"), upstreams=(upstream("r1-1", upstream_port),))
    paths = (Route(backend="app"), *(Route(backend="app", path=p, policy=q) for p, q in routes))
    listener = Listener(port=port, address=LOOPBACK, routes=paths, trusted_proxies=trusted)
    return IngressConfig(listeners=(listener,), backends=(made,), logins=logins)


def basic(user: str, password: str) -> dict[str, str]:
    token = base64.b64encode(f"{user}:{password}".encode()).decode()
    return {"Authorization": f"Basic {token}"}


def test_of_sixty_requests_at_once_twenty_one_pass_and_five_more_after_five_seconds(
    ingress: HAProxyIngress, upstreams: Upstreams, port: int
) -> None:
    """R139: 60 a minute, burst 20, as nginx counts: only what was let through."""
    server = upstreams.start("one")
    limit = RoutePolicy(rate=RateLimit(requests=60, per_s=60, burst=20))
    fast = RoutePolicy(rate=RateLimit(requests=600, per_s=60, burst=2))
    ingress.apply(served(port, server.port, ("/api", limit), ("/fast", fast)))
    began = time.monotonic()
    replies = [fetch(port, "/api/x") for _ in range(60)]
    took_s = time.monotonic() - began
    statuses = [one.status for one in replies]
    assert statuses[:21] == [200] * 21
    assert set(statuses[21:]) <= {200, 429}
    # one a second comes back while they are sent
    assert statuses.count(200) <= 22 + took_s, (took_s, statuses)
    refused = next(one for one in replies if one.status == 429)
    assert refused.body.startswith("429: too many requests")
    assert 1 <= int(refused.headers["retry-after"]) <= 2
    assert {fetch(port, "/other").status for _ in range(60)} == {200}
    assert [fetch(port, "/fast").status for _ in range(3)] == [200, 200, 200]
    # Ten a second come back there: whoever hammers is let in again all the same.
    assert eventually(lambda: fetch(port, "/fast").status == 200)


def test_each_client_behind_a_trusted_proxy_has_a_limit_of_its_own(
    ingress: HAProxyIngress, upstreams: Upstreams, port: int
) -> None:
    """R139, R018: the client's address, not the proxy's; IPv6 by the network of a line."""
    server = upstreams.start("one")
    limit = RoutePolicy(rate=RateLimit(requests=1, per_s=3600, burst=1))
    ingress.apply(served(port, server.port, ("/api", limit), trusted=("127.0.0.0/8",)))

    def ask(client: str) -> int:
        return fetch(port, "/api", headers={"X-Forwarded-For": client}).status

    assert [ask("203.0.113.7") for _ in range(3)] == [200, 200, 429]
    assert [ask("203.0.113.8") for _ in range(3)] == [200, 200, 429]
    assert [ask(f"2001:db8:0:1::{n}") for n in range(1, 4)] == [200, 200, 429]
    assert ask("2001:db8:0:2::1") == 200


def test_a_crowd_at_once_gets_no_more_than_the_limit(
    ingress: HAProxyIngress, upstreams: Upstreams, port: int
) -> None:
    server = upstreams.start("one")
    limit = RoutePolicy(rate=RateLimit(requests=10, per_s=3600, burst=9))
    ingress.apply(served(port, server.port, ("/api", limit)))
    with ThreadPoolExecutor(16) as pool:
        statuses = list(pool.map(lambda _: fetch(port, "/api").status, range(80)))
    # Two threads of the proxy may look at the same moment.
    assert 10 <= statuses.count(200) <= 12


def test_only_a_trusted_proxy_is_believed(
    ingress: HAProxyIngress, upstreams: Upstreams, port: int
) -> None:
    """R018: nobody else says who or how he is."""
    server = upstreams.start("one")
    claims = {
        "X-Forwarded-For": "198.51.100.1, 203.0.113.7, 127.0.0.9",
        "X-Forwarded-Proto": "https",
        "X-Real-IP": "198.51.100.1",
        "Forwarded": "for=198.51.100.1",
    }
    ingress.apply(served(port, server.port))
    stranger = fetch(port, headers=claims)
    assert stranger.seen("x-forwarded-for") == [LOOPBACK]
    assert stranger.seen("x-real-ip") == [LOOPBACK]
    assert stranger.seen("x-forwarded-proto") == ["http"]
    assert stranger.seen("forwarded") == []
    ingress.apply(served(port, server.port, trusted=("127.0.0.0/8",)))
    trusted = fetch(port, headers=claims)
    # From the right, past the proxies that are trusted; what stands further left is a claim.
    assert trusted.seen("x-forwarded-for") == ["203.0.113.7"]
    assert trusted.seen("x-real-ip") == ["203.0.113.7"]
    assert trusted.seen("x-forwarded-proto") == ["https"]
    nonsense = fetch(port, headers={"X-Forwarded-For": "nobody", "X-Forwarded-Proto": "gopher"})
    assert nonsense.seen("x-forwarded-for") == [LOOPBACK]
    assert nonsense.seen("x-forwarded-proto") == ["http"]


def test_on_one_connection_every_request_says_itself_who_asks(
    ingress: HAProxyIngress, upstreams: Upstreams, port: int
) -> None:
    server = upstreams.start("one")
    ingress.apply(served(port, server.port, trusted=("127.0.0.1",)))
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=10)
    seen = []
    for client in ("203.0.113.7", "203.0.113.8", None):
        headers = {"X-Forwarded-For": client} if client else {}
        connection.request("GET", "/", headers=headers)
        answer = connection.getresponse()
        seen += Reply(answer.status, {}, answer.read().decode()).seen("x-forwarded-for")
    connection.close()
    assert seen == ["203.0.113.7", "203.0.113.8", LOOPBACK]


def test_an_admin_page_opens_for_its_networks_only(
    ingress: HAProxyIngress, upstreams: Upstreams, port: int
) -> None:
    """R145, D20."""
    server = upstreams.start("one")
    ingress.apply(
        served(
            port,
            server.port,
            ("/closed", RoutePolicy(allow=(ELSEWHERE, "2001:db8::/32"))),
            ("/open", RoutePolicy(allow=(ELSEWHERE, "127.0.0.1"))),
        )
    )
    assert fetch(port, "/closed/flower").status == 403
    assert fetch(port, "/open").status == 200
    assert fetch(port, "/").status == 200
    assert server.requests == 2


ROUND_ABOUT = (
    "/%61dmin",
    "//admin",
    "///admin//x",
    "/admin;x=1/y",
    "/admin%2fx",
    "/x/../admin",
    "/./admin",
    "/x/%2e%2e/admin",
    "/x/..;/admin",
    "/x/..%2fadmin",
    "/admin%00",
    "/\\admin",
    "/x\\..\\admin",
)


@pytest.mark.parametrize("path", ROUND_ABOUT)
def test_there_is_no_way_round_the_lock_of_a_path(
    ingress: HAProxyIngress, upstreams: Upstreams, port: int, path: str
) -> None:
    """R145: a path is looked up as applications understand it; what climbs is refused."""
    server = upstreams.start("one")
    ingress.apply(served(port, server.port, ("/admin", RoutePolicy(allow=(ELSEWHERE,)))))
    with socket.create_connection((LOOPBACK, port), timeout=10) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        answer = connection.makefile("rb").read()
    assert answer.split(b" ")[1] in (b"400", b"403"), answer
    assert server.requests == 0


def test_ordinary_odd_paths_arrive_as_they_were_sent(
    ingress: HAProxyIngress, upstreams: Upstreams, port: int
) -> None:
    server = upstreams.start("one")
    ingress.apply(served(port, server.port, ("/admin", RoutePolicy(allow=(ELSEWHERE,)))))
    for path in ("/a%20b", "/%EC%95%88", "/a;v=1", "/p//q", "/...", "/.hidden", "/a..b?x=../y"):
        assert fetch(port, path).request_line == f"GET {path} HTTP/1.1"


def test_a_login_wants_the_password_and_keeps_it_from_the_application(
    ingress: HAProxyIngress, upstreams: Upstreams, port: int
) -> None:
    """R145, D20: passwords hashed in the proxy's file, which only its user reads."""
    server = upstreams.start("one")
    users = SecretMap({"admin": "correct horse \"'$%", "min.su": "암호"})
    logins = (Login(id="shop.production", users=users),)
    ingress.apply(
        served(port, server.port, ("/flower", RoutePolicy(login="shop.production")), logins=logins)
    )
    refused = fetch(port, "/flower")
    assert refused.status == 401
    assert refused.headers["www-authenticate"] == 'Basic realm="shop.production"'
    assert fetch(port, "/flower", headers=basic("admin", "wrong")).status == 401
    assert fetch(port, "/flower", headers=basic("nobody", users["admin"])).status == 401
    good = fetch(port, "/flower", headers=basic("admin", users["admin"]))
    assert good.status == 200
    assert good.seen("authorization") == []
    assert fetch(port, "/flower", headers=basic("min.su", "암호")).status == 200
    assert fetch(port, "/", headers=basic("admin", "x")).seen("authorization") != []
    file = ingress._directory / "haproxy.cfg"
    assert "$6$" in file.read_text()
    assert "correct horse" not in file.read_text()
    assert file.stat().st_mode & 0o077 == 0


def test_guessing_passwords_is_slowed_down_and_the_owner_is_let_in_after(
    ingress: HAProxyIngress, upstreams: Upstreams, port: int
) -> None:
    server = upstreams.start("one")
    logins = (Login(id="l", users=SecretMap({"admin": "right"})),)
    ingress.apply(served(port, server.port, ("/flower", RoutePolicy(login="l")), logins=logins))
    statuses = [fetch(port, "/flower", headers=basic("admin", "no")).status for _ in range(15)]
    assert statuses.count(401) in (11, 12)
    assert statuses[-1] == 429
    assert fetch(port, "/flower").status == 429
    assert eventually(
        lambda: fetch(port, "/flower", headers=basic("admin", "right")).status == 200, 10
    )


def test_bodies_are_as_large_as_allowed(
    ingress: HAProxyIngress, upstreams: Upstreams, port: int
) -> None:
    """Issue 7, item 3: 413; and 411 for a body of unknown length."""
    server = upstreams.start("one")
    ingress.apply(served(port, server.port, ("/upload", RoutePolicy(body_bytes_max=1000))))

    def post(path: str, body: bytes, **headers: str) -> int:
        connection = http.client.HTTPConnection(LOOPBACK, port, timeout=10)
        connection.request("POST", path, body=body, headers=headers)
        status = connection.getresponse().status
        connection.close()
        return status

    assert post("/upload", b"x" * 1000) == 200
    assert post("/upload", b"x" * 1001) == 413
    assert post("/", b"x" * 5000) == 200
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=10)
    connection.putrequest("POST", "/upload")  # no body: the answer may come before it
    connection.putheader("Transfer-Encoding", "chunked")
    connection.endheaders()
    assert connection.getresponse().status == 411
    connection.close()


def test_headers_are_added_where_the_application_sends_none(
    ingress: HAProxyIngress, upstreams: Upstreams, port: int
) -> None:
    """R140: never over the application's own."""
    server = upstreams.start("one")
    policy = "default-src 'self'; report-uri \"/x\" 100% $HOME \\ {a} #b"
    backend = Backend(
        id="app", headers=(("Content-Security-Policy", policy), ("X-Frame-Options", "DENY"))
    )
    ingress.apply(
        served(port, server.port, ("/no", RoutePolicy(allow=(ELSEWHERE,))), backend=backend)
    )
    plain = fetch(port)
    assert plain.headers["content-security-policy"] == policy
    assert plain.headers["x-frame-options"] == "DENY"
    assert "server" not in plain.headers
    own = fetch(port, headers={"X-Send": "X-Frame-Options: SAMEORIGIN"})
    assert own.headers["x-frame-options"] == "SAMEORIGIN"
    refused = fetch(port, "/no")
    assert refused.status == 403
    assert refused.headers["x-frame-options"] == "DENY"


def test_hashed_assets_are_kept_and_nothing_else(
    ingress: HAProxyIngress, upstreams: Upstreams, port: int
) -> None:
    """R018, R221."""
    server = upstreams.start("one")
    ingress.apply(
        served(
            port,
            server.port,
            ("/static", RoutePolicy(cache=IMMUTABLE)),
            ("/assets", RoutePolicy(cache=IMMUTABLE, cache_hashed=True)),
        )
    )
    hashed = (
        "app.3f2a9c1b.js",
        "index-BxY12z_3.css",
        "0e1f2a3b4c5d6e7f.woff2",
        "a.9f8e7d6c.js.map",
    )
    for name in hashed[:2] + hashed[3:]:
        assert fetch(port, f"/assets/{name}").headers.get("cache-control") == IMMUTABLE, name
    for name in ("app.js", "report-20240101.png", "app-version2.js", "index-download.css", "x"):
        assert "cache-control" not in fetch(port, f"/assets/{name}").headers, name
    assert fetch(port, "/static/a.css").headers["cache-control"] == IMMUTABLE
    own = fetch(port, "/static/a.css", headers={"X-Send": "Cache-Control: no-cache"})
    assert own.headers["cache-control"] == "no-cache"
    assert "cache-control" not in fetch(port, "/").headers


def test_maintenance_shows_its_page_to_all_but_those_who_work_on_it(
    ingress: HAProxyIngress, upstreams: Upstreams, port: int
) -> None:
    server = upstreams.start("one")
    page = "<h1>점검 중입니다</h1> \" ' % $ \\ # {}\n\n<p>곧 돌아옵니다</p>"
    closed = Backend(id="app", maintenance=Maintenance(page=page, allow=("203.0.113.0/24",)))
    ingress.apply(served(port, server.port, backend=closed, trusted=(LOOPBACK,)))
    refused = fetch(port)
    assert refused.status == 503
    assert refused.body == page
    assert refused.headers["retry-after"] == "60"
    assert refused.headers["content-type"] == "text/html; charset=utf-8"
    assert fetch(port, headers={"X-Forwarded-For": "203.0.113.7"}).status == 200
    plain = Backend(id="app", maintenance=Maintenance())
    ingress.apply(served(port, server.port, backend=plain))
    assert fetch(port).body.startswith("503: ")
    ingress.apply(served(port, server.port))
    assert fetch(port).status == 200


def test_own_pages_stand_for_what_the_ingress_answers(ingress: HAProxyIngress, port: int) -> None:
    pages = {503: "<p>gone</p>", 403: "<p>no</p>", 429: "<p>slow</p>", 413: "<p>big</p>"}
    config = served(
        port,
        1,
        ("/no", RoutePolicy(allow=(ELSEWHERE,))),
        ("/one", RoutePolicy(rate=RateLimit(requests=1, per_s=3600))),
        backend=Backend(id="app", pages=pages),
    )
    config = replace(config, backends=(replace(config.backends[0], upstreams=()),))
    ingress.apply(config)
    assert (fetch(port).status, fetch(port).body) == (503, pages[503])
    assert fetch(port, "/no").body == pages[403]
    fetch(port, "/one")
    assert fetch(port, "/one").body == pages[429]


def test_text_is_compressed_for_those_who_want_it(
    ingress: HAProxyIngress, upstreams: Upstreams, port: int
) -> None:
    server = upstreams.start("one")
    ingress.apply(served(port, server.port, backend=Backend(id="app", compress=True)))
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=10)
    headers = {"Accept-Encoding": "gzip", "X-Send": "Content-Type: text/html"}
    connection.request("GET", "/" + "a" * 2000, headers=headers)
    answer = connection.getresponse()
    body = answer.read()
    assert answer.getheader("content-encoding") == "gzip"
    assert gzip.decompress(body).startswith(b"one\n")
    connection.close()
    assert (
        "content-encoding" not in fetch(port, headers={"X-Send": "Content-Type: text/html"}).headers
    )


def test_a_stream_passes_event_by_event(
    ingress: HAProxyIngress, upstreams: Upstreams, port: int
) -> None:
    """R214: the first byte is there before the last one was sent; compression keeps off."""
    server = upstreams.start("one")
    ingress.apply(served(port, server.port, backend=Backend(id="app", compress=True)))
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=10)
    connection.request("GET", "/stream", headers={"Accept-Encoding": "gzip"})
    answer = connection.getresponse()
    assert answer.readline() == b"data: first\n"
    assert fetch(port, "/stream/go").status == 200
    assert b"data: second" in answer.read()
    connection.close()


def test_a_route_has_time_outs_of_its_own(
    ingress: HAProxyIngress, upstreams: Upstreams, port: int
) -> None:
    """R018, R199."""
    server = upstreams.start("one")
    quick = RoutePolicy(response_timeout_s=0.2)
    ingress.apply(served(port, server.port, ("/slow/30", quick)))
    assert fetch(port, "/slow/30").status == 504
    assert fetch(port, "/slow/0.4").status == 200


def measured(ingress: HAProxyIngress, count: int) -> list[RequestTiming]:
    """Return what is read until so many have come: a client has its answer before the line is."""
    found: list[RequestTiming] = []

    def all_there() -> bool:
        timings = ingress.timings()
        assert not timings.lost
        found.extend(timings.requests)
        return len(found) >= count

    assert eventually(all_there), found
    return found


def test_what_the_proxy_measured_is_read_once(
    ingress: HAProxyIngress, upstreams: Upstreams, port: int
) -> None:
    """Section N, indicator 1: without the query, which may hold secrets."""
    server = upstreams.start("one")
    ingress.apply(served(port, server.port, ("/no", RoutePolicy(allow=(ELSEWHERE,)))))
    assert ingress.timings().requests == ()
    fetch(port, "/slow/0.2?token=secret")
    fetch(port, "/no")
    fetch(port, "/a", host="")
    first = measured(ingress, 3)
    assert [(one.backend, one.upstream, one.status) for one in first] == [
        ("app", "r1-1", 200),
        ("app", "", 403),
        ("", "", 400),
    ]
    slow = first[0]
    assert slow.response_s is not None
    assert 0.2 <= slow.response_s <= slow.total_s < 5
    assert (slow.method, slow.path, slow.ended) == ("GET", "/slow/0.2", "----")
    assert ingress.timings().requests == ()
    fetch(port, "/again")
    assert [one.path for one in measured(ingress, 1)] == ["/again"]
    # A new worker has a ring of its own; what the old one still knows was read already.
    ingress.apply(served(port, server.port))
    fetch(port, "/new")
    assert [one.path for one in measured(ingress, 1)] == ["/new"]
