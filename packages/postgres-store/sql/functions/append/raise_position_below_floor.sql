-- Raises FL003. The proof of the floor lock requires that a position is drawn above its floor. A sequence with a cache
-- gives a session numbers that it drew for an earlier transaction.
create or replace function foldlog.raise_position_below_floor(drawn bigint, floor bigint, log regclass)
returns void language plpgsql as $body$
begin
  raise exception using
    errcode = 'FL003',
    message = format(
      'position %s was drawn behind %s: readers may have passed it, so nothing was stored', drawn, floor
    ),
    hint = format('The sequence %s must have cache 1.', log);
end
$body$;

revoke execute on function foldlog.raise_position_below_floor(bigint, bigint, regclass) from public;
