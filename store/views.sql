-- What people read: stable names and columns (docs/reports.md). Money is in dollars here, times are RFC 3339 texts in UTC,
-- durations are seconds. Made anew at a start whenever this text has changed.

-- Jobs.

CREATE VIEW jobs_by_state AS
SELECT state, jobs FROM state_counts
ORDER BY instr('queued running waiting succeeded failed cancelled', state);

CREATE VIEW job_overview AS
SELECT j.id AS job, b.id AS batch, t.name AS tenant, p.name AS project, j.path, l.pipeline, r.model, j.key, j.state,
  j.reason, j.detail, j.priority, j.attempt AS attempts, j.retries,
  strftime('%Y-%m-%dT%H:%M:%fZ', j.created / 1e6, 'unixepoch') AS created,
  strftime('%Y-%m-%dT%H:%M:%fZ', j.started / 1e6, 'unixepoch') AS started,
  strftime('%Y-%m-%dT%H:%M:%fZ', j.ended / 1e6, 'unixepoch') AS ended,
  strftime('%Y-%m-%dT%H:%M:%fZ', j.deadline / 1e6, 'unixepoch') AS deadline,
  strftime('%Y-%m-%dT%H:%M:%fZ', j.wake / 1e6, 'unixepoch') AS waits_until,
  (j.ended - j.created) / 1e6 AS seconds,
  -- Later jobs may have replaced its fallbacks: then its time comes and nothing is done.
  (SELECT strftime('%Y-%m-%dT%H:%M:%fZ', j.redo_at / 1e6, 'unixepoch') FROM document_rows d
    WHERE d.job = j.job AND d.fallback = 1 AND d.latest = 1 LIMIT 1) AS redo_at,
  j.chunks, j.chunks_stored, j.documents, j.flagged,
  (SELECT count(*) FROM document_rows d WHERE d.job = j.job AND d.fallback = 1 AND d.latest = 1) AS fallbacks, j.calls, j.calls_unknown, j.tokens_in, j.tokens_out,
  j.charged_nusd / 1e9 AS cost_usd
FROM jobs j JOIN batches b USING (batch) JOIN tenants t ON t.tenant = j.tenant JOIN projects p ON p.project = j.project
JOIN lanes l ON l.lane = j.lane JOIN job_requests r USING (job);

CREATE VIEW job_attempts AS
SELECT j.id AS job, a.attempt,
  strftime('%Y-%m-%dT%H:%M:%fZ', a.started / 1e6, 'unixepoch') AS started,
  strftime('%Y-%m-%dT%H:%M:%fZ', a.ended / 1e6, 'unixepoch') AS ended,
  (a.ended - a.started) / 1e6 AS seconds, a.outcome, a.reason, a.detail
FROM attempts a JOIN jobs j USING (job);

-- Documents.

CREATE VIEW document_versions AS
SELECT t.name AS tenant, p.name AS project, d.path, d.symbol, d.kind, d.version, d.latest, d.flagged, d.fallback,
  json_extract(r.record, '$.doc.summary') AS summary,
  (SELECT count(*) FROM findings f WHERE f.document = d.document) AS findings,
  j.id AS job, b.id AS batch, l.pipeline,
  strftime('%Y-%m-%dT%H:%M:%fZ', d.created / 1e6, 'unixepoch') AS created,
  r.record
FROM document_rows d JOIN document_records r USING (document) JOIN projects p ON p.project = d.project
JOIN tenants t ON t.tenant = p.tenant LEFT JOIN jobs j ON j.job = d.job LEFT JOIN batches b ON b.batch = j.batch
LEFT JOIN lanes l ON l.lane = j.lane;

CREATE VIEW documents AS
SELECT tenant, project, path, symbol, kind, version, flagged, fallback, summary, findings, job, batch, pipeline, created, record
FROM document_versions WHERE latest = 1;

CREATE VIEW checks_by_rule AS
SELECT f.rule, f.severity, count(*) AS findings, count(DISTINCT f.document) AS documents,
  sum(d.latest) AS in_latest, min(f.message) AS example
FROM findings f JOIN document_rows d USING (document)
GROUP BY f.rule, f.severity ORDER BY findings DESC;

-- Calls.

CREATE VIEW calls AS
SELECT c.call, j.id AS job, t.name AS tenant, p.name AS project, j.path, l.pipeline, c.chunk, c.step, c.question,
  c.sample, c.attempt, c.job_attempt, c.route, c.provider, c.model, c.key_id, c.answered_by, c.state, c.error_class,
  c.error_code, c.error, c.http_status,
  strftime('%Y-%m-%dT%H:%M:%fZ', c.created / 1e6, 'unixepoch') AS created,
  strftime('%Y-%m-%dT%H:%M:%fZ', c.ended / 1e6, 'unixepoch') AS ended,
  c.duration / 1e6 AS seconds, c.first_token / 1e6 AS first_token_seconds, c.streamed, c.finish,
  c.tokens_in, c.tokens_cached, c.tokens_cache_write, c.tokens_cache_write_1h, c.tokens_out, c.tokens_reasoning,
  c.charged_nusd / 1e9 AS cost_usd, c.bound_nusd / 1e9 AS bound_usd, c.bound_tokens,
  coalesce(o.nusd, 0) / 1e9 AS overrun_usd, c.request_id, c.response_id, lower(hex(c.hash)) AS question_hash
FROM call_journal c JOIN jobs j USING (job) JOIN tenants t ON t.tenant = c.tenant
JOIN projects p ON p.project = j.project JOIN lanes l ON l.lane = j.lane LEFT JOIN overruns o ON o.call = c.call;

-- One row for each call that is kept, one for each day, model, ... of those that were pruned, and one for each of those that
-- were not made because the answer was there.
CREATE VIEW usage AS
SELECT strftime('%Y-%m-%d', c.created / 1e6, 'unixepoch') AS day, t.name AS tenant, p.name AS project, l.pipeline,
  c.provider, c.model, 1 AS calls, c.state = 'answered' AS answered, c.state = 'failed' AS failed,
  c.state = 'unknown' AS unknown, c.state = 'intent' AS in_flight, coalesce(c.tokens_in, 0) AS tokens_in,
  coalesce(c.tokens_cached, 0) AS tokens_cached, coalesce(c.tokens_out, 0) AS tokens_out,
  coalesce(c.charged_nusd, 0) AS cost_nusd, 0 AS cache_hits, 0 AS saved_nusd
FROM call_journal c JOIN jobs j USING (job) JOIN tenants t ON t.tenant = c.tenant
JOIN projects p ON p.project = j.project JOIN lanes l ON l.lane = j.lane
UNION ALL
SELECT day, tenant, project, pipeline, provider, model, calls, answered, failed, unknown, 0, tokens_in, tokens_cached,
  tokens_out, charged_nusd, 0, 0 FROM call_days
UNION ALL
SELECT day, tenant, project, pipeline, provider, model, 0, 0, 0, 0, 0, 0, 0, 0, 0, hits, saved_nusd FROM cache_days;

CREATE VIEW usage_by_day AS
SELECT day, sum(calls) AS calls, sum(answered) AS answered, sum(failed) AS failed, sum(unknown) AS unknown,
  sum(tokens_in) AS tokens_in, sum(tokens_cached) AS tokens_cached, sum(tokens_out) AS tokens_out,
  sum(cost_nusd) / 1e9 AS cost_usd, sum(cache_hits) AS cache_hits, sum(saved_nusd) / 1e9 AS saved_usd
FROM usage GROUP BY day ORDER BY day DESC;

CREATE VIEW usage_by_model AS
SELECT provider, model, sum(calls) AS calls, sum(answered) AS answered, sum(failed) AS failed, sum(unknown) AS unknown,
  sum(tokens_in) AS tokens_in, sum(tokens_cached) AS tokens_cached, sum(tokens_out) AS tokens_out,
  sum(cost_nusd) / 1e9 AS cost_usd, sum(cache_hits) AS cache_hits, sum(saved_nusd) / 1e9 AS saved_usd
FROM usage GROUP BY provider, model ORDER BY cost_usd DESC, calls DESC;

CREATE VIEW providers_by_day AS
SELECT day, provider, sum(calls) AS calls, sum(answered) AS answered, sum(failed) AS failed, sum(unknown) AS unknown,
  round(100.0 * sum(answered) / nullif(sum(calls) - sum(in_flight), 0), 1) AS answered_percent,
  sum(cost_nusd) / 1e9 AS cost_usd
FROM usage GROUP BY day, provider ORDER BY day DESC, provider;

-- Who answers well: calls that are kept, by the key that paid. The last error's message and code are those of its row.
CREATE VIEW providers_by_key AS
SELECT c.provider, c.model, c.key_id, c.calls, c.answered, c.failed, c.unknown, l.p50_seconds, l.p95_seconds,
  c.first_token_seconds, c.tokens_in, c.tokens_out, c.cost_nusd / 1e9 AS cost_usd, c.errors,
  strftime('%Y-%m-%dT%H:%M:%fZ', c.erred / 1e6, 'unixepoch') AS last_error_at, c.last_error
FROM (
  SELECT provider, model, key_id, sum(calls) AS calls, sum(answered) AS answered, sum(failed) AS failed,
    sum(unknown) AS unknown, round(sum(first_token) / 1e6 / nullif(sum(streams), 0), 3) AS first_token_seconds,
    sum(tokens_in) AS tokens_in, sum(tokens_out) AS tokens_out, sum(cost_nusd) AS cost_nusd,
    group_concat(error_class || ' ' || calls, ', ') AS errors, max(erred) AS erred, error AS last_error
  FROM (
    SELECT provider, model, key_id, error_class, count(*) AS calls, sum(state = 'answered') AS answered,
      sum(state = 'failed') AS failed, sum(state = 'unknown') AS unknown, sum(first_token) AS first_token,
      count(first_token) AS streams, sum(coalesce(tokens_in, 0)) AS tokens_in, sum(coalesce(tokens_out, 0)) AS tokens_out,
      sum(coalesce(charged_nusd, 0)) AS cost_nusd, max(CASE WHEN error_class IS NOT NULL THEN ended END) AS erred,
      iif(error_code IS NULL, error, error_code || ': ' || error) AS error
    FROM call_journal GROUP BY provider, model, key_id, error_class)
  GROUP BY provider, model, key_id) AS c
LEFT JOIN (
  SELECT provider, model, key_id, max(CASE WHEN place <= (of + 1) / 2 THEN duration END) / 1e6 AS p50_seconds,
    max(CASE WHEN place <= (of * 95 + 99) / 100 THEN duration END) / 1e6 AS p95_seconds
  FROM (SELECT provider, model, key_id, duration,
    row_number() OVER (PARTITION BY provider, model, key_id ORDER BY duration) AS place,
    count(*) OVER (PARTITION BY provider, model, key_id) AS of
    FROM call_journal WHERE state = 'answered' AND duration IS NOT NULL)
  GROUP BY provider, model, key_id) AS l
ON l.provider = c.provider AND l.model = c.model AND l.key_id = c.key_id
ORDER BY c.calls DESC, c.provider, c.model, c.key_id;

-- Attempts that brought nothing new, and what they cost. A call stands in the first row that fits.
CREATE VIEW waste_by_step AS
SELECT provider, model, step, waste, count(*) AS calls, sum(tokens_in) AS tokens_in, sum(tokens_out) AS tokens_out,
  sum(charged_nusd) / 1e9 AS cost_usd
FROM (
  SELECT provider, model, step, coalesce(tokens_in, 0) AS tokens_in, coalesce(tokens_out, 0) AS tokens_out, charged_nusd,
    CASE WHEN state = 'failed' THEN 'failed' WHEN state = 'unknown' THEN 'unknown'
      WHEN finish = 'length' THEN 'truncated' WHEN finish IN ('refusal', 'content_filter') THEN 'refused'
      WHEN finish = 'error' THEN 'broken_off'
      WHEN question % 2 = 1 THEN 'repeated' WHEN mended IS NOT NULL THEN 'repaired' END AS waste
  FROM call_journal LEFT JOIN (
    SELECT DISTINCT json_extract(record, '$.provenance.call') AS mended FROM document_records
    WHERE instr(record, '"fixed":true') > 0) ON mended = call
  WHERE state <> 'intent')
WHERE waste IS NOT NULL
GROUP BY provider, model, step, waste ORDER BY cost_usd DESC, calls DESC;

-- Answered calls only: how long a failure takes says nothing about a model.
CREATE VIEW latency_by_model AS
SELECT provider, model, count(*) AS calls, round(avg(duration) / 1e6, 3) AS mean_seconds,
  max(CASE WHEN place <= (of + 1) / 2 THEN duration END) / 1e6 AS p50_seconds,
  max(CASE WHEN place <= (of * 95 + 99) / 100 THEN duration END) / 1e6 AS p95_seconds,
  max(CASE WHEN place <= (of * 99 + 99) / 100 THEN duration END) / 1e6 AS p99_seconds,
  max(duration) / 1e6 AS max_seconds, round(avg(first_token) / 1e6, 3) AS first_token_seconds,
  round(sum(tokens_out) / nullif(sum(duration) / 1e6, 0), 1) AS tokens_out_per_second
FROM (SELECT provider, model, duration, first_token, tokens_out,
  row_number() OVER (PARTITION BY provider, model ORDER BY duration) AS place,
  count(*) OVER (PARTITION BY provider, model) AS of
  FROM call_journal WHERE state = 'answered' AND duration IS NOT NULL)
GROUP BY provider, model ORDER BY calls DESC;

-- One job from its submit to its end, as a waterfall: `begin_seconds` counts from the submit. Waits and runs of the job,
-- calls, and the moment when a chunk had all its documents.
CREATE VIEW job_trace AS
SELECT job, what, name, chunk, strftime('%Y-%m-%dT%H:%M:%fZ', at / 1e6, 'unixepoch') AS at, (at - submitted) / 1e6 AS begin_seconds,
  (until - at) / 1e6 AS seconds, outcome, route, provider, model, key_id, http_status, error_class, error_code,
  first_token_seconds, tokens_in, tokens_out, cost_usd, detail
FROM (
  SELECT j.id AS job, 'wait' AS what, CASE a.attempt WHEN 1 THEN 'queue' ELSE a.before END AS name, NULL AS chunk,
    j.created AS submitted, coalesce(a.since, j.created) AS at, a.started AS until, NULL AS outcome, NULL AS route,
    NULL AS provider, NULL AS model, NULL AS key_id, NULL AS http_status, NULL AS error_class, NULL AS error_code,
    NULL AS first_token_seconds, NULL AS tokens_in, NULL AS tokens_out, NULL AS cost_usd, a.why AS detail
  FROM (SELECT job, attempt, started, lag(ended) OVER (PARTITION BY job ORDER BY attempt) AS since,
      lag(coalesce(reason, outcome)) OVER (PARTITION BY job ORDER BY attempt) AS before,
      lag(detail) OVER (PARTITION BY job ORDER BY attempt) AS why
    FROM (SELECT job, attempt, started, ended, outcome, reason, detail FROM attempts
      UNION ALL SELECT job, attempt, started, NULL, state, NULL, NULL FROM jobs WHERE state = 'running')) AS a
  JOIN jobs j USING (job)
  UNION ALL
  SELECT j.id, 'run', 'attempt ' || a.attempt, NULL, j.created, a.started, a.ended, a.outcome, NULL, NULL, NULL, NULL, NULL,
    a.reason, NULL, NULL, NULL, NULL, NULL, a.detail
  FROM attempts a JOIN jobs j USING (job)
  UNION ALL
  SELECT id, 'run', 'attempt ' || attempt, NULL, created, started, NULL, state, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
    NULL, NULL, NULL, NULL
  FROM jobs WHERE state = 'running'
  UNION ALL
  SELECT j.id, 'wait', coalesce(j.reason, 'queue'), NULL, j.created,
    coalesce((SELECT max(ended) FROM attempts x WHERE x.job = j.job), j.created), j.wake, j.state, NULL, NULL, NULL, NULL,
    NULL, NULL, NULL, NULL, NULL, NULL, NULL, j.detail
  FROM jobs j WHERE j.state = 'queued' OR j.state = 'waiting'
  UNION ALL
  SELECT j.id, 'call', c.step || CASE WHEN c.question & 8 THEN ' judge' ELSE '' END
      || CASE WHEN c.question & 1 THEN ' again' ELSE '' END || CASE WHEN c.question & 2 THEN ' longer' ELSE '' END
      || CASE WHEN c.question & 4 THEN ' anew' ELSE '' END || CASE WHEN c.sample > 0 THEN ' sample ' || c.sample ELSE '' END,
    c.chunk, j.created, c.created, c.ended, c.state, c.route, c.provider, c.model, c.key_id, nullif(c.http_status, 0),
    c.error_class, c.error_code, c.first_token / 1e6, c.tokens_in, c.tokens_out, c.charged_nusd / 1e9,
    coalesce(c.error, nullif(c.finish, 'complete'))
  FROM call_journal c JOIN jobs j USING (job)
  UNION ALL
  SELECT j.id, 'stored', NULL, p.chunk, j.created, p.stored, p.stored, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
    NULL, NULL, NULL, NULL
  FROM chunk_checkpoints p JOIN jobs j USING (job));

-- What went wrong: of calls by the class of their error, of jobs by the code that they failed with or the reason they wait for.
CREATE VIEW errors_by_class AS
SELECT * FROM (
  SELECT 'call' AS what, error_class AS class, error_code AS code, state AS outcome, count(*) AS times,
    count(DISTINCT job) AS jobs, strftime('%Y-%m-%dT%H:%M:%fZ', max(ended) / 1e6, 'unixepoch') AS last,
    max(error) AS example
  FROM call_journal WHERE state IN ('failed', 'unknown') GROUP BY error_class, error_code, state
  UNION ALL
  SELECT 'job', reason, NULL, 'failed', count(*), count(*),
    strftime('%Y-%m-%dT%H:%M:%fZ', max(ended) / 1e6, 'unixepoch'), max(detail)
  FROM jobs WHERE state = 'failed' GROUP BY reason
  UNION ALL
  SELECT 'job', reason, NULL, 'waiting', count(*), count(*), NULL, max(detail) FROM jobs WHERE state = 'waiting' GROUP BY reason
  UNION ALL
  SELECT 'answer', name, NULL, outcome, sum(count), NULL, strftime('%Y-%m-%dT%H:%MZ', max(minute) / 1e6, 'unixepoch'),
    (SELECT min(f.message) FROM findings f WHERE f.rule = name)
  FROM metrics_minute WHERE kind = 'check' AND outcome <> 'ok' GROUP BY name, outcome)
ORDER BY what, times DESC;

-- Budgets: the window of each that its last call lies in.
CREATE VIEW budgets AS
SELECT l.scope, j.id AS job, l."window",
  CASE WHEN w.start > 0 THEN strftime('%Y-%m-%dT%H:%M:%fZ', w.start / 1e6, 'unixepoch') END AS window_start,
  l.limit_nusd / 1e9 AS limit_usd,
  coalesce(w.settled_nusd + w.unknown_nusd + w.reserved_nusd, 0) / 1e9 AS committed_usd,
  coalesce(w.settled_nusd, 0) / 1e9 AS settled_usd, coalesce(w.unknown_nusd, 0) / 1e9 AS unknown_usd,
  coalesce(w.reserved_nusd, 0) / 1e9 AS reserved_usd, coalesce(w.overrun_nusd, 0) / 1e9 AS overrun_usd,
  l.limit_tokens, coalesce(w.settled_tokens + w.unknown_tokens + w.reserved_tokens, 0) AS committed_tokens
FROM budget_limits l LEFT JOIN budget_windows w ON w.budget = l.budget
  AND w.start = (SELECT max(start) FROM budget_windows x WHERE x.budget = l.budget)
LEFT JOIN jobs j ON j.job = l.job
WHERE l.removed IS NULL;

-- The daemon.

CREATE VIEW rejects AS
SELECT strftime('%Y-%m-%dT%H:%M:%fZ', at / 1e6, 'unixepoch') AS at, code, message, pointer, head FROM reject_rows;

CREATE VIEW system_by_minute AS
SELECT strftime('%Y-%m-%dT%H:%MZ', minute / 1e6, 'unixepoch') AS minute, cpu / 1e6 AS cpu_seconds, memory_bytes,
  database_bytes, wal_bytes, disk_free_bytes, queued, running, waiting, calls_in_flight, writer_queued, connections,
  loop_lag / 1e6 AS loop_lag_seconds, commits, commit_max / 1e6 AS commit_max_seconds
FROM system_minute;

CREATE VIEW metrics_by_minute AS
SELECT strftime('%Y-%m-%dT%H:%MZ', minute / 1e6, 'unixepoch') AS minute, kind, name, outcome, pipeline, provider, model,
  tenant, count, duration / 1e6 AS seconds, duration_max / 1e6 AS max_seconds, tokens_in, tokens_out,
  cost_nusd / 1e9 AS cost_usd
FROM metrics_minute;

-- Promises, recomputed from the rows. None of these views has a row, ever.

-- 2: nothing is paid twice: within a job a question has one answer.
CREATE VIEW promise_2_violations AS
SELECT job, chunk, step, question, count(*) AS answers FROM call_journal WHERE state = 'answered'
GROUP BY job, chunk, step, question, hash HAVING count(*) > 1;

-- 3: the ceiling holds: each window's ledger is what the journal says, and within the limit of its last reservation.
CREATE VIEW promise_3_violations AS
SELECT * FROM (
  SELECT w.budget, w.start,
    w.settled_nusd - w.pruned_settled_nusd AS settled_nusd, coalesce(c.settled_nusd, 0) AS journal_settled_nusd,
    w.unknown_nusd - w.pruned_unknown_nusd AS unknown_nusd, coalesce(c.unknown_nusd, 0) AS journal_unknown_nusd,
    w.reserved_nusd, coalesce(c.reserved_nusd, 0) AS journal_reserved_nusd,
    w.settled_tokens - w.pruned_settled_tokens AS settled_tokens, coalesce(c.settled_tokens, 0) AS journal_settled_tokens,
    w.unknown_tokens - w.pruned_unknown_tokens AS unknown_tokens, coalesce(c.unknown_tokens, 0) AS journal_unknown_tokens,
    w.reserved_tokens, coalesce(c.reserved_tokens, 0) AS journal_reserved_tokens,
    w.settled_nusd + w.unknown_nusd + w.reserved_nusd AS committed_nusd, w.ceiling_nusd + w.overrun_nusd AS allowed_nusd,
    w.settled_tokens + w.unknown_tokens + w.reserved_tokens AS committed_tokens,
    w.ceiling_tokens + w.overrun_tokens AS allowed_tokens
  FROM budget_windows w LEFT JOIN (
    SELECT budget, start,
      sum(iif(state = 'answered', charged_nusd, 0)) AS settled_nusd, sum(iif(state = 'unknown', charged_nusd, 0)) AS unknown_nusd,
      sum(iif(state = 'intent', bound_nusd, 0)) AS reserved_nusd,
      sum(iif(state = 'answered', charged_tokens, 0)) AS settled_tokens,
      sum(iif(state = 'unknown', charged_tokens, 0)) AS unknown_tokens,
      sum(iif(state = 'intent', bound_tokens, 0)) AS reserved_tokens
    FROM reservations JOIN call_journal USING (call) GROUP BY budget, start) AS c
  ON c.budget = w.budget AND c.start = w.start)
WHERE settled_nusd <> journal_settled_nusd OR unknown_nusd <> journal_unknown_nusd OR reserved_nusd <> journal_reserved_nusd
  OR settled_tokens <> journal_settled_tokens OR unknown_tokens <> journal_unknown_tokens
  OR reserved_tokens <> journal_reserved_tokens OR committed_nusd > allowed_nusd OR committed_tokens > allowed_tokens
UNION ALL
-- A call stands in the window of its intent.
SELECT r.budget, r.start, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM reservations r JOIN call_journal c USING (call) JOIN budget_limits l ON l.budget = r.budget
WHERE r.start <> iif(l."window" = 'day', c.created - c.created % 86400000000, 0);

-- Kept counts that differ from what they count.
CREATE VIEW count_violations AS
SELECT 'state ' || s.state AS count, s.jobs AS kept, count(j.job) AS counted
FROM state_counts s LEFT JOIN jobs j ON j.state = s.state GROUP BY s.state HAVING s.jobs <> count(j.job)
UNION ALL
SELECT 'bytes ' || s.state, s.bytes, coalesce(sum(j.bytes), 0)
FROM state_counts s LEFT JOIN jobs j ON j.state = s.state GROUP BY s.state HAVING s.bytes <> coalesce(sum(j.bytes), 0)
UNION ALL
SELECT 'lane ' || l.lane, l.queued, count(j.job)
FROM lanes l LEFT JOIN jobs j ON j.lane = l.lane AND j.state = 'queued' GROUP BY l.lane HAVING l.queued <> count(j.job)
UNION ALL
SELECT 'batch ' || b.batch, b.jobs, count(j.job) FROM batches b LEFT JOIN jobs j ON j.batch = b.batch
GROUP BY b.batch HAVING b.jobs <> count(j.job) OR b.queued <> coalesce(sum(j.state = 'queued'), 0)
  OR b.running <> coalesce(sum(j.state = 'running'), 0) OR b.waiting <> coalesce(sum(j.state = 'waiting'), 0)
  OR b.succeeded <> coalesce(sum(j.state = 'succeeded'), 0) OR b.failed <> coalesce(sum(j.state = 'failed'), 0)
  OR b.cancelled <> coalesce(sum(j.state = 'cancelled'), 0)
UNION ALL
SELECT 'calls of job ' || j.job, j.calls, count(c.call)
FROM jobs j LEFT JOIN call_journal c ON c.job = j.job AND c.state <> 'intent'
GROUP BY j.job HAVING j.calls <> count(c.call) OR j.charged_nusd <> coalesce(sum(c.charged_nusd), 0)
  OR j.calls_unknown <> coalesce(sum(c.state = 'unknown'), 0) OR j.tokens_in <> coalesce(sum(c.tokens_in), 0)
  OR j.tokens_out <> coalesce(sum(c.tokens_out), 0)
UNION ALL
SELECT 'chunks of job ' || j.job, j.chunks_stored, count(d.chunk)
FROM jobs j LEFT JOIN chunk_checkpoints d ON d.job = j.job GROUP BY j.job HAVING j.chunks_stored <> count(d.chunk);
