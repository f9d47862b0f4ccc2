-- The position of a member in its group: how many partitions it holds, its fair share, and how many are free for it.
-- The share is the number of partitions divided by the number of live members, rounded up, so no member is without a
-- partition while another has two more. A member that was silent for half a lease, and so has missed a heartbeat, has
-- no share. It keeps its partitions until its lease expires, but the others need not leave anything for it meanwhile.
-- `next`: when the first lease of another member expires, unless it is renewed.
create or replace function foldlog.member_share(of_generation bigint, of_member text, capacity int)
returns table (own bigint, share bigint, free bigint, next timestamptz) language sql volatile as $body$
  select
    count(*) filter (where p.holder = of_member),
    least(capacity, ceil(count(*)::numeric / greatest(1, (
      select count(*) from foldlog.handler_members m
      where m.generation = of_generation and not m.leaving
        and greatest(m.until - m.lease_time / 2, pg_postmaster_start_time() + m.lease_time / 2) > clock_timestamp()
    ))))::bigint,
    count(*) filter (
      where p.holder is null
        or p.holder <> of_member and (m.member is null or foldlog.lease_end(m) <= clock_timestamp())
    ),
    min(foldlog.lease_end(m)) filter (where p.holder <> of_member and foldlog.lease_end(m) > clock_timestamp())
  from foldlog.handler_partitions p
  left join foldlog.handler_members m on m.generation = p.generation and m.member = p.holder
  where p.generation = of_generation
$body$;

revoke execute on function foldlog.member_share(bigint, text, int) from public;
