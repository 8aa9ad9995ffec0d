"""Where readings come from: one kind of thing a file.

Each answers with readings, also for what it could not measure, and comes back within
seconds: every connection has a deadline.
"""
