-- Steps need others, wait, and are approved of.
alter table step
    -- numbers with commas; null in what was stored when one step ran after the other
    add column needs         text,
    add column allow_failure boolean not null default false,
    add column manual        boolean not null default false,
    add column attempts      integer not null default 1,
    -- approval, retry
    add column waits_for     text,
    add column waits_until   timestamptz,
    add column approved      boolean not null default false;

-- whoever drives the run goes on with these
alter table run add column approved_steps integer[] not null default '{}';
