"""The board's backend: an API, a worker and a scheduler over PostgreSQL and Redis."""
