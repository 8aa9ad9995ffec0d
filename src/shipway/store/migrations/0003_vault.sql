-- With which version of its environment's secrets a release was brought in.
-- Numbers only: the secrets themselves lie in the vault's files.

CREATE TABLE placement_secrets (
    project      TEXT NOT NULL,
    environment  TEXT NOT NULL,
    release      INTEGER NOT NULL,
    version      INTEGER NOT NULL CHECK (version >= 0),
    PRIMARY KEY (project, environment, release),
    FOREIGN KEY (project, environment, release)
        REFERENCES placement(project, environment, release)
) STRICT;
