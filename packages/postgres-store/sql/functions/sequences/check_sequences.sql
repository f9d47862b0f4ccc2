-- Fails when a sequence is behind the rows that it numbers. The next number drawn may then be free, in a gap, and
-- readers that have passed the gap would never see what is stored there.
create or replace function foldlog.check_sequences() returns void language plpgsql volatile
security definer set search_path = pg_catalog, pg_temp
as $body$
declare
  behind text;
begin
  select string_agg(format('%s is at %s, the highest number stored is %s', b.sequence, b.drawn, b.highest), '; ')
  into behind
  from foldlog.sequences_behind() b;
  if behind is not null then
    raise exception using
      errcode = 'FL006',
      message = format(
        'sequences are behind their rows, which were copied without them, or a sequence was set back: %s. '
        'Nothing is stored until the owner of the schema runs: select %s.advance_sequences()',
        behind, (select c.relnamespace::regnamespace from foldlog.positions p join pg_class c on c.oid = p.tableoid)
      );
  end if;
end
$body$;

-- Called by: writer, reader.
revoke execute on function foldlog.check_sequences() from public;
