-- Up Migration
CREATE SCHEMA manager;
CREATE TABLE manager.users (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email text NOT NULL UNIQUE,
    name text NOT NULL,
    password_hash text NOT NULL,
    is_administrator boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE SCHEMA sales;
CREATE TABLE sales.deals (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    owner bigint NOT NULL,
    customer text NOT NULL,
    amount numeric(14, 2) NOT NULL CHECK (amount >= 0),
    won_at timestamptz
);

CREATE SCHEMA finance;
CREATE TABLE finance.invoices (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    owner bigint NOT NULL,
    customer text NOT NULL,
    amount numeric(14, 2) NOT NULL CHECK (amount > 0),
    paid_at timestamptz
);

CREATE SCHEMA onboarding;
CREATE TABLE onboarding.tasks (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    owner bigint NOT NULL,
    title text NOT NULL,
    done_at timestamptz,
    UNIQUE (owner, title)
);

CREATE SCHEMA testing;
CREATE TABLE testing.runs (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    owner bigint NOT NULL,
    results jsonb NOT NULL,
    passed boolean NOT NULL,
    at timestamptz NOT NULL DEFAULT now()
);

-- Down Migration
DROP SCHEMA testing, onboarding, finance, sales, manager CASCADE;
