"""Repositories: where backups lie, encrypted, on a disk or in an S3-compatible store."""

from shipway.repositories.finder import EnvironmentRepositories
from shipway.repositories.key import RecoveryKey
from shipway.repositories.places import open_repository

__all__ = ["EnvironmentRepositories", "RecoveryKey", "open_repository"]
