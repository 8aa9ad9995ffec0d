"""The vault: one age-encrypted file an environment, with all its versions in it."""

from shipway.vault.vault import AgeVault

__all__ = ["AgeVault"]
