-- The queue: priority, fairness between repositories, runs that are held, pauses, instances.
--
-- A run is taken from the queue in the order (-priority, rank, ticket). The rank is what makes the
-- queue fair: it grows by one with each waiting run of the same repository and starts at the rank
-- of the queue's head, so a repository that submits a thousand runs stands beside the others with
-- its first one and behind them with the rest.
create sequence run_ticket;
alter table run
    add column priority          smallint not null default 0,
    add column ticket            bigint   not null default 0, -- order of arrival
    add column rank              bigint   not null default 0,
    -- why nobody may take it now: not-before, group, repository-paused. Means something only while
    -- the run has had no driver (fence = 0) and was not cancelled.
    add column held              text,
    add column not_before        timestamptz,
    add column concurrency_group text,
    add column concurrency_limit integer,
    add column cancel_reason     text; -- null: somebody asked for it
update run set ticket = sorted.place
    from (select id, row_number() over (order by created_at, id) as place
        from run where not ended) as sorted
    where run.id = sorted.id;
select setval('run_ticket', (select coalesce(max(ticket), 0) + 1 from run));
alter table run alter column ticket set default nextval('run_ticket');
alter sequence run_ticket owned by run.ticket;

-- everything that waits, by how long it could have been taken
drop index run_waiting;
create index run_waiting on run (greatest(created_at, not_before))
    where not ended and instance is null;
-- what may be taken: first what had a driver or is to be cancelled, which nothing holds; then this
create index run_orphaned on run (ticket)
    where not ended and instance is null and (fence > 0 or cancel_requested);
create index run_claimable on run ((-priority), rank, ticket)
    where not ended and instance is null and held is null and fence = 0 and not cancel_requested;
create index run_claimable_of on run (repository, priority, rank)
    where not ended and instance is null and held is null and fence = 0 and not cancel_requested;
-- what may not, and what ends that
create index run_held on run ((-priority), ticket)
    where not ended and instance is null and held is not null and fence = 0
        and not cancel_requested;
create index run_due on run (not_before)
    where not ended and instance is null and held = 'not-before' and fence = 0
        and not cancel_requested;
create index run_paused on run (repository, (-priority), ticket)
    where not ended and instance is null and held = 'repository-paused' and fence = 0
        and not cancel_requested;
create index run_group_held on run (concurrency_group, (-priority), ticket)
    where not ended and instance is null and held = 'group' and fence = 0
        and not cancel_requested;
create index run_group_live on run (concurrency_group, ticket)
    where not ended and concurrency_group is not null;
create index run_group_admitted on run (concurrency_group)
    where not ended and concurrency_group is not null
        and (held is null or held = 'repository-paused');

-- a submission stores its key before its run, since the key decides whether there will be one
alter table idempotency_key alter constraint idempotency_key_run_fkey
    deferrable initially deferred;

-- What takes nothing at the moment, and who said so.
create table pause (
    scope      text        not null, -- intake, queue, repository
    repository text        not null default '',
    since      timestamptz not null default now(),
    paused_by  text        not null,
    reason     text,
    primary key (scope, repository)
);

-- The processes that share this database; one that ends in order removes its row.
create table instance (
    id           text        primary key,
    host         text        not null,
    version      text        not null,
    executor     text        not null,
    started_at   timestamptz not null,
    heartbeat_at timestamptz not null,
    alive_until  timestamptz not null,
    accepting    boolean     not null,
    runs         integer     not null,
    steps        integer     not null,
    max_runs     integer     not null,
    max_steps    integer     not null
);

-- The rank of the next run of a repository, among those of its priority.
create function run_next_rank(of_repository text, of_priority integer) returns bigint
language sql volatile as $$
    select greatest(0,
        (select max(rank) + 1 from run
            where not ended and instance is null and held is null and fence = 0
                and not cancel_requested
                and repository = of_repository and priority = of_priority),
        (select min(rank) from run
            where not ended and instance is null and held is null and fence = 0
                and not cancel_requested and -priority = -of_priority))
$$;

-- Lets a run that was held enter the queue behind those that are there, unless its repository is
-- paused.
create function run_admit(admitted uuid, of_repository text, of_priority integer) returns void
language plpgsql as $$
begin
    -- whoever resumes the repository waits for this transaction, and finds the run held
    perform from pause where scope = 'repository' and repository = of_repository for key share;
    if found then
        update run set held = 'repository-paused' where id = admitted and instance is null;
    else
        update run set held = null, rank = run_next_rank(of_repository, of_priority)
            where id = admitted and instance is null;
    end if;
end
$$;

-- Lets runs of a group enter the queue while its limit allows it, those of the highest priority
-- first; one that waits for an instance makes room for one of a higher priority. The lock makes
-- those that decide about one group do so one after the other, and each statement sees what was
-- decided before; taking the lock comes before locking any run.
create function group_settle(settled text) returns integer
language plpgsql as $$
declare
    best     record;
    worst    uuid;
    admitted integer;
    promoted integer := 0;
begin
    perform pg_advisory_xact_lock(hashtextextended(settled, 0));
    loop
        select id, repository, priority, concurrency_limit into best from run
            where not ended and instance is null and held = 'group' and fence = 0
                and not cancel_requested and concurrency_group = settled
            order by -priority, ticket limit 1;
        exit when not found;
        select count(*) into admitted from run
            where not ended and concurrency_group is not null
                and (held is null or held = 'repository-paused')
                and concurrency_group = settled;
        exit when admitted > best.concurrency_limit;
        if admitted = best.concurrency_limit then
            select id into worst from run
                where not ended and concurrency_group is not null
                    and (held is null or held = 'repository-paused')
                    and concurrency_group = settled
                    and instance is null and fence = 0 and not cancel_requested
                    and priority < best.priority
                order by priority, ticket desc limit 1 for update skip locked;
            exit when not found;
            update run set held = 'group' where id = worst;
        end if;
        perform run_admit(best.id, best.repository, best.priority);
        promoted := promoted + 1;
    end loop;
    return promoted;
end
$$;

-- Stores a run, once for each key. What came of it: accepted, known-key, intake-paused,
-- group-rejected (other: a live run of the group).
create function run_submit(
    new_id uuid, new_url text, new_repository text, new_request text, new_created_at timestamptz,
    new_key text, new_fingerprint text, new_priority integer, new_not_before timestamptz,
    new_group text, new_limit integer, new_policy text,
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
            not_before, concurrency_group, concurrency_limit)
        values (new_id, new_url, new_repository, new_request, new_created_at, 'PENDING',
            new_priority,
            case when new_held is null then run_next_rank(new_repository, new_priority) else 0 end,
            new_held, new_not_before, new_group, new_limit);
    if new_held = 'group' then
        perform group_settle(new_group);
    end if;
    outcome := 'accepted';
end
$$;

-- Lets runs enter the queue whose time has come. Groups of such runs are the caller's to settle, in
-- transactions of their own. wait_millis says how long it is until the next run has its time or the
-- next lease can expire; null when nothing is in sight.
create function queue_promote_due(
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
        (select min(leased_until) from run where not ended and instance is not null)) - now());
end
$$;

-- Lets waiting runs of a repository enter the queue again, in their order.
create function repository_release(released text, most integer) returns integer
language plpgsql as $$
declare
    freed record;
    total integer := 0;
begin
    for freed in
        select id, repository, priority from run
            where not ended and instance is null and held = 'repository-paused' and fence = 0
                and not cancel_requested and repository = released
            order by -priority, ticket limit most for update skip locked
    loop
        perform run_admit(freed.id, freed.repository, freed.priority);
        total := total + 1;
    end loop;
    return total;
end
$$;
