"""What an image's name tells."""

from __future__ import annotations

import re

_FAMILIES = {
    "postgres": "postgres",
    "postgresql": "postgres",
    "pgvector": "postgres",
    "postgis": "postgres",
    "timescaledb": "postgres",
    "timescaledb-ha": "postgres",
    "mysql": "mysql",
    "mysql-server": "mysql",
    "mariadb": "mysql",
    "redis": "redis",
    "redis-stack": "redis",
    "redis-stack-server": "redis",
    "valkey": "redis",
    "keydb": "redis",
    "dragonfly": "redis",
    "mongo": "mongo",
    "mongodb": "mongo",
    "elasticsearch": "search",
    "opensearch": "search",
    "rabbitmq": "queue",
    "neo4j": "neo4j",
    "memcached": "memcached",
    "minio": "minio",
}
DATA_DIRECTORIES = {
    "postgres": ("/var/lib/postgresql", "/bitnami/postgresql", "/home/postgres"),
    "mysql": ("/var/lib/mysql", "/bitnami/m"),
    "mongo": ("/data/db", "/bitnami/mongodb"),
    "redis": ("/data", "/var/lib/redis", "/bitnami/redis"),
    "search": ("/usr/share/elasticsearch/data", "/usr/share/opensearch/data"),
    "queue": ("/var/lib/rabbitmq",),
    "neo4j": ("/data",),
    "minio": ("/data", "/bitnami/minio", "/export"),
}
PROXIES = frozenset(
    {"nginx", "traefik", "caddy", "haproxy", "httpd", "envoy", "nginx-unprivileged"}
)


def image_name(image: str) -> str:
    """Return the last part of a repository's name, in lower case, without tag and digest."""
    return re.split(r"[:@]", image.rpartition("/")[2], maxsplit=1)[0].lower()


def image_tag(image: str) -> str:
    """Return the tag; empty without one or where a digest stands."""
    return image.rpartition("/")[2].partition("@")[0].partition(":")[2]


def store_family(image: str) -> str:
    """Return which data store an image is (`postgres`, `redis`, …); empty for none."""
    return _FAMILIES.get(image_name(image), "")
