"""Backups: what is kept, how it is brought back, and how both are proved."""
