-- Streams with events whose names begin with a prefix, behind a name, in the order of names: at most `count + 1` rows
-- [name, deleted, version, position, milliseconds], the last three of the last event of the stream. The last one only
-- says that there is one.
create or replace function foldlog.list_streams(prefix text, after text, count int)
returns setof text language sql stable
security definer set search_path = pg_catalog, pg_temp
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan
as $body$
  select json_build_array(
    s.name, s.deleted_at is not null, e.version, e.position, (extract(epoch from e.recorded_at) * 1000)::bigint
  )::text
  from foldlog.streams s
  cross join lateral (
    select e.version, e.position, e.recorded_at from foldlog.events e
    where e.stream = s.id order by e.version desc limit 1
  ) e
  -- The range of an index. No name is longer than 512 characters, and no character is above U+10FFFF.
  where s.name > after collate "C" and s.name >= prefix collate "C"
    and s.name <= (prefix || repeat(chr(1114111), 512)) collate "C" and starts_with(s.name, prefix)
  order by s.name limit count + 1
$body$;

-- Called by: writer, reader.
revoke execute on function foldlog.list_streams(text, text, int) from public;
