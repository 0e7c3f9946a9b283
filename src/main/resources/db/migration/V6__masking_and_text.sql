-- Values that commands registered to be masked, for whoever takes the run over.
create table registered_value (
    run   uuid  not null references run on delete cascade,
    value bytea not null
);
-- a value may be too long for an index
create unique index registered_value_once on registered_value (run, sha256(value));

-- How many bytes the text of the whole log has (see `GET /runs/{id}/log`) up to the end of the run's
-- log and of each chunk, so that a place in the text is found without reading what is before it.
-- Null for what was stored before this column came.
alter table run add column text_bytes bigint;
alter table run alter column text_bytes set default 0;
update run set text_bytes = 0 where events = 0;
alter table event_chunk add column text_end bigint;
