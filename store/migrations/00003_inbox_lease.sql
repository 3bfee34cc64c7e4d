-- +goose Up

-- Who works on an envelope, and from when on somebody else may: the end of the
-- owner's lease, or the moment to which the work was put off.
ALTER TABLE inbox ADD COLUMN owner TEXT NOT NULL DEFAULT '';
ALTER TABLE inbox ADD COLUMN due_at BIGINT;

DROP INDEX inbox_unfinished;
CREATE INDEX inbox_due ON inbox (due_at) WHERE NOT done;
