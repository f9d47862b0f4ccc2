-- Events are facts: an UPDATE, DELETE or TRUNCATE by accident is refused. Who means it disables the trigger, which only the owner can.
create function foldlog.protect_events() returns trigger language plpgsql as $body$
begin
  raise exception using
    errcode = 'FL002',
    message = format('events are never changed: %s on %I.events was refused', tg_op, tg_table_schema);
end
$body$;

create trigger protect_events before update or delete or truncate on foldlog.events
  for each statement execute function foldlog.protect_events();
