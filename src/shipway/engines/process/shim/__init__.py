"""The shim: one small process per instance, which keeps it and outlives the daemon.

It owns the instance's main process: starts it, pumps its output into rotated log files,
restarts it as its policy says, runs its healthcheck, ends it when asked (SIGTERM to the
shim), and keeps what happened in `state.json`.  It never decides to be started: that is
the engine's.  Invariant: while a shim lives it holds `shim.lock`, so that an instance has
at most one; when it dies, so does the instance's main process (PR_SET_PDEATHSIG).

Run as `python -I -S -E shim-HASH.pyc INSTANCE_DIRECTORY`: `shim_program.py` joins the parts
into that one file.  Only builtin and small modules are imported, because there is one shim
per instance: 15 ms to start, about 9 MB, 3 of them its own.  So no part may import anything
of Shipway but other parts, which the joined file leaves out.

`plan` holds NUL-terminated `name=value` fields (see `plan.py`), `state.json` is described
at `Keeper.record`, a log line is `SECONDS.MICROSECONDS o|e TEXT`.
"""
