-- The sequences that are behind the rows that they number: rows were copied without their sequences, or a sequence was
-- set back.
--
-- In a sound database it finds none, whatever is appended meanwhile: a number is drawn before its row is visible, the
-- rows are read before the sequences, and the last number drawn never decreases.
create or replace function foldlog.sequences_behind()
returns table (sequence regclass, drawn bigint, highest bigint) language plpgsql volatile
set enable_seqscan = off set jit = off set plan_cache_mode = force_generic_plan
as $body$
declare
  highs bigint[];
begin
  highs := array[
    (select max(position) from foldlog.events), (select max(id) from foldlog.streams),
    (select max(id) from foldlog.handlers), (select max(id) from foldlog.handler_generations)
  ];
  -- Not `last_value` where something was drawn: for a moment it may be too high, by up to 32, which `nextval` logs
  -- ahead.
  return query
    select s.series, s.last, s.high
    from (
      select
        p.tableoid::regclass as series, coalesce(pg_sequence_last_value(p.tableoid), p.last_value - 1) as last,
        highs[1] as high
      from foldlog.positions p
      union all
      select p.tableoid, coalesce(pg_sequence_last_value(p.tableoid), p.last_value - 1), highs[2]
      from foldlog.streams_id_seq p
      union all
      select p.tableoid, coalesce(pg_sequence_last_value(p.tableoid), p.last_value - 1), highs[3]
      from foldlog.handlers_id_seq p
      union all
      select p.tableoid, coalesce(pg_sequence_last_value(p.tableoid), p.last_value - 1), highs[4]
      from foldlog.handler_generations_id_seq p
    ) s
    where s.last < s.high;
end
$body$;

revoke execute on function foldlog.sequences_behind() from public;
