"""The command line: against a daemon that answers what a test says, and against a real one."""
