"""The dashboard: pages rendered on the server.

Owns what a person sees in a browser.  Leaves what is true to the use cases, and who may see it
to the gate.  Invariant: no inline script or style, no resource of another host, never the value
of a secret.
"""
