create table foldlog.snapshots (
  stream         bigint not null,
  schema_version integer not null,
  version        bigint not null,
  state          jsonb not null,
  primary key (stream, schema_version)
);
