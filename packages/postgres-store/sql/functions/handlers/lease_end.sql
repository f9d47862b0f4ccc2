-- When the partitions of a member may be taken from it. A server that was away took its time from everybody: members that live could not say so. From its
-- start on each has half a lease to be heard again, in which a member that lives beats; otherwise the first member would take the partitions of all others.
-- Not a whole one: of a server that crashes now and then the dead would keep theirs.
create or replace function foldlog.lease_end(member foldlog.handler_members) returns timestamptz language sql stable as $body$
  select greatest(member.until, pg_postmaster_start_time() + member.lease_time / 2)
$body$;

revoke execute on function foldlog.lease_end(foldlog.handler_members) from public;
