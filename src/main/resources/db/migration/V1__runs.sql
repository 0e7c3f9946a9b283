-- A run, its place in the queue and the lease under which it is driven.
-- The columns from `state` on are the fold over the run's events; whoever appends a chunk writes
-- them in the same transaction, so that they are never behind the log.
create table run (
    id               uuid        primary key,
    url              text        not null,
    repository       text        not null, -- owner/name in lower case, for filters
    request          jsonb       not null, -- ref, pipeline, variables, callbacks
    created_at       timestamptz not null,
    -- the lease: fence grows with each holder, and only the newest one may append
    instance         text,
    leased_until     timestamptz,
    fence            bigint      not null default 0,
    cancel_requested boolean     not null default false,
    -- the fold
    events           bigint      not null default 0,
    ended            boolean     not null default false,
    state            text        not null,
    reason           text,
    message          text,
    revision         text,
    pipeline         text,
    started_at       timestamptz,
    finished_at      timestamptz,
    -- output bytes stored so far of the attempts in progress, for re-attaching
    positions        jsonb       not null default '{}'
);

-- what needs a driver: everything that has not ended
create index run_open on run (created_at, id) where not ended;
create index run_by_state on run (state, id);
create index run_by_repository on run (repository, id);

create table step (
    run         uuid    not null references run on delete cascade,
    number      integer not null,
    name        text    not null,
    image       text    not null,
    commits     boolean not null,
    state       text    not null,
    attempt     integer not null,
    reason      text,
    message     text,
    exit_code   integer,
    started_at  timestamptz,
    finished_at timestamptz,
    commands    jsonb   not null, -- [{number, instruction, state, exitCode, startedAt, finishedAt}]
    primary key (run, number)
);

-- Consecutive events of one run, written once and never changed.
create table event_chunk (
    run       uuid     not null references run on delete cascade,
    first_seq bigint   not null,
    last_seq  bigint   not null,
    fence     bigint   not null, -- the lease under which it was written
    encoding  smallint not null, -- what the payload is; see EventCodec
    payload   bytea    not null,
    primary key (run, first_seq)
);
-- payloads are compressed already
alter table event_chunk alter column payload set storage external;

create table idempotency_key (
    key         text        primary key,
    fingerprint text        not null,
    run         uuid        not null references run on delete cascade,
    created_at  timestamptz not null
);

-- How far a sink has told of a run, and what it needs to remember for the next delivery.
create table sink_position (
    sink         text        not null,
    run          uuid        not null references run on delete cascade,
    seq          bigint      not null default 0,
    memory       text        not null default '',
    done         boolean     not null default false,
    instance     text,
    leased_until timestamptz,
    primary key (sink, run)
);
create index sink_position_open on sink_position (sink) where not done;
