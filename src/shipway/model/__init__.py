"""Values and state machines: plain data that every floor above speaks in.

Nothing here does I/O or knows an engine, a database or a file.
"""
