-- Whom calls ask for which neither a submit nor a pipeline names a model: each choice of a person; the latest holds.

CREATE TABLE default_models (
  choice    INTEGER PRIMARY KEY,
  name      TEXT NOT NULL,  -- a model or a route; empty: the configuration's again
  chosen_by TEXT NOT NULL,  -- as the client says; empty: it does not
  since     INTEGER NOT NULL
) STRICT;
