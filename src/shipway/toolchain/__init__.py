"""What a project's files say about languages, package managers, tools and their versions.

Owns reading manifests (package.json, pyproject.toml, .nvmrc, Dockerfiles …); what to make of
it is its users' business: files for CI, the doctor.  Nothing is run and nothing is fetched.
"""
