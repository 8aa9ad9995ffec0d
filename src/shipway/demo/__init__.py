"""The demo: the main job done on a real application, under load, in front of the user.

- versions: the application as a git repository, in four versions
- load: the load that production is put under, and what became of each request
- story: what is deployed when
- report: the figures
"""
