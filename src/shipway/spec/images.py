"""What an image's name tells: a known data store, a known web server, a repository.

The lists hold the last part of a repository's name, without registry, owner and tag.
"""

from __future__ import annotations

DATA_STORES = frozenset(
    [
        "arangodb",
        "azure-sql-edge",
        "cassandra",
        "chroma",
        "clickhouse",
        "clickhouse-server",
        "cockroach",
        "cockroachdb",
        "consul",
        "couchbase",
        "couchdb",
        "dragonfly",
        "elasticsearch",
        "etcd",
        "influxdb",
        "kafka",
        "keydb",
        "loki",
        "mariadb",
        "meilisearch",
        "memcached",
        "milvus",
        "minio",
        "mongo",
        "mongodb",
        "mongodb-community-server",
        "mysql",
        "mysql-server",
        "nats",
        "neo4j",
        "opensearch",
        "pgvector",
        "pgvecto-rs",
        "postgis",
        "postgres",
        "postgresql",
        "prometheus",
        "pulsar",
        "qdrant",
        "questdb",
        "rabbitmq",
        "redis",
        "redis-stack",
        "redis-stack-server",
        "redpanda",
        "scylla",
        "solr",
        "surrealdb",
        "tidb",
        "timescaledb",
        "timescaledb-ha",
        "typesense",
        "valkey",
        "vault",
        "victoria-metrics",
        "weaviate",
        "zookeeper",
    ]
)
"""Own data, or jobs that were accepted: never run twice, never replaced by a rollout."""

PROXIES = frozenset(
    [
        "apisix",
        "caddy",
        "envoy",
        "haproxy",
        "httpd",
        "kong",
        "nginx",
        "nginx-unprivileged",
        "openresty",
        "traefik",
    ]
)
"""Web servers that most often stand in front of others."""


def repository(image: str) -> str:
    """Return the last part of an image's repository: `pgvector` of `pgvector/pgvector:pg16`."""
    name = image.partition("@")[0].rpartition("/")[2]
    return name.partition(":")[0].lower()


def is_data_store(image: str) -> bool:
    """Return whether the image is a known data store."""
    return repository(image) in DATA_STORES or "/mssql/server" in image


def is_proxy(image: str) -> bool:
    """Return whether the image is a known web server or proxy."""
    return repository(image) in PROXIES
