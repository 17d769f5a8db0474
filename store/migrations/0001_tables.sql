-- Everything that docwright remembers. Times are microseconds since the epoch (UTC), money is integer nano-dollars.
-- Ids that the outside sees are texts; rows refer to each other by integers. Blobs are kept once, under their hash.
-- People read the views (views.sql); these tables may change with any version.
-- Checks of what is written often say OR: for an IN of more than two values SQLite makes a temporary b-tree, each time.

-- Names, once.

CREATE TABLE tenants (
  tenant INTEGER PRIMARY KEY,
  name   TEXT NOT NULL UNIQUE,
  served INTEGER NOT NULL DEFAULT 0  -- when claim() last took a job of it: the round robin
) STRICT;

CREATE TABLE projects (
  project INTEGER PRIMARY KEY,
  tenant  INTEGER NOT NULL REFERENCES tenants,
  name    TEXT NOT NULL,
  UNIQUE (tenant, name)
) STRICT;

-- Where jobs queue up: claiming looks at the head of each lane, so its cost does not depend on how many stand behind.
CREATE TABLE lanes (
  lane     INTEGER PRIMARY KEY,
  tenant   INTEGER NOT NULL REFERENCES tenants,
  pipeline TEXT NOT NULL,
  queued   INTEGER NOT NULL DEFAULT 0 CHECK (queued >= 0),
  UNIQUE (tenant, pipeline)
) STRICT;

-- Texts and blobs, once per content.

CREATE TABLE texts (
  text INTEGER PRIMARY KEY,
  hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
  body TEXT NOT NULL
) STRICT;

CREATE TABLE sources (
  source INTEGER PRIMARY KEY,
  hash   BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
  body   BLOB NOT NULL
) STRICT;

CREATE TABLE answers (
  answer INTEGER PRIMARY KEY,
  hash   BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
  body   TEXT NOT NULL
) STRICT;

CREATE TABLE pipeline_versions (
  version INTEGER PRIMARY KEY,
  name    TEXT NOT NULL,
  hash    BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
  text    INTEGER NOT NULL REFERENCES texts,
  created INTEGER NOT NULL
) STRICT;
CREATE INDEX pipeline_versions_text ON pipeline_versions (text);

CREATE TABLE pipeline_parts (
  version INTEGER NOT NULL REFERENCES pipeline_versions ON DELETE CASCADE,
  name    TEXT NOT NULL,
  text    INTEGER NOT NULL REFERENCES texts,
  PRIMARY KEY (version, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX pipeline_parts_text ON pipeline_parts (text);

-- Jobs. The row that changes with every transition is small; what a job was asked is beside it.

CREATE TABLE batches (
  batch     INTEGER PRIMARY KEY,
  id        TEXT NOT NULL UNIQUE,
  created   INTEGER NOT NULL,
  jobs      INTEGER NOT NULL CHECK (jobs = queued + running + waiting + succeeded + failed + cancelled),
  queued    INTEGER NOT NULL DEFAULT 0 CHECK (queued >= 0),
  running   INTEGER NOT NULL DEFAULT 0 CHECK (running >= 0),
  waiting   INTEGER NOT NULL DEFAULT 0 CHECK (waiting >= 0),
  succeeded INTEGER NOT NULL DEFAULT 0 CHECK (succeeded >= 0),
  failed    INTEGER NOT NULL DEFAULT 0 CHECK (failed >= 0),
  cancelled INTEGER NOT NULL DEFAULT 0 CHECK (cancelled >= 0)
) STRICT;

CREATE TABLE jobs (
  job       INTEGER PRIMARY KEY,
  id        TEXT NOT NULL UNIQUE,
  state     TEXT NOT NULL CHECK (state = 'queued' OR state = 'running' OR state = 'waiting'
                                 OR state = 'succeeded' OR state = 'failed' OR state = 'cancelled'),
  tenant    INTEGER NOT NULL REFERENCES tenants,
  project   INTEGER NOT NULL REFERENCES projects,
  lane      INTEGER NOT NULL REFERENCES lanes,
  batch     INTEGER NOT NULL REFERENCES batches,
  version   INTEGER NOT NULL REFERENCES pipeline_versions,
  source    INTEGER NOT NULL REFERENCES sources,
  bytes     INTEGER NOT NULL,  -- of its source
  priority  INTEGER NOT NULL CHECK (priority BETWEEN -100 AND 100),
  path      TEXT NOT NULL,
  key       TEXT CHECK (key <> ''),
  created   INTEGER NOT NULL,
  deadline  INTEGER NOT NULL,
  allowed   INTEGER NOT NULL,  -- from submit to deadline; a retry gets as much again
  attempt   INTEGER NOT NULL DEFAULT 0,  -- the current or last one
  retries   INTEGER NOT NULL DEFAULT 0,  -- how often a person asked for it again
  cancelling INTEGER NOT NULL DEFAULT 0 CHECK (cancelling IN (0, 1)),
  run       INTEGER,  -- of the daemon that runs it
  started   INTEGER,  -- the current or last attempt
  ended     INTEGER,
  wake      INTEGER,
  reason    TEXT,     -- of waiting; the error's code of failed
  detail    TEXT,     -- a sentence
  at        TEXT,     -- where, of an error
  chunks        INTEGER NOT NULL DEFAULT 0,
  chunks_stored INTEGER NOT NULL DEFAULT 0,
  documents     INTEGER NOT NULL DEFAULT 0,
  flagged       INTEGER NOT NULL DEFAULT 0,
  calls         INTEGER NOT NULL DEFAULT 0,
  calls_unknown INTEGER NOT NULL DEFAULT 0,
  tokens_in     INTEGER NOT NULL DEFAULT 0,
  tokens_out    INTEGER NOT NULL DEFAULT 0,
  charged_nusd  INTEGER NOT NULL DEFAULT 0,
  CHECK ((state = 'running') = (run IS NOT NULL)),
  CHECK (state <> 'running' OR started IS NOT NULL),
  CHECK (state <> 'waiting' OR reason IS NOT NULL),
  CHECK (wake IS NULL OR state = 'waiting'),
  CHECK ((state = 'succeeded' OR state = 'failed' OR state = 'cancelled') = (ended IS NOT NULL)),
  CHECK (state <> 'failed' OR reason IS NOT NULL),
  CHECK (chunks_stored <= chunks)
) STRICT;
-- A partial index serves only queries that repeat its condition literally.
CREATE INDEX jobs_queued ON jobs (lane, priority DESC, job) WHERE state = 'queued';
CREATE INDEX jobs_running ON jobs (run, job) WHERE state = 'running';
CREATE INDEX jobs_due ON jobs (wake) WHERE state = 'waiting' AND wake IS NOT NULL;
CREATE INDEX jobs_waiting ON jobs (reason, job) WHERE state = 'waiting';
CREATE INDEX jobs_deadline ON jobs (deadline) WHERE state IN ('queued', 'waiting');
CREATE INDEX jobs_ended ON jobs (ended) WHERE ended IS NOT NULL;
CREATE UNIQUE INDEX jobs_key ON jobs (tenant, key) WHERE key IS NOT NULL;
CREATE INDEX jobs_batch ON jobs (batch);
CREATE INDEX jobs_source ON jobs (source);

CREATE TABLE job_requests (
  job         INTEGER PRIMARY KEY REFERENCES jobs ON DELETE CASCADE,
  content     BLOB NOT NULL CHECK (length(content) = 32),  -- the same key with another content is a conflict
  model       TEXT NOT NULL,
  options     TEXT NOT NULL,  -- JSON
  traceparent TEXT NOT NULL
) STRICT;

CREATE TABLE job_labels (
  job   INTEGER NOT NULL REFERENCES jobs ON DELETE CASCADE,
  name  TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (job, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX job_labels_value ON job_labels (name, value, job);

-- Attempts that have ended; the current one is in the job's row.
CREATE TABLE attempts (
  job     INTEGER NOT NULL REFERENCES jobs ON DELETE CASCADE,
  attempt INTEGER NOT NULL,
  started INTEGER NOT NULL,
  ended   INTEGER NOT NULL,
  outcome TEXT NOT NULL CHECK (outcome = 'succeeded' OR outcome = 'failed' OR outcome = 'cancelled'
                               OR outcome = 'parked' OR outcome = 'released' OR outcome = 'interrupted'),
  reason  TEXT,
  detail  TEXT,
  PRIMARY KEY (job, attempt)
) STRICT, WITHOUT ROWID;

-- Kept counts, so that nobody counts the queue. `bytes` are those of the jobs' sources.
CREATE TABLE state_counts (
  state TEXT NOT NULL PRIMARY KEY CHECK (state IN ('queued', 'running', 'waiting', 'succeeded', 'failed', 'cancelled')),
  jobs  INTEGER NOT NULL CHECK (jobs >= 0),
  bytes INTEGER NOT NULL CHECK (bytes >= 0)
) STRICT, WITHOUT ROWID;
INSERT INTO state_counts VALUES ('queued', 0, 0), ('running', 0, 0), ('waiting', 0, 0), ('succeeded', 0, 0), ('failed', 0, 0), ('cancelled', 0, 0);

-- Sums since the beginning, pruned rows included. One row.
CREATE TABLE totals (
  one           INTEGER PRIMARY KEY CHECK (one = 1),
  documents     INTEGER NOT NULL DEFAULT 0,
  flagged       INTEGER NOT NULL DEFAULT 0,
  calls         INTEGER NOT NULL DEFAULT 0,
  calls_unknown INTEGER NOT NULL DEFAULT 0,
  tokens_in     INTEGER NOT NULL DEFAULT 0,
  tokens_out    INTEGER NOT NULL DEFAULT 0,
  charged_nusd  INTEGER NOT NULL DEFAULT 0,
  rejects       INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO totals (one) VALUES (1);

-- Chunk plans.

CREATE TABLE plans (
  job      INTEGER PRIMARY KEY REFERENCES jobs ON DELETE CASCADE,
  language TEXT NOT NULL,
  fallback TEXT NOT NULL
) STRICT;

CREATE TABLE chunks (
  job     INTEGER NOT NULL REFERENCES plans ON DELETE CASCADE,
  chunk   INTEGER NOT NULL,
  "begin" INTEGER NOT NULL,
  "end"   INTEGER NOT NULL CHECK ("end" >= "begin"),
  scope   TEXT NOT NULL,
  targets TEXT NOT NULL,  -- JSON
  PRIMARY KEY (job, chunk)
) STRICT, WITHOUT ROWID;

-- Which chunk needs another one's answer first, across jobs too. Nothing writes it yet.
CREATE TABLE chunk_needs (
  job          INTEGER NOT NULL,
  chunk        INTEGER NOT NULL,
  needs_job    INTEGER NOT NULL,
  needs_chunk  INTEGER NOT NULL,
  PRIMARY KEY (job, chunk, needs_job, needs_chunk),
  FOREIGN KEY (job, chunk) REFERENCES chunks ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- A chunk is here once every target of it has its document.
CREATE TABLE chunk_checkpoints (
  job    INTEGER NOT NULL,
  chunk  INTEGER NOT NULL,
  stored INTEGER NOT NULL,
  PRIMARY KEY (job, chunk),
  FOREIGN KEY (job, chunk) REFERENCES chunks ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE outline_pins (
  hash    BLOB NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
  reason  TEXT NOT NULL,
  created INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The journal of calls.

CREATE TABLE call_journal (
  call         INTEGER PRIMARY KEY,
  job          INTEGER NOT NULL REFERENCES jobs ON DELETE CASCADE,
  chunk        INTEGER NOT NULL,
  step         TEXT NOT NULL,
  question     INTEGER NOT NULL,
  retries      INTEGER NOT NULL,  -- the job's, at the intent
  attempt      INTEGER NOT NULL CHECK (attempt >= 1),
  state        TEXT NOT NULL CHECK (state = 'intent' OR state = 'answered' OR state = 'failed' OR state = 'unknown'),
  tenant       INTEGER NOT NULL REFERENCES tenants,
  hash         BLOB NOT NULL CHECK (length(hash) = 32),  -- of the question
  job_attempt  INTEGER NOT NULL,
  provider     TEXT NOT NULL,
  model        TEXT NOT NULL,
  created      INTEGER NOT NULL,
  ended        INTEGER,
  bound_nusd   INTEGER NOT NULL CHECK (bound_nusd >= 0),
  bound_tokens INTEGER NOT NULL CHECK (bound_tokens >= 0),
  price_known  INTEGER NOT NULL CHECK (price_known IN (0, 1)),
  charged_nusd   INTEGER CHECK (charged_nusd >= 0),    -- null: still reserved
  charged_tokens INTEGER CHECK (charged_tokens >= 0),
  tokens_in    INTEGER,  -- usage, as the provider said; null: it did not
  tokens_cached INTEGER,
  tokens_cache_write INTEGER,
  tokens_out   INTEGER,
  tokens_reasoning INTEGER,
  duration     INTEGER,
  http_status  INTEGER,
  error_class  TEXT,
  error        TEXT,
  request_id   TEXT,
  response_id  TEXT,
  answered_by  TEXT,  -- the model that the answer names
  finish       TEXT,
  finish_raw   TEXT,
  answer       INTEGER REFERENCES answers,
  UNIQUE (job, chunk, step, question, retries, attempt, hash),
  CHECK ((state = 'intent') = (ended IS NULL)),
  CHECK ((state = 'intent') = (charged_nusd IS NULL)),
  CHECK ((state = 'intent') = (charged_tokens IS NULL)),
  CHECK ((state = 'answered') = (answer IS NOT NULL)),
  CHECK (state NOT IN ('failed', 'unknown') OR error_class IS NOT NULL),
  CHECK (state <> 'failed' OR charged_nusd = 0),
  CHECK (state <> 'unknown' OR charged_nusd = bound_nusd)
) STRICT;
CREATE INDEX call_journal_answered ON call_journal (tenant, hash) WHERE state = 'answered';
CREATE INDEX call_journal_intent ON call_journal (call, bound_nusd) WHERE state = 'intent';
CREATE INDEX call_journal_answer ON call_journal (answer) WHERE answer IS NOT NULL;

CREATE TABLE overruns (
  call   INTEGER PRIMARY KEY REFERENCES call_journal ON DELETE CASCADE,
  nusd   INTEGER NOT NULL CHECK (nusd >= 0),
  tokens INTEGER NOT NULL CHECK (tokens >= 0),
  at     INTEGER NOT NULL
) STRICT;

-- What pruned calls were, by UTC day.
CREATE TABLE call_days (
  day      TEXT NOT NULL,
  tenant   TEXT NOT NULL,
  project  TEXT NOT NULL,
  pipeline TEXT NOT NULL,
  provider TEXT NOT NULL,
  model    TEXT NOT NULL,
  calls    INTEGER NOT NULL,
  answered INTEGER NOT NULL,
  failed   INTEGER NOT NULL,
  unknown  INTEGER NOT NULL,
  tokens_in     INTEGER NOT NULL,
  tokens_cached INTEGER NOT NULL,
  tokens_out    INTEGER NOT NULL,
  charged_nusd  INTEGER NOT NULL,
  PRIMARY KEY (day, tenant, project, pipeline, provider, model)
) STRICT, WITHOUT ROWID;

-- Budgets and their ledger.

CREATE TABLE budget_limits (
  budget       INTEGER PRIMARY KEY,
  scope        TEXT NOT NULL CHECK (scope IN ('all', 'job')),
  job          INTEGER REFERENCES jobs ON DELETE CASCADE,
  "window"     TEXT NOT NULL CHECK ("window" IN ('once', 'day')),
  limit_nusd   INTEGER CHECK (limit_nusd >= 0),
  limit_tokens INTEGER CHECK (limit_tokens >= 0),
  created      INTEGER NOT NULL,
  removed      INTEGER,  -- a removed one limits nothing, but calls that it reserved still settle in it
  CHECK ((scope = 'job') = (job IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX budget_limits_all ON budget_limits ("window") WHERE scope = 'all' AND removed IS NULL;
CREATE UNIQUE INDEX budget_limits_job ON budget_limits (job) WHERE job IS NOT NULL;

CREATE TABLE budget_windows (
  budget  INTEGER NOT NULL REFERENCES budget_limits ON DELETE CASCADE,
  start   INTEGER NOT NULL,  -- 0 of a `once` budget, else midnight UTC
  settled_nusd    INTEGER NOT NULL DEFAULT 0 CHECK (settled_nusd >= 0),
  unknown_nusd    INTEGER NOT NULL DEFAULT 0 CHECK (unknown_nusd >= 0),
  reserved_nusd   INTEGER NOT NULL DEFAULT 0 CHECK (reserved_nusd >= 0),
  settled_tokens  INTEGER NOT NULL DEFAULT 0 CHECK (settled_tokens >= 0),
  unknown_tokens  INTEGER NOT NULL DEFAULT 0 CHECK (unknown_tokens >= 0),
  reserved_tokens INTEGER NOT NULL DEFAULT 0 CHECK (reserved_tokens >= 0),
  -- Part of the sums above whose calls were pruned since.
  pruned_settled_nusd   INTEGER NOT NULL DEFAULT 0,
  pruned_unknown_nusd   INTEGER NOT NULL DEFAULT 0,
  pruned_settled_tokens INTEGER NOT NULL DEFAULT 0,
  pruned_unknown_tokens INTEGER NOT NULL DEFAULT 0,
  -- What providers charged beyond the bounds.
  overrun_nusd    INTEGER NOT NULL DEFAULT 0,
  overrun_tokens  INTEGER NOT NULL DEFAULT 0,
  -- The limits at the last reservation: what was promised then holds, however the limit is changed afterwards.
  ceiling_nusd    INTEGER,
  ceiling_tokens  INTEGER,
  PRIMARY KEY (budget, start),
  CHECK (ceiling_nusd IS NULL OR settled_nusd + unknown_nusd + reserved_nusd <= ceiling_nusd + overrun_nusd),
  CHECK (ceiling_tokens IS NULL OR settled_tokens + unknown_tokens + reserved_tokens <= ceiling_tokens + overrun_tokens)
) STRICT, WITHOUT ROWID;

-- Which windows a call counts in. What it counts there follows from the call's state, so these rows never change.
CREATE TABLE reservations (
  call   INTEGER NOT NULL REFERENCES call_journal ON DELETE CASCADE,
  budget INTEGER NOT NULL,
  start  INTEGER NOT NULL,
  PRIMARY KEY (call, budget),
  FOREIGN KEY (budget, start) REFERENCES budget_windows ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX reservations_window ON reservations (budget, start);

-- Documents.

CREATE TABLE document_rows (
  document INTEGER PRIMARY KEY,
  job      INTEGER REFERENCES jobs ON DELETE SET NULL,  -- null: it was pruned
  chunk    INTEGER NOT NULL,
  project  INTEGER NOT NULL REFERENCES projects,
  path     TEXT NOT NULL,
  symbol   TEXT NOT NULL,
  kind     TEXT NOT NULL,
  version  INTEGER NOT NULL CHECK (version >= 1),
  latest   INTEGER NOT NULL CHECK (latest IN (0, 1)),
  flagged  INTEGER NOT NULL CHECK (flagged IN (0, 1)),
  created  INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX document_rows_job ON document_rows (job, symbol) WHERE job IS NOT NULL;
CREATE UNIQUE INDEX document_rows_latest ON document_rows (project, path, symbol) WHERE latest = 1;

CREATE TABLE document_records (
  document INTEGER PRIMARY KEY REFERENCES document_rows ON DELETE CASCADE,
  record   TEXT NOT NULL  -- JSON
) STRICT;

CREATE TABLE findings (
  document INTEGER NOT NULL REFERENCES document_rows ON DELETE CASCADE,
  number   INTEGER NOT NULL,
  rule     TEXT NOT NULL,
  severity TEXT NOT NULL,
  message  TEXT NOT NULL,
  PRIMARY KEY (document, number)
) STRICT, WITHOUT ROWID;

-- What was told, refused, paused, measured.

CREATE TABLE events (
  seq   INTEGER PRIMARY KEY,  -- the newest is never pruned, so numbers are never used again
  at    INTEGER NOT NULL,
  topic TEXT NOT NULL,
  body  TEXT NOT NULL  -- JSON
) STRICT;

CREATE TABLE reject_rows (
  reject  INTEGER PRIMARY KEY,
  at      INTEGER NOT NULL,
  code    TEXT NOT NULL,
  message TEXT NOT NULL,
  pointer TEXT NOT NULL,
  head    TEXT NOT NULL
) STRICT;

CREATE TABLE pauses (
  pipeline TEXT NOT NULL PRIMARY KEY,  -- empty: everything
  reason   TEXT NOT NULL,
  since    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE metrics_minute (
  minute   INTEGER NOT NULL,
  kind     TEXT NOT NULL,
  name     TEXT NOT NULL,
  outcome  TEXT NOT NULL,
  pipeline TEXT NOT NULL,
  provider TEXT NOT NULL,
  model    TEXT NOT NULL,
  tenant   TEXT NOT NULL,
  count        INTEGER NOT NULL,
  duration     INTEGER NOT NULL,  -- sum, microseconds
  duration_max INTEGER NOT NULL,
  tokens_in    INTEGER NOT NULL,
  tokens_out   INTEGER NOT NULL,
  cost_nusd    INTEGER NOT NULL,
  PRIMARY KEY (minute, kind, name, outcome, pipeline, provider, model, tenant)
) STRICT, WITHOUT ROWID;

CREATE TABLE system_minute (
  minute          INTEGER PRIMARY KEY,
  samples         INTEGER NOT NULL,
  cpu             INTEGER NOT NULL,  -- microseconds
  memory_bytes    INTEGER NOT NULL,  -- this and what follows: the most of the minute
  database_bytes  INTEGER NOT NULL,
  wal_bytes       INTEGER NOT NULL,
  disk_free_bytes INTEGER NOT NULL,  -- the least
  queued          INTEGER NOT NULL,
  running         INTEGER NOT NULL,
  waiting         INTEGER NOT NULL,
  calls_in_flight INTEGER NOT NULL,
  writer_queued   INTEGER NOT NULL,
  connections     INTEGER NOT NULL,
  loop_lag        INTEGER NOT NULL,  -- microseconds
  commits         INTEGER NOT NULL,  -- sum
  commit_max      INTEGER NOT NULL   -- microseconds
) STRICT;

CREATE TABLE daemon_runs (
  run     INTEGER PRIMARY KEY,
  version TEXT NOT NULL,
  started INTEGER NOT NULL,
  ended   INTEGER  -- null: it runs, or did not end by itself
) STRICT;

CREATE TABLE settings (
  name  TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
