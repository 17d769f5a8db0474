-- Documents that a local provider wrote in place of a model that could not be asked (fallbacks), and when a model is asked again.

ALTER TABLE document_rows ADD COLUMN fallback INTEGER NOT NULL DEFAULT 0 CHECK (fallback IN (0, 1));
UPDATE document_rows SET fallback = 1 WHERE document IN (
  SELECT document FROM document_records WHERE json_extract(record, '$.provenance.fallback'));
CREATE INDEX document_rows_fallback ON document_rows (job, chunk) WHERE fallback = 1 AND latest = 1;

-- A job's document of a symbol may take the place of its own fallback, which stays as an older version.
DROP INDEX document_rows_job;
CREATE UNIQUE INDEX document_rows_job ON document_rows (job, symbol, fallback) WHERE job IS NOT NULL;

ALTER TABLE jobs ADD COLUMN redo_at INTEGER CHECK (redo_at IS NULL OR state = 'succeeded');
ALTER TABLE jobs ADD COLUMN redo_rounds INTEGER NOT NULL DEFAULT 0;  -- since the submit, or a person's retry
ALTER TABLE jobs ADD COLUMN redoing INTEGER NOT NULL DEFAULT 0 CHECK (redoing IN (0, 1));  -- chunks with fallbacks are open again
CREATE INDEX jobs_redo ON jobs (redo_at) WHERE redo_at IS NOT NULL;
