-- Where the migrations write down what they did, and the outbox its identity. Made in a transaction of its own, since
-- Firebird lets nobody write into a table in the transaction that creates it. A crash after it leaves two empty
-- tables, which count as "not initialised".

CREATE TABLE WA_SCHEMA (
  VERSION     INTEGER NOT NULL,
  APPLIED_AT  TIMESTAMP NOT NULL,  -- server's clock
  PROGRAM     VARCHAR(60) CHARACTER SET ASCII NOT NULL,
  CONSTRAINT WA_SCHEMA_PK PRIMARY KEY (VERSION)
);

CREATE TABLE WA_META (
  META_KEY    VARCHAR(30) CHARACTER SET ASCII NOT NULL,
  META_VALUE  VARCHAR(200) CHARACTER SET ASCII NOT NULL,
  CONSTRAINT WA_META_PK PRIMARY KEY (META_KEY)
);
