-- What handlers keep. `due` is in milliseconds since 1970, as clients count: a timestamptz does not reach as far as their dates.
create table foldlog.handler_documents (
  generation bigint not null,
  kind       text collate "C" not null,
  key        text collate "C" not null,
  partition  integer not null,
  position   bigint not null,
  due        bigint,
  wish       text,
  data       jsonb not null,
  primary key (generation, kind, key)
);

-- What is due next in a partition, however many wait.
create index handler_documents_due on foldlog.handler_documents (generation, partition, due, key) where due is not null;

-- What a partition was left with by whoever held it before. Views are found by their keys, and spared the second index.
create index handler_documents_partition on foldlog.handler_documents (generation, kind, partition, key) where kind <> 'view';
