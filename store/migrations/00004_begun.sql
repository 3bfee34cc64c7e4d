-- +goose Up

-- Refreshes that were begun and not ended go before all others.
CREATE INDEX accounts_begun ON accounts (refresh_started_at)
    WHERE state = 'ACTIVE' AND refreshable AND refresh_started_at IS NOT NULL;
