-- What a step gave to others and, of one of the steps that a `foreach` made, where it comes from, as JSON.
-- Null when neither.
alter table step add column exchange text;
