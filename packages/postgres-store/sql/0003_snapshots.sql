-- `anchor` is the id of the event at `version`.
create table foldlog.snapshots (
  stream         bigint not null,
  schema_version integer not null,
  version        bigint not null,
  state          jsonb not null,
  anchor         uuid not null,
  primary key (stream, schema_version)
);
