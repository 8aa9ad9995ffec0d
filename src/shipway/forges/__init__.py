"""Where repositories are kept: what their APIs tell of a commit's CI."""

from shipway.forges.checks import ForgeChecks

__all__ = ["ForgeChecks"]
