-- Appends must see what others committed while they waited for a lock; a log reader must look with a snapshot newer than its horizon.
-- Under REPEATABLE READ and SERIALIZABLE neither holds, so those are refused.
create or replace function foldlog.require_read_committed() returns void language plpgsql stable as $body$
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception using
      errcode = 'FL001',
      message = 'the transaction isolation is ' || current_setting('transaction_isolation') || ', foldlog needs read committed',
      hint = 'Set default_transaction_isolation to ''read committed'' for this role or connection.';
  end if;
end
$body$;

revoke execute on function foldlog.require_read_committed() from public;
