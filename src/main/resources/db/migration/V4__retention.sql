-- What is kept longer than the rules say, and what is gone before its run.
alter table run
    add column pinned         boolean not null default false,
    add column log_removed_at timestamptz;

-- the oldest that still have a log, and the oldest of all: whoever removes reads only these
create index run_with_log on run (finished_at)
    where ended and not pinned and log_removed_at is null;
create index run_unpinned on run (finished_at) where ended and not pinned;

-- removing a run removes its positions; the primary key begins with the sink
create index sink_position_by_run on sink_position (run);
