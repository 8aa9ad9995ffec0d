"""The docker engine: workloads on one Docker Engine, through its API."""

from shipway.engines.docker.engine import DockerEngine

__all__ = ["DockerEngine"]
