"""Engines: what runs workloads.  One port, one adapter a package."""
