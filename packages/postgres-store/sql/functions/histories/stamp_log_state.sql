-- Records in the state where it was written, after it was written: no function returns the transaction number of a
-- savepoint, but the row has it.
create or replace function foldlog.stamp_log_state() returns void language sql volatile as $body$
  update foldlog.log_state set made_by = xmin, file = pg_relation_filepath(tableoid)
$body$;

revoke execute on function foldlog.stamp_log_state() from public;
