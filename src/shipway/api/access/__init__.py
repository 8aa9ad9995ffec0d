"""Access: who asks, what each route needs, and the gate in front of the TCP listener."""
