-- Which steps a chunk holds events of (see StepBits), so that who asks for one step reads no others.
-- Null for what was stored before this column came.
alter table event_chunk add column steps bigint;
