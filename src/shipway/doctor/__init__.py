"""What this machine is like, against what Shipway and the project ask of it.

`look` and `ssh` read; `tools` and `machine` judge, purely.  Nothing is changed.
"""
