"""The API: what the CLI, the dashboard and CI speak with the daemon."""
