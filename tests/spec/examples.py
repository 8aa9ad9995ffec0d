"""shipway.yaml texts, good and bad in form; the reader and the schema judge all of them."""

from __future__ import annotations

GOOD = {
    "empty": "",
    "four lines": "project: shop\nroutes:\n  /api: api\n  /: web\n",
    "everything": """
project: shop
compose: [compose.yaml, compose.server.yaml]
engine: docker
profiles: [app]
env_files: [config/.env.common, {path: ".env.{environment}", required: false}]
variables: {TZ: Asia/Seoul, WORKERS: 4, DEBUG: false, RATIO: 1.10, EMPTY: ""}
files:
  - {source: config/keys/jwt.pem, target: /app/keys/jwt.pem, mode: "0600", owner: "1000:1000", services: [api]}
environments:
  staging: 4400
  production:
    port: 4500
    host: shop.example.com
    path: /shop
    address: 127.0.0.1
    env_files: [config/.env.production]
    variables: {LOG_LEVEL: WARNING}
    files: [{source: a, target: /a}]
    profiles: [production]
    compose: [compose.prod.yaml]
    replicas: {api: 2}
    routes: {/: web}
    rollout: {soak: 30s}
routes:
  - {path: /api, service: api, host: api.example.com, port: 8000, strip: false, timeout: 60s, websocket_timeout: 24h}
  - {service: web}
services:
  api: {role: web, port: 8000, replicas: 2, health: /up}
  web: {health: {path: /up, status: 200-299, host: x.example.com, interval: 100ms, timeout: 5s, deadline: 1m30s, successes: 2}}
  grpc: {health: false}
  worker: {role: worker}
migrate: {service: api, command: alembic upgrade head, deadline: 10m}
smoke: [{name: cards, path: "/api/cards?x=1", status: [200, 204-206], contains: "ok", host: a.b, method: GET, timeout: 5s, attempts: 3}]
rollout: {settle: 1s, soak: 0s, drain: 60s, keep_warm: 10m, keep_releases: 2, disk_floor: 20GB, disk_minimum: 1073741824, build_deadline: 30m}
waivers: [{check: compose.latest-tag, reason: "ours, built daily", by: Mina, until: 2026-12-31}]
journeys:
  post-a-card:
    about: A card comes to every screen.
    smoke: true
    environments: [staging]
    monitor: 5m
    deadline: 30s
    values: {who: "{{random.email}}", key: "{{env.API_KEY}}"}
    skip_when: {without: [OPENAI_API_KEY], reason: no key there}
    steps:
      - {connect: /ws, headers: {Origin: "http://a"}, timeout: 3s}
      - {name: post, request: POST /api/cards, host: a.b, headers: {X-Key: "{{key}}"}, json: {title: "{{who}}", list: [1, null]}, expect: {status: 201, headers: {Content-Type: json}, json: {$.title: "{{who}}"}, has: ["$.id"], lacks: ["$.error"], contains: [a, b], within: 2s}, save: {card: $.id}}
      - {send: {type: ping}, receive: {json: {$.type: pong}, within: 5s}, save: {at: $.at}}
      - {send: hello, socket: second}
      - {request: "/api/cards/{{card}}", wait: 20s, every: 500ms, skip_when: {status: 404, json: {$.datasets: []}, contains: off, reason: none}}
      - {request: PUT /x, form: {a: "1"}}
      - {request: PATCH /x, body: text}
    always:
      - {request: "DELETE /api/cards/{{card}}"}
x-anything: [goes]
""",
    "one compose file": "compose: docker-compose.prod.yml\n",
    "migrations as a list": "migrate: [{service: api, command: [a, b, 3]}, {service: web, name: seed}]\n",
    "short routes with hosts": "routes: {shop.example.com: web, shop.example.com/api: {service: api, strip: true}}\n",
    "health by status only": "services: {api: {health: {status: 204}}}\n",
    "several hosts": "environments: {production: {hosts: [a.example.com, b.example.com]}}\n",
    "one number as owner": "files: [{source: a, target: /a, owner: 1000}]\n",
    "empty lists": "profiles: []\nfiles: []\nsmoke: []\nmigrate: []\nenv_files: []\n",
    "extension": "x-common: &c {soak: 1s}\nrollout: *c\n",
}

BAD = {
    "unknown key": "projct: shop\n",
    "unknown key below": "environments: {staging: {prt: 1}}\n",
    "a list instead of the file": "- a\n",
    "project with a dot": "project: my.shop\n",
    "project as a number": "project: 3\n",
    "engine": "engine: podman\n",
    "profiles as a word": "profiles: x\n",
    "compose as a mapping": "compose: {a: b}\n",
    "no compose file": "compose: []\n",
    "variable without value": "variables: {A: }\n",
    "variable as list": "variables: {A: [1]}\n",
    "variable with a space": "variables: {A B: c}\n",
    "port zero": "environments: {staging: 0}\n",
    "port too large": "environments: {staging: {port: 65536}}\n",
    "port as text": 'environments: {staging: "4400"}\n',
    "environment with capitals": "environments: {Staging: 4400}\n",
    "host with a slash": "environments: {staging: {host: a/b}}\n",
    "host with an underscore": "environments: {staging: {host: a_b.example.com}}\n",
    "no hosts": "environments: {staging: {hosts: []}}\n",
    "path without a slash": "environments: {staging: {path: shop}}\n",
    "path with a query": "environments: {staging: {path: '/a?b'}}\n",
    "address with letters": "environments: {staging: {address: localhost}}\n",
    "negative replicas": "environments: {staging: {replicas: {api: -1}}}\n",
    "route without a service": "routes: [{path: /}]\n",
    "route with a relative path": "routes: [{path: api, service: api}]\n",
    "short route with a number": "routes: {/api: 3}\n",
    "short route without a slash": "routes: {/a b: api}\n",
    "strip as text": "routes: [{service: api, strip: 'yes'}]\n",
    "timeout without a unit": "routes: [{service: api, timeout: 60}]\n",
    "timeout in fortnights": "routes: [{service: api, timeout: 1fortnight}]\n",
    "role": "services: {api: {role: server}}\n",
    "health as true": "services: {api: {health: true}}\n",
    "health with a relative path": "services: {api: {health: up}}\n",
    "status out of range": "services: {api: {health: {status: 99}}}\n",
    "status as words": "services: {api: {health: {status: ok}}}\n",
    "no status": "services: {api: {health: {status: []}}}\n",
    "no successes": "services: {api: {health: {successes: 0}}}\n",
    "file without a target": "files: [{source: a}]\n",
    "file with a relative target": "files: [{source: a, target: app/a}]\n",
    "file in a directory": "files: [{source: a, target: /app/}]\n",
    "mode with an eight": "files: [{source: a, target: /a, mode: '0800'}]\n",
    "owner by name": "files: [{source: a, target: /a, owner: app}]\n",
    "migration without a service": "migrate: {command: a}\n",
    "empty command": "migrate: {service: a, command: []}\n",
    "smoke without a path": "smoke: [{name: a}]\n",
    "waiver without a reason": "waivers: [{check: compose.latest-tag, by: Mina, until: 2026-12-31}]\n",
    "waiver until no day": "waivers: [{check: a.b, reason: r, by: Mina, until: 2026-12}]\n",
    "smoke method": "smoke: [{path: /, method: FETCH}]\n",
    "journey name": "journeys: {A B: {steps: [{request: /}]}}\n",
    "journey without steps": "journeys: {a: {}}\n",
    "journey with no step": "journeys: {a: {steps: []}}\n",
    "request without path": "journeys: {a: {steps: [{request: GET}]}}\n",
    "request with another method": "journeys: {a: {steps: [{request: FETCH /}]}}\n",
    "json path": "journeys: {a: {steps: [{request: /, expect: {json: {status: ok}}}]}}\n",
    "save rule": "journeys: {a: {steps: [{request: /, save: {a: id}}]}}\n",
    "skip without reason": "journeys: {a: {skip_when: {without: A}, steps: [{request: /}]}}\n",
    "wait as a number": "journeys: {a: {steps: [{request: /, wait: 5}]}}\n",
    "smoke attempts": "smoke: [{path: /, attempts: 0}]\n",
    "size without sense": "rollout: {disk_floor: 20XB}\n",
    "negative size": "rollout: {disk_floor: -1}\n",
    "releases as text": "rollout: {keep_releases: two}\n",
    "env file without a path": "env_files: [{required: false}]\n",
    "services as a list": "services: [api]\n",
    "null section": "rollout:\n",
}

BEYOND_THE_SCHEMA = {
    "a path with dots": "routes: [{path: /a/../b, service: api}]\n",
    "an address that is none": "environments: {staging: {address: 1.2.3.999}}\n",
    "a range backwards": "services: {api: {health: {status: 299-200}}}\n",
    "host and hosts": "environments: {staging: {host: a, hosts: [b]}}\n",
    "an environment without a port": "environments: {qa: {path: /qa}}\n",
    "two environments in one place": "environments: {staging: 80, production: 80}\n",
    "a route twice": "routes: [{path: /a, service: a}, {path: /a/, service: b}]\n",
}
