-- Whether foldlog.is_event accepts each of the events that come as columns, and the name of their stream has no control
-- characters. See foldlog.append_batch for the columns.
create or replace function foldlog.are_events(
  to_stream text, types text[], schema_versions smallint[], correlation_ids text[], causation_ids text[], payloads jsonb[], users jsonb[]
) returns boolean language sql stable as $body$
  select foldlog.is_name(to_stream, 512) and every(schema_versions[i] >= 1 and foldlog.is_event(
    types[i], nullif(correlation_ids[i], ''), nullif(causation_ids[i], ''), payloads[i], nullif(users[i], 'null')
  ))
  from generate_series(1, cardinality(types)) i
$body$;

revoke execute on function foldlog.are_events(text, text[], smallint[], text[], text[], jsonb[], jsonb[]) from public;
