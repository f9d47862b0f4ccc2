-- What an event is about, as its writer has said; null when it has said nothing. See docs/boundary-locks.md.
alter table foldlog.events add column if not exists tags text[] collate "C";

-- The index of tags: a row for each tag of each event. `tag` is foldlog.tag_hash of the tag. Two tags may have one
-- hash, so the tags of the event decide. A condition is a range of this index: one tag, behind one position.
create table foldlog.event_tags (
  tag      bigint not null,
  position bigint not null,
  type     text collate "C" not null,
  primary key (tag, position)
);

-- It has a third parameter now. A new schema has none yet, and `if exists` would print a notice.
do $drop$
begin
  if to_regprocedure($name$foldlog.append(jsonb, jsonb)$name$) is not null then
    drop function foldlog.append(jsonb, jsonb);
  end if;
end
$drop$;
delete from foldlog.functions where name = 'append';
