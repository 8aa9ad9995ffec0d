"""OmniVibe's backend: scripts, voices, videos and the graph of what they speak of."""
