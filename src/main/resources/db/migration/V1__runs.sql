-- A run, its place in the queue and the lease under which it is driven.
-- The columns from `events` on are the fold over the run's events; whoever appends a chunk writes
-- them in the same statement, so that they are never behind the log.
-- JSON is kept as text: nothing looks inside, and jsonb refuses characters that a request may hold.
create table run (
    id               uuid        primary key,
    url              text        not null,
    repository       text        not null, -- owner/name in lower case, for filters
    request          text        not null, -- JSON: ref, pipeline, variables, callbacks
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
    -- JSON: output bytes stored so far of the attempts in progress, for re-attaching
    positions        text        not null default '[]'
-- every chunk updates its run's row; room in the page lets that happen in place
) with (fillfactor = 60);

-- the queue: nobody drives these; and these have a driver, which may be dead
create index run_waiting on run (created_at, id) where not ended and instance is null;
create index run_driven on run (leased_until) where not ended and instance is not null;
-- lists are sorted by id, which sorts by time
create index run_by_state on run (state, id);
create index run_by_repository on run (repository, id);
create index run_by_creation on run (created_at);
-- for who was deaf for a while and asks what ended meanwhile
create index run_by_end on run (finished_at) where ended;

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
    -- JSON: [{number, instruction, state, exitCode, startedAt, finishedAt}]
    commands    text    not null,
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
    -- "everything after n" is then a range of the index
    primary key (run, last_seq)
);
-- payloads are compressed already
alter table event_chunk alter column payload set storage external;

create table idempotency_key (
    key         text        primary key,
    fingerprint text        not null,
    run         uuid        not null references run on delete cascade,
    created_at  timestamptz not null
);
create index idempotency_key_by_run on idempotency_key (run);

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
