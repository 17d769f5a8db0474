-- Of what a prompt wrote to a provider's cache, the part that is kept for an hour: it has a price of its own.

ALTER TABLE call_journal ADD COLUMN tokens_cache_write_1h INTEGER;
