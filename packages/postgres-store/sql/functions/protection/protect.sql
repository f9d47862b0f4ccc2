-- Refuses accidental changes, the owner's too. Only the owner can disable the trigger, for a change that is intended.
create or replace function foldlog.protect() returns trigger language plpgsql as $body$
begin
  raise exception using
    errcode = 'FL002',
    message = format('%s on %I.%I was refused: %s', tg_op, tg_table_schema, tg_table_name, tg_argv[0]);
end
$body$;

create or replace trigger protect before update of
  position, stream, version, recorded_at, id, remaining, schema_version, category, type, correlation_id, causation_id,
  data, metadata
  or delete or truncate on foldlog.events
  for each statement execute function foldlog.protect('events are never changed');

-- foldlog.add_tags adds tags.
create or replace trigger protect_tags before update of tags on foldlog.events for each row
  when (old.tags is not null and (new.tags @> old.tags) is not true)
  execute function foldlog.protect('an event loses no tags');

-- No reader sees an event without its stream. Under another id or name it would be an event of another stream.
create or replace trigger protect before update of id, name, category or delete or truncate on foldlog.streams
  for each statement execute function foldlog.protect('streams are never removed or renamed');

-- An append raises the version, a deletion keeps it, and nothing is stored after a deletion. Every append evaluates
-- this condition, and it costs next to nothing.
create or replace trigger protect_version before update of version, deleted_at on foldlog.streams for each row
  when (new.version < old.version or old.deleted_at is not null)
  execute function foldlog.protect('versions only grow, and deleted streams stay deleted');

create or replace trigger protect before delete or truncate on foldlog.log_histories
  for each statement execute function foldlog.protect('the histories of a log are never removed');

create or replace trigger protect before delete or truncate on foldlog.recovery_mark
  for each statement execute function foldlog.protect('only a recovery of the server removes the mark');

create or replace trigger protect before delete or truncate on foldlog.log_state
  for each statement execute function foldlog.protect('a log has one state');

revoke execute on function foldlog.protect() from public;
