-- What is kept of each attempt at a call: whose key, by which route, how fast, what the provider called its error.
-- And what answers that were there already have saved.

ALTER TABLE call_journal ADD COLUMN key_id TEXT NOT NULL DEFAULT '';  -- empty: no key was sent
ALTER TABLE call_journal ADD COLUMN route TEXT NOT NULL DEFAULT '';   -- that led to this target; empty: none
ALTER TABLE call_journal ADD COLUMN sample INTEGER NOT NULL DEFAULT 0 CHECK (sample >= 0);  -- of several asked the same
ALTER TABLE call_journal ADD COLUMN streamed INTEGER NOT NULL DEFAULT 0 CHECK (streamed IN (0, 1));
ALTER TABLE call_journal ADD COLUMN first_token INTEGER CHECK (first_token >= 0);  -- after the sending; null: not told
ALTER TABLE call_journal ADD COLUMN error_code TEXT;  -- the provider's own

-- Answers that came up to that moment serve their own jobs only.
CREATE TABLE cache_clearings (
  model TEXT NOT NULL PRIMARY KEY,  -- empty: of all
  until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Calls that were not made because another job had the answer, by UTC day.
CREATE TABLE cache_days (
  day      TEXT NOT NULL,
  tenant   TEXT NOT NULL,
  project  TEXT NOT NULL,
  pipeline TEXT NOT NULL,
  provider TEXT NOT NULL,
  model    TEXT NOT NULL,
  hits       INTEGER NOT NULL,
  tokens_in  INTEGER NOT NULL,
  tokens_out INTEGER NOT NULL,
  saved_nusd INTEGER NOT NULL,  -- what the calls cost that the answers came from
  PRIMARY KEY (day, tenant, project, pipeline, provider, model)
) STRICT, WITHOUT ROWID;
