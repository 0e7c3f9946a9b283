-- A run may repeat an earlier one, push results, and be told to leave out a step.
-- No foreign key: the original may be removed before the run that repeats it.
alter table run
    add column rerun_of        uuid,
    add column pushed          text,
    add column cancelled_steps integer[] not null default '{}';
create index run_by_original on run (rerun_of, id) where rerun_of is not null;

-- the run that executed the step, when this one did not have to
alter table step add column kept_from uuid;
