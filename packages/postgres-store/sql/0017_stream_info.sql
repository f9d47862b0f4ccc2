-- [version, deleted] of a stream; no row for one without events.
create function foldlog.stream_info(of_stream text) returns setof text language sql stable as $body$
  select json_build_array(s.version, s.deleted_at is not null)::text from foldlog.streams s where s.name = of_stream and s.version > 0
$body$;
