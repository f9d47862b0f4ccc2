-- When other members may take the partitions of a member. While a server is down no member can send a heartbeat. So
-- after its start every member keeps its leases for half a lease time, in which a live member sends one. Otherwise the
-- first member would take the partitions of all others. The time is not a whole lease, because members that died would
-- keep their leases on a server that crashes now and then.
create or replace function foldlog.lease_end(member foldlog.handler_members)
returns timestamptz language sql stable as $body$
  select greatest(member.until, pg_postmaster_start_time() + member.lease_time / 2)
$body$;

revoke execute on function foldlog.lease_end(foldlog.handler_members) from public;
