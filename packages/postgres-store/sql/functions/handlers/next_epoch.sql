-- The epoch after this one. It fences every lease with an earlier epoch.
--
-- Epochs go back with the log. A process may still work under a lease of the log that is gone. Its epoch would be given
-- again, and with an equal revision its commit would pass. So after the first history, and from a restart until the
-- next history begins, an epoch rises by a random number: no later lease gets one of the old epochs.
create or replace function foldlog.next_epoch(epoch bigint) returns bigint language sql volatile as $body$
  select epoch + 1 + case
    when (select s.is_current from foldlog.checked_log_state s)
      and not exists (select from foldlog.log_histories h where h.number > 1) then 0
    else floor(random() * 1e6)::bigint
  end
$body$;

revoke execute on function foldlog.next_epoch(bigint) from public;
