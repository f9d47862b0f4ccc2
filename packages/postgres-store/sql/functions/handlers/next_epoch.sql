-- The epoch that fences every lease with the one before.
--
-- Epochs go back with the log. A process may still work under a lease of the log that is gone, and its epoch would be given again; with an equal revision, its commit
-- would pass. So behind the first history, and from a restart until the next history begins, an epoch rises by a random number: no later lease gets one of those.
create or replace function foldlog.next_epoch(epoch bigint) returns bigint language sql volatile as $body$
  select epoch + 1 + case
    when (select s.is_current from foldlog.checked_log_state s) and not exists (select from foldlog.log_histories h where h.number > 1) then 0
    else floor(random() * 1e6)::bigint
  end
$body$;

revoke execute on function foldlog.next_epoch(bigint) from public;
