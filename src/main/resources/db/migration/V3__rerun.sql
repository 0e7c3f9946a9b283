-- A run may push results, and be told to leave out a step.
alter table run
    add column pushed          text,
    add column cancelled_steps integer[] not null default '{}';

-- the run that executed the step, when this one did not have to
alter table step add column kept_from uuid;

-- Which run repeats which. The original may be removed before the run that repeats it.
create table rerun (
    run      uuid primary key references run on delete cascade,
    original uuid not null
);
create index rerun_by_original on rerun (original, run);
