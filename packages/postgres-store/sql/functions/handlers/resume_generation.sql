-- Lets members take leases of a frozen generation again. The caller has locked its row.
create or replace function foldlog.resume_generation(target bigint) returns void language sql volatile as $body$
  delete from foldlog.handler_members m where m.generation = target and m.member = 'kept';
  update foldlog.handler_partitions p set holder = null where p.generation = target and p.holder = 'kept';
$body$;

revoke execute on function foldlog.resume_generation(bigint) from public;
