"""The checks: one idea a file; each module registers its own."""
