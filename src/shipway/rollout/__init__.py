"""From a commit to what production serves, and back: the rollout and all that it needs."""
