"""What hosting platforms were told, as lines for Shipway and for Compose.  Pure."""
