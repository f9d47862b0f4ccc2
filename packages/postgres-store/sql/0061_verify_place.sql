-- What a client asks of a place: [true, current history, null]; or [false, current history, last position that is shared], null when the history is not known.
create function foldlog.verify_place(at_position bigint, in_history uuid) returns text language plpgsql stable
set enable_seqscan = off set jit = off
as $body$
declare
  fits constant boolean := foldlog.is_place(at_position, in_history);
begin
  return json_build_array(fits, (select s.history from foldlog.log_state s), case when not fits then foldlog.shared_with(in_history) end)::text;
end
$body$;
