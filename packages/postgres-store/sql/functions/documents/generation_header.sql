-- The first row of a page of documents: [number of the generation, position, history], or [0, 0, history] when there is
-- no such generation. The position is the lowest checkpoint of its partitions. A function in
-- plpgsql keeps its plan from call to call.
create or replace function foldlog.generation_header(target bigint) returns text language plpgsql stable as $body$
begin
  return (
    select json_build_array(
      coalesce(max(g.number), 0), coalesce(min(p.position), 0), (select s.history from foldlog.log_state s)
    )::text
    from foldlog.handler_generations g join foldlog.handler_partitions p on p.generation = g.id
    where g.id = target
  );
end
$body$;

revoke execute on function foldlog.generation_header(bigint) from public;
