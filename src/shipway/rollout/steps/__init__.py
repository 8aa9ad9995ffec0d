"""The steps of a rollout, one file each; `rollout/story.py` puts them in order."""
