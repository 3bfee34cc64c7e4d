-- +goose Up

-- One migration, once: of two processes that bring the schema up at the same
-- moment, the second one's whole transaction fails on this index.
CREATE UNIQUE INDEX goose_version_once ON goose_db_version (version_id);

-- Times are UTC microseconds since 1970; NULL is Go's zero time.
CREATE TABLE accounts (
    id                 TEXT    NOT NULL PRIMARY KEY,
    team_id            TEXT    NOT NULL,
    user_id            TEXT    NOT NULL,
    home_team_id       TEXT    NOT NULL,
    state              TEXT    NOT NULL,
    cause              TEXT    NOT NULL,
    actor              TEXT    NOT NULL,
    scopes             TEXT    NOT NULL, -- separated by one space
    org_id             TEXT    NOT NULL,
    org_name           TEXT    NOT NULL,
    org_url_key        TEXT    NOT NULL,
    viewer_id          TEXT    NOT NULL,
    viewer_name        TEXT    NOT NULL,
    viewer_email       TEXT    NOT NULL,
    sealed             BYTEA,
    refreshable        BOOLEAN NOT NULL,
    expires_at         BIGINT,
    due_at             BIGINT, -- next refresh; while a lease runs: its end
    probe_at           BIGINT,
    suspect            BOOLEAN NOT NULL,
    shared             BOOLEAN NOT NULL,
    version            BIGINT  NOT NULL,
    epoch              BIGINT  NOT NULL,
    lease_owner        TEXT    NOT NULL,
    lease_until        BIGINT,
    refresh_started_at BIGINT,
    created_at         BIGINT  NOT NULL,
    connected_at       BIGINT,
    changed_at         BIGINT,
    last_used_at       BIGINT,
    refreshed_at       BIGINT,
    UNIQUE (team_id, user_id),
    CONSTRAINT account_has_key CHECK (id <> '' AND team_id <> '' AND user_id <> ''),
    CONSTRAINT account_state_known CHECK (state IN ('PENDING', 'VERIFYING', 'ACTIVE', 'EXPIRED', 'REVOKED', 'BLOCKED', 'DISCONNECTED')),
    CONSTRAINT account_actor_known CHECK (actor IN ('', 'user', 'app')),
    CONSTRAINT account_active_holds_pair CHECK (state <> 'ACTIVE' OR sealed IS NOT NULL),
    CONSTRAINT account_pending_holds_none CHECK (state <> 'PENDING' OR sealed IS NULL),
    CONSTRAINT account_disconnected_holds_none CHECK (state <> 'DISCONNECTED' OR sealed IS NULL),
    CONSTRAINT account_pair_not_empty CHECK (sealed IS NULL OR length(sealed) > 0),
    CONSTRAINT account_pair_has_owner CHECK (sealed IS NULL OR (actor <> '' AND org_id <> '' AND viewer_id <> '')),
    CONSTRAINT account_refreshable_holds_pair CHECK (sealed IS NOT NULL OR NOT refreshable),
    CONSTRAINT account_refreshable_is_due CHECK (state <> 'ACTIVE' OR NOT refreshable OR due_at IS NOT NULL),
    CONSTRAINT account_lease_whole CHECK ((lease_owner = '') = (lease_until IS NULL)),
    CONSTRAINT account_lease_holds_pair CHECK (lease_until IS NULL OR sealed IS NOT NULL),
    CONSTRAINT account_lease_has_intent CHECK (lease_until IS NULL OR refresh_started_at IS NOT NULL),
    CONSTRAINT account_intent_holds_pair CHECK (refresh_started_at IS NULL OR sealed IS NOT NULL),
    CONSTRAINT account_counters CHECK (version >= 0 AND epoch >= 0)
);

CREATE INDEX accounts_due ON accounts (due_at) WHERE state = 'ACTIVE' AND refreshable;
CREATE INDEX accounts_probe ON accounts (probe_at) WHERE state = 'ACTIVE';
CREATE INDEX accounts_viewer ON accounts (org_id, viewer_id);

-- A person's Linear identity serves one Slack user, unless an admin shared it.
-- In app mode every account acts as the same app, so the rule cannot hold there.
CREATE UNIQUE INDEX accounts_identity_once ON accounts (org_id, viewer_id)
    WHERE state = 'ACTIVE' AND actor = 'user' AND NOT shared;

CREATE TABLE candidates (
    account_id   TEXT    NOT NULL PRIMARY KEY REFERENCES accounts (id),
    actor        TEXT    NOT NULL,
    scopes       TEXT    NOT NULL,
    org_id       TEXT    NOT NULL,
    org_name     TEXT    NOT NULL,
    org_url_key  TEXT    NOT NULL,
    viewer_id    TEXT    NOT NULL,
    viewer_name  TEXT    NOT NULL,
    viewer_email TEXT    NOT NULL,
    sealed       BYTEA   NOT NULL,
    refreshable  BOOLEAN NOT NULL,
    expires_at   BIGINT,
    code_mac     BYTEA,
    code_tries   BIGINT  NOT NULL,
    code_until   BIGINT,
    created_at   BIGINT  NOT NULL,
    CONSTRAINT candidate_actor_known CHECK (actor IN ('user', 'app')),
    CONSTRAINT candidate_pair_not_empty CHECK (length(sealed) > 0),
    CONSTRAINT candidate_has_owner CHECK (org_id <> '' AND viewer_id <> ''),
    CONSTRAINT candidate_tries CHECK (code_tries >= 0)
);

CREATE INDEX candidates_until ON candidates (code_until);

CREATE TABLE tickets (
    kind       TEXT   NOT NULL,
    hash       BYTEA  NOT NULL,
    team_id    TEXT   NOT NULL,
    user_id    TEXT   NOT NULL,
    body       BYTEA,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (kind, hash),
    CONSTRAINT ticket_named CHECK (kind <> '' AND length(hash) > 0),
    CONSTRAINT ticket_has_key CHECK (team_id <> '' AND user_id <> '')
);

CREATE INDEX tickets_person ON tickets (kind, team_id, user_id, created_at);
CREATE INDEX tickets_expiry ON tickets (expires_at);

CREATE TABLE inbox (
    id          TEXT    NOT NULL PRIMARY KEY,
    kind        TEXT    NOT NULL,
    body        BYTEA,
    received_at BIGINT  NOT NULL,
    attempts    BIGINT  NOT NULL,
    done        BOOLEAN NOT NULL,
    CONSTRAINT inbox_named CHECK (id <> ''),
    CONSTRAINT inbox_done_is_empty CHECK (NOT done OR body IS NULL)
);

CREATE INDEX inbox_unfinished ON inbox (received_at) WHERE NOT done;
CREATE INDEX inbox_finished ON inbox (received_at) WHERE done;

CREATE TABLE notices (
    id         TEXT   NOT NULL PRIMARY KEY,
    team_id    TEXT   NOT NULL,
    user_id    TEXT   NOT NULL,
    kind       TEXT   NOT NULL,
    cause      TEXT   NOT NULL,
    at         BIGINT NOT NULL,
    status     TEXT   NOT NULL,
    attempts   BIGINT NOT NULL,
    owner      TEXT   NOT NULL, -- who claimed it last
    due_at     BIGINT NOT NULL, -- next attempt; while somebody is at it: end of the lease
    channel    TEXT   NOT NULL,
    ts         TEXT   NOT NULL,
    sent_at    BIGINT,
    UNIQUE (team_id, user_id, kind, at),
    CONSTRAINT notice_named CHECK (id <> '' AND kind <> ''),
    CONSTRAINT notice_has_key CHECK (team_id <> '' AND user_id <> ''),
    CONSTRAINT notice_status_known CHECK (status IN ('due', 'sent', 'dropped')),
    CONSTRAINT notice_sent_whole CHECK ((status = 'sent') = (sent_at IS NOT NULL))
);

CREATE INDEX notices_due ON notices (due_at) WHERE status = 'due';

CREATE TABLE proposals (
    id         TEXT   NOT NULL PRIMARY KEY,
    team_id    TEXT   NOT NULL,
    user_id    TEXT   NOT NULL,
    status     TEXT   NOT NULL,
    body       BYTEA,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    expires_at BIGINT,
    CONSTRAINT proposal_named CHECK (id <> ''),
    CONSTRAINT proposal_has_key CHECK (team_id <> '' AND user_id <> ''),
    CONSTRAINT proposal_status_known CHECK (status IN ('open', 'applying', 'applied', 'undoing', 'undone', 'dropped'))
);

CREATE INDEX proposals_person ON proposals (team_id, user_id, status, changed_at);
CREATE INDEX proposals_expiry ON proposals (expires_at);

CREATE TABLE memory (
    team_id    TEXT   NOT NULL,
    user_id    TEXT   NOT NULL,
    thread     TEXT   NOT NULL,
    body       BYTEA,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (team_id, user_id, thread),
    CONSTRAINT memory_has_key CHECK (team_id <> '' AND user_id <> '')
);

CREATE INDEX memory_expiry ON memory (expires_at);

CREATE TABLE settings (
    team_id TEXT  NOT NULL,
    subject TEXT  NOT NULL, -- a user id, a channel id, or empty: the workspace
    name    TEXT  NOT NULL,
    value   BYTEA NOT NULL, -- JSON
    PRIMARY KEY (team_id, subject, name),
    CONSTRAINT setting_named CHECK (name <> '')
);

CREATE TABLE audit (
    seq     BIGINT NOT NULL PRIMARY KEY,
    at      BIGINT NOT NULL,
    team_id TEXT   NOT NULL,
    user_id TEXT   NOT NULL,
    action  TEXT   NOT NULL,
    target  TEXT   NOT NULL,
    result  TEXT   NOT NULL,
    ref     TEXT   NOT NULL,
    source  TEXT   NOT NULL,
    hash    BYTEA  NOT NULL,
    CONSTRAINT audit_seq_from_one CHECK (seq > 0),
    CONSTRAINT audit_hash_whole CHECK (length(hash) = 32),
    CONSTRAINT audit_says_something CHECK (action <> '')
);

CREATE INDEX audit_person ON audit (team_id, user_id, seq);

-- The last entry, so that entries missing at the end are noticed as well.
CREATE TABLE audit_head (
    id   BIGINT NOT NULL PRIMARY KEY,
    seq  BIGINT NOT NULL,
    hash BYTEA  NOT NULL,
    CONSTRAINT audit_head_single CHECK (id = 1)
);

INSERT INTO audit_head (id, seq, hash) VALUES (1, 0, '');
