-- Sets each sequence that is behind to the highest number that is stored, and never sets one back. Returns a row for
-- each sequence that it moved. Only the owner calls it.
--
-- The locks wait for writers under way, and make later writers wait: every append changes `streams` before it draws a
-- position. Readers do not wait.
create or replace function foldlog.advance_sequences()
returns table (sequence regclass, drawn bigint, highest bigint) language plpgsql volatile as $body$
begin
  lock table foldlog.streams, foldlog.events, foldlog.handlers, foldlog.handler_generations in share row exclusive mode;
  for sequence, drawn, highest in select b.sequence, b.drawn, b.highest from foldlog.sequences_behind() b loop
    perform setval(sequence, highest);
    return next;
  end loop;
end
$body$;

-- Called by: owner.
revoke execute on function foldlog.advance_sequences() from public;
