-- Labels: which instance may take a run.
--
-- A set of labels is kept as text, sorted, with commas between and none in them, so that it can be
-- the first column of an index: whoever claims looks at each set of those that wait, of which there
-- are few, and takes the first run of each that it may take. Null: any instance.
alter table run add column labels text;
alter table instance add column labels text[] not null default '{}';

-- what any instance may take; the indexes over all that waits stay for lists of it
create index run_claimable_plain on run ((-priority), rank, ticket)
    where not ended and instance is null and held is null and fence = 0 and not cancel_requested
        and labels is null;
create index run_orphaned_plain on run (ticket)
    where not ended and instance is null
        and (cancel_requested or (fence > 0 and labels is null));
-- what only some may take; those that were given back go first
create index run_labelled on run (labels, (fence = 0), (-priority), rank, ticket)
    where not ended and instance is null and labels is not null and not cancel_requested
        and (fence > 0 or held is null);

-- The sets of labels of which runs wait: steps from set to set through the index.
create function waiting_label_sets() returns table (labels text)
language sql stable as $$
    with recursive label_set (name) as (
        (select run.labels from run
            where not ended and instance is null and run.labels is not null
                and not cancel_requested and (fence > 0 or held is null)
            order by run.labels limit 1)
        union all
        select (
            select run.labels from run
            where not ended and instance is null and run.labels is not null
                and not cancel_requested and (fence > 0 or held is null)
                and run.labels > label_set.name
            order by run.labels limit 1)
        from label_set where name is not null)
    select name from label_set where name is not null
$$;

-- Whether an instance takes runs now that has these labels.
create function labels_live(wanted text) returns boolean
language sql stable as $$
    select exists (
        select from instance
        where accepting and alive_until >= now()
            and string_to_array(wanted, ',') <@ instance.labels)
$$;

-- As before, for a run that needs labels as well.
create function run_submit(
    new_id uuid, new_url text, new_repository text, new_request text, new_created_at timestamptz,
    new_key text, new_fingerprint text, new_priority integer, new_not_before timestamptz,
    new_group text, new_limit integer, new_policy text, new_labels text,
    out outcome text, out other uuid, out superseded uuid[])
language plpgsql as $$
declare
    new_held text;
begin
    superseded := '{}';
    if new_key is not null then
        -- of several submissions with one key, the first stores it and the others wait for it
        insert into idempotency_key (key, fingerprint, run, created_at)
            values (new_key, new_fingerprint, new_id, now()) on conflict (key) do nothing;
        if not found then
            outcome := 'known-key';
            return;
        end if;
    end if;
    if exists (select from pause where scope = 'intake') then
        outcome := 'intake-paused';
    elsif new_group is not null then
        perform pg_advisory_xact_lock(hashtextextended(new_group, 0));
        if new_policy = 'reject' then
            select id into other from run
                where not ended and concurrency_group is not null and concurrency_group = new_group
                order by ticket offset new_limit - 1 limit 1;
            if found then
                outcome := 'group-rejected';
            end if;
        elsif new_policy = 'cancel-previous' then
            with older as (
                select id from run
                where not ended and concurrency_group is not null
                    and concurrency_group = new_group and not cancel_requested
                order by ticket desc offset new_limit - 1),
            locked as (
                select id from run where id in (select id from older) order by id for update),
            cancelled as (
                update run set cancel_requested = true, cancel_reason = 'superseded'
                from locked where run.id = locked.id and not ended and not cancel_requested
                returning run.id, run.ticket)
            select coalesce(array_agg(id order by ticket), '{}') into superseded from cancelled;
        end if;
    end if;
    if outcome is not null then
        delete from idempotency_key where key = new_key;
        return;
    end if;
    if new_not_before > now() then
        new_held := 'not-before';
    elsif new_group is not null then
        new_held := 'group';
    else
        perform from pause
            where scope = 'repository' and repository = new_repository for key share;
        if found then
            new_held := 'repository-paused';
        end if;
    end if;
    insert into run (id, url, repository, request, created_at, state, priority, rank, held,
            not_before, concurrency_group, concurrency_limit, labels)
        values (new_id, new_url, new_repository, new_request, new_created_at, 'PENDING',
            new_priority,
            case when new_held is null then run_next_rank(new_repository, new_priority) else 0 end,
            new_held, new_not_before, new_group, new_limit, new_labels);
    if new_held = 'group' then
        perform group_settle(new_group);
    end if;
    outcome := 'accepted';
end
$$;

-- an instance of the version before still calls this one
create or replace function run_submit(
    new_id uuid, new_url text, new_repository text, new_request text, new_created_at timestamptz,
    new_key text, new_fingerprint text, new_priority integer, new_not_before timestamptz,
    new_group text, new_limit integer, new_policy text,
    out outcome text, out other uuid, out superseded uuid[])
language sql as $$
    select submitted.outcome, submitted.other, submitted.superseded
    from run_submit(new_id, new_url, new_repository, new_request, new_created_at, new_key,
        new_fingerprint, new_priority, new_not_before, new_group, new_limit, new_policy,
        null::text) as submitted
$$;

-- As before, but a run whose lease expired and that needs labels is not waited for in haste: nobody
-- may come who has them.
create or replace function queue_promote_due(
    most integer, out promoted integer, out groups text[], out wait_millis bigint)
language plpgsql as $$
declare
    due record;
begin
    promoted := 0;
    groups := '{}';
    for due in
        select id, repository, priority, concurrency_group from run
            where not ended and instance is null and held = 'not-before' and fence = 0
                and not cancel_requested and not_before <= now()
            order by not_before limit most for update skip locked
    loop
        promoted := promoted + 1;
        if due.concurrency_group is null then
            perform run_admit(due.id, due.repository, due.priority);
        else
            update run set held = 'group' where id = due.id;
            if due.concurrency_group <> all (groups) then
                groups := groups || due.concurrency_group;
            end if;
        end if;
    end loop;
    wait_millis := 1000 * extract(epoch from least(
        (select min(not_before) from run
            where not ended and instance is null and held = 'not-before' and fence = 0
                and not cancel_requested),
        (select min(leased_until) from run
            where not ended and instance is not null
                and (labels is null or leased_until > now() - interval '1 second'))) - now());
end
$$;

-- Concurrency groups of steps: who holds one, and who stands in line for it. A row is the run's and
-- not its driver's: whoever takes the run over finds it as it was.
create table step_group (
    run     uuid    not null references run on delete cascade,
    -- the step, or the first step of the stage; 0 for the run as a whole
    holder  integer not null,
    name    text    not null,
    ticket  bigint  generated always as identity,
    held    boolean not null default false,
    primary key (run, holder)
);
create index step_group_line on step_group (name, ticket);
-- no two hold one at the same time, whatever else goes wrong
create unique index step_group_held on step_group (name) where held;

-- Gives a group to the first in line, if nobody holds it, and says to which run. One whose run has
-- no driver now is passed over, and keeps its place: its group would stand still. What ended leaves.
-- Whoever calls it has the lock of the group.
create function step_group_settle(settled text) returns uuid
language plpgsql as $$
declare
    first record;
begin
    delete from step_group using run
        where step_group.name = settled and run.id = step_group.run and run.ended;
    if exists (select from step_group where name = settled and held) then
        return null;
    end if;
    select step_group.run, step_group.holder into first from step_group
        join run on run.id = step_group.run
        where step_group.name = settled and run.instance is not null
            and run.leased_until >= now()
        order by step_group.ticket limit 1;
    if not found then
        return null;
    end if;
    update step_group set held = true where run = first.run and holder = first.holder;
    return first.run;
end
$$;

-- Stands in line, once; only for who drives the run. Which run holds the group then, and which one
-- got it just now.
create function step_group_stand(
    of_run uuid, of_fence bigint, of_holder integer, wanted text,
    out held_here boolean, out held_by uuid, out passed_to uuid)
language plpgsql as $$
begin
    held_here := false;
    perform pg_advisory_xact_lock(hashtextextended(wanted, 8));
    perform from run where id = of_run and fence = of_fence and instance is not null
        and not ended for key share;
    if not found then
        return;
    end if;
    insert into step_group (run, holder, name) values (of_run, of_holder, wanted)
        on conflict (run, holder) do nothing;
    passed_to := step_group_settle(wanted);
    select run into held_by from step_group where name = wanted and held;
    select held into held_here from step_group
        where run = of_run and holder = of_holder and name = wanted;
    held_here := coalesce(held_here, false);
end
$$;

-- Leaves a group, or the line for it; only for who drives the run. Which run got it.
create function step_group_leave(of_run uuid, of_fence bigint, of_holder integer) returns uuid
language plpgsql as $$
declare
    released text;
begin
    select name into released from step_group where run = of_run and holder = of_holder;
    if not found then
        return null;
    end if;
    perform pg_advisory_xact_lock(hashtextextended(released, 8));
    perform from run where id = of_run and fence = of_fence and instance is not null
        for key share;
    if not found then
        return null;
    end if;
    delete from step_group where run = of_run and holder = of_holder;
    return step_group_settle(released);
end
$$;
