-- Tags that were added to events after they were stored; see docs/boundary-locks.md. `required` is a list of
-- [stored name of an event, prefix of a tag, category]: later events of that name in that category, in all when it is
-- absent, have a tag with that prefix. `promoted`: all earlier ones have it too.
create table foldlog.taggings (
  name     text collate "C" primary key,
  required jsonb not null,
  promoted boolean not null default false
);
