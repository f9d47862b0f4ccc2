-- Freezes a generation: fences the members that work on it, and ends its leases. A member of the store itself, which
-- never expires, holds its partitions. The caller has locked the row of the generation, as a heartbeat that takes
-- partitions does, so no heartbeat takes one meanwhile.
create or replace function foldlog.suspend_generation(target bigint) returns void language sql volatile as $body$
  insert into foldlog.handler_members (generation, member, until, leaving, report)
  values (target, 'kept', timestamptz '9999-12-31 00:00:00+00', true, 'null')
  on conflict do nothing;
  update foldlog.handler_partitions p set holder = 'kept', epoch = foldlog.next_epoch(p.epoch)
  where p.generation = target;
$body$;

revoke execute on function foldlog.suspend_generation(bigint) from public;
