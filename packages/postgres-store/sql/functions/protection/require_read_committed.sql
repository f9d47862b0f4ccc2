-- Fails under REPEATABLE READ and SERIALIZABLE. An append must see what others committed while it waited for a lock,
-- and a reader of the log needs a snapshot newer than its settled position. Both hold under READ COMMITTED only.
create or replace function foldlog.require_read_committed() returns void language plpgsql stable as $body$
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception using
      errcode = 'FL001',
      message = format(
        'the transaction isolation is %s, foldlog needs read committed', current_setting('transaction_isolation')
      ),
      hint = 'Set default_transaction_isolation to ''read committed'' for this role or connection.';
  end if;
end
$body$;

revoke execute on function foldlog.require_read_committed() from public;
