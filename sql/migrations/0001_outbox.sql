-- The outbox: who gets what, what left, what came back (DESIGN.md sections 5 and 6).
--
-- Rules of this file
-- * Every text column names its character set, so that the tables are the same in a NONE, WIN1252, ISO8859_1 or UTF8
--   database. Keys and words are ASCII (other characters of a key are percent-escaped); what people typed is UTF-8
--   bytes in OCTETS or a binary blob, which no transliteration touches.
-- * Money is BIGINT cents.
-- * *_AT are UTC by the program's clock, *_ON days in the shop's zone. Only LEASE_UNTIL and NEXT_ALLOWED are the
--   server's LOCALTIMESTAMP: they must agree between machines.
-- * The longest index key is WA_REPLY's, 450 bytes: it fits pages of 4 KB.
-- * WA_SCHEMA and WA_META stand already; all of this is one transaction.
-- Runs in isql, too (SET TERM is understood by both).

CREATE DOMAIN WA_ID AS VARCHAR(120) CHARACTER SET ASCII;
CREATE DOMAIN WA_MESSAGE_ID AS VARCHAR(40) CHARACTER SET ASCII;
CREATE DOMAIN WA_WORD AS VARCHAR(30) CHARACTER SET ASCII;
CREATE DOMAIN WA_PHONE AS VARCHAR(16) CHARACTER SET ASCII;
CREATE DOMAIN WA_SHORT AS VARCHAR(300) CHARACTER SET OCTETS;
CREATE DOMAIN WA_BYTES AS BLOB SUB_TYPE BINARY;
CREATE DOMAIN WA_FLAG AS SMALLINT DEFAULT 0 NOT NULL CHECK (VALUE IN (0, 1));

CREATE SEQUENCE WA_RUN_ID;
CREATE SEQUENCE WA_NOTICE_ID;
CREATE SEQUENCE WA_ROW_ID;
CREATE SEQUENCE WA_EVENT_ID;

CREATE EXCEPTION WA_APPEND_ONLY 'the event log is append-only';
CREATE EXCEPTION WA_ILLEGAL_MOVE 'the state machine forbids this move of a part';
CREATE EXCEPTION WA_OVERTAKEN 'changed by another transaction meanwhile';
CREATE EXCEPTION WA_MAY_HAVE_LEFT 'something of it may have left: it stays';

-- An instance of the gateway: its pace and its counter, advanced in the transaction that begins a part.
CREATE TABLE WA_INSTANCE (
  INSTANCE       WA_ID NOT NULL,
  NEXT_ALLOWED   TIMESTAMP,            -- server's clock: nothing may leave before
  GAP_MS         BIGINT,               -- how long that pause was: more left than this means the clock was set back
  COUNTED_DAY    DATE,                 -- day of the counter
  CONTACTS       INTEGER DEFAULT 0 NOT NULL,
  FIRST_USED_ON  DATE,                 -- warm-up counts from here
  DEPARTURES     BIGINT DEFAULT 0 NOT NULL,  -- parts begun so far: only a restored backup takes it back
  READ_UNTIL     TIMESTAMP,            -- messages up to here were read
  RESTRICTED_ON     DATE,              -- last sign that WhatsApp restricts the number; null: none, or a person lifted it
  RESTRICTED_UNTIL  DATE,              -- first day on which it may send again by itself
  RESTRICTED_WHY    WA_SHORT,
  CONSTRAINT WA_INSTANCE_PK PRIMARY KEY (INSTANCE),
  CONSTRAINT WA_INSTANCE_CONTACTS CHECK (CONTACTS >= 0),
  CONSTRAINT WA_INSTANCE_RESTRICTED CHECK (RESTRICTED_ON IS NULL AND RESTRICTED_UNTIL IS NULL
    OR RESTRICTED_ON IS NOT NULL AND RESTRICTED_UNTIL IS NOT NULL AND RESTRICTED_WHY IS NOT NULL)
);

CREATE TABLE WA_RUN (
  ID             BIGINT NOT NULL,
  CLOSE_DAY      DATE NOT NULL,
  REFERENCE_DAY  DATE NOT NULL,
  STARTED_AT     TIMESTAMP NOT NULL,
  SEND_ON        DATE NOT NULL,
  HELD           WA_FLAG,
  FIRST_NOTICE   BIGINT NOT NULL,      -- its notices are this one and those after it: an index of WA_NOTICE less
  NOTICES        INTEGER NOT NULL,
  SKIPPED        INTEGER NOT NULL,
  BAD_ROWS       INTEGER NOT NULL,
  CONSTRAINT WA_RUN_PK PRIMARY KEY (ID)
);
CREATE INDEX WA_RUN_CLOSE ON WA_RUN (CLOSE_DAY);

-- The row is the lock of its parts: whoever changes a part updates its notice in the same transaction.
CREATE TABLE WA_NOTICE (
  ID               BIGINT NOT NULL,
  RUN              BIGINT NOT NULL,
  BRANCH           WA_ID NOT NULL,
  CUSTOMER         WA_ID NOT NULL,
  CONTACT          WA_ID NOT NULL,
  CONTACT_NAME     WA_SHORT NOT NULL,
  PHONE            WA_PHONE NOT NULL,
  INSTANCE         WA_ID NOT NULL,
  KIND             WA_WORD NOT NULL,
  SEND_ON          DATE NOT NULL,
  STATE            WA_WORD DEFAULT 'queued' NOT NULL,
  ENDING           WA_WORD,            -- ended before anything left: wins over the states of the parts
  REASON           WA_SHORT,
  FIRST_DEPARTURE  DATE,               -- day of the first claim of a part; null: untouched
  COUNTED_ON       DATE,               -- last day on which it counted as a contact of its instance
  REVISION         INTEGER DEFAULT 0 NOT NULL,
  CONSTRAINT WA_NOTICE_PK PRIMARY KEY (ID),
  -- One constraint, as of WA_PART: an ending goes with its state and a reason, and what has departed is never superseded.
  CONSTRAINT WA_NOTICE_WHOLE CHECK (KIND IN ('overdue', 'upcoming', 'both')
    AND (ENDING IS NULL AND STATE IN ('queued', 'sending', 'needs_person', 'sent', 'delivered', 'skipped', 'expired', 'failed')
      OR ENDING IN ('superseded', 'skipped', 'failed') AND STATE = ENDING AND REASON IS NOT NULL)
    AND (STATE <> 'superseded' OR FIRST_DEPARTURE IS NULL))
);
CREATE INDEX WA_NOTICE_DUE ON WA_NOTICE (STATE, SEND_ON);
CREATE INDEX WA_NOTICE_CUSTOMER ON WA_NOTICE (CUSTOMER);
CREATE INDEX WA_NOTICE_PHONE ON WA_NOTICE (PHONE);
CREATE INDEX WA_NOTICE_COUNTED ON WA_NOTICE (COUNTED_ON);

-- No foreign key to the notice, and none of WA_PART: Firebird would give each an index of its own beside that of the primary key,
-- which begins with NOTICE as well; they were a tenth of storing a run. WA_NOTICE_KEEP guards the other side, as
-- WA_INSTANCE_KEEP does for a notice's instance.
CREATE TABLE WA_NOTICE_ITEM (
  NOTICE         BIGINT NOT NULL,
  RECEIVABLE     WA_ID NOT NULL,
  DOCUMENT       WA_SHORT NOT NULL,
  DUE_ON         DATE NOT NULL,
  STAGE          WA_WORD NOT NULL,
  BALANCE_CENTS  BIGINT NOT NULL,
  HAS_BOLETO     WA_FLAG,
  CONSTRAINT WA_NOTICE_ITEM_PK PRIMARY KEY (NOTICE, RECEIVABLE),
  CONSTRAINT WA_NOTICE_ITEM_STAGE CHECK (STAGE STARTING WITH 'overdue:' OR STAGE STARTING WITH 'upcoming:')
);

CREATE TABLE WA_PART (
  NOTICE         BIGINT NOT NULL,
  SEQ            SMALLINT NOT NULL,
  KIND           WA_WORD NOT NULL,
  RECEIVABLE     WA_ID,
  MESSAGE_ID     WA_MESSAGE_ID,        -- a function of outbox, notice and part; null until it is begun
  STATE          WA_WORD DEFAULT 'queued' NOT NULL,
  ATTEMPT        INTEGER DEFAULT 0 NOT NULL,
  MAY_HAVE_LEFT  WA_FLAG,              -- keeps the claims of its notice; falls back to 0 only by proof or a person's word
  REASON         VARCHAR(160) CHARACTER SET OCTETS,
  NEXT_TRY_AT    TIMESTAMP,
  OWNER          VARCHAR(60) CHARACTER SET OCTETS,
  LEASE_UNTIL    TIMESTAMP,            -- server's clock
  LEASE_MS       BIGINT,
  TOKEN          BIGINT,               -- of the last begin or record: shows whether a commit without an answer happened
  RECIPIENT      WA_ID,
  CONTENT        WA_BYTES,             -- the text of a text message
  FILE_NAME      VARCHAR(120) CHARACTER SET OCTETS,
  BEGUN_AT       TIMESTAMP,
  BEGUN_ON       DATE,
  GATEWAY_ID     WA_ID,
  ACCEPTED_AT    TIMESTAMP,            -- set once accepted, never taken back
  ARRIVED_LATE   WA_FLAG,              -- an earlier attempt was accepted after all: a person should know
  CONSTRAINT WA_PART_PK PRIMARY KEY (NOTICE, SEQ),
  -- One constraint, for each CHECK is a trigger of its own and parts are stored by the hundred thousand. In turn: what a
  -- part is; what each state needs; what may have left says so.
  CONSTRAINT WA_PART_WHOLE CHECK (SEQ > 0 AND ATTEMPT >= 0
    AND (KIND IN ('text', 'boletos', 'statement') AND RECEIVABLE IS NULL
      OR KIND IN ('boleto', 'code') AND RECEIVABLE IS NOT NULL)
    AND (STATE IN ('queued', 'failed', 'unknown', 'skipped', 'expired')
      OR STATE = 'sending' AND ATTEMPT > 0 AND MESSAGE_ID IS NOT NULL AND OWNER IS NOT NULL AND LEASE_UNTIL IS NOT NULL
        AND RECIPIENT IS NOT NULL AND BEGUN_AT IS NOT NULL
      OR STATE IN ('accepted', 'server_ack', 'delivered', 'read') AND ACCEPTED_AT IS NOT NULL)
    AND (MAY_HAVE_LEFT = 1
      OR ACCEPTED_AT IS NULL AND STATE IN ('queued', 'failed', 'skipped', 'expired')))
);
-- No index but the primary key: with forced writes each index page that a departure touches is one more wait for the
-- disk. Parts are found through their notice (PHONE, COUNTED_ON, STATE).

-- Who was told which stage: the key keeps anybody from being dunned twice. NOTICE is null for a baseline. The claims of a
-- notice are found by its items and its phone, which are this key; a foreign key, its index and looking each notice up, would be
-- a tenth of storing a run.
CREATE TABLE WA_CLAIM (
  RECEIVABLE  WA_ID NOT NULL,
  PHONE       WA_PHONE NOT NULL,
  STAGE       WA_WORD NOT NULL,
  NOTICE      BIGINT,
  CONSTRAINT WA_CLAIM_PK PRIMARY KEY (RECEIVABLE, PHONE, STAGE),
  CONSTRAINT WA_CLAIM_STAGE CHECK (STAGE STARTING WITH 'overdue:' OR STAGE STARTING WITH 'upcoming:')
);

-- The last day on which something may have left to a recipient; what is on its way is not in here yet.
CREATE TABLE WA_WRITTEN (
  PHONE    WA_PHONE NOT NULL,
  CUSTOMER WA_ID NOT NULL,
  BRANCH   WA_ID NOT NULL,
  LAST_ON  DATE NOT NULL,
  CONSTRAINT WA_WRITTEN_PK PRIMARY KEY (PHONE, CUSTOMER, BRANCH)
);

-- Who was skipped and why. ID tells the order. The one index is what is asked for; keys that nobody looks up were half of
-- storing these.
CREATE TABLE WA_DECISION (
  ID          BIGINT NOT NULL,
  RUN         BIGINT NOT NULL,
  CUSTOMER    WA_ID NOT NULL,
  CONTACT     WA_ID,
  RECEIVABLE  WA_ID,
  REASON      WA_WORD NOT NULL,
  DETAIL      WA_SHORT NOT NULL
);
CREATE INDEX WA_DECISION_CUSTOMER ON WA_DECISION (CUSTOMER);

CREATE TABLE WA_BAD_ROW (
  ID           BIGINT NOT NULL,
  RUN          BIGINT NOT NULL,
  SOURCE       WA_SHORT NOT NULL,
  ROW_KEY      WA_SHORT NOT NULL,
  COLUMN_NAME  WA_SHORT NOT NULL,
  PROBLEM      WA_WORD NOT NULL,
  MASKED       WA_SHORT NOT NULL,
  CONSTRAINT WA_BAD_ROW_PK PRIMARY KEY (ID),
  CONSTRAINT WA_BAD_ROW_RUN FOREIGN KEY (RUN) REFERENCES WA_RUN (ID)
);

-- What the gateway said about a number; CANONICAL is null for "not on WhatsApp".
CREATE TABLE WA_NUMBER (
  PHONE        WA_PHONE NOT NULL,
  CANONICAL    WA_ID,
  RESOLVED_AT  TIMESTAMP NOT NULL,
  CONSTRAINT WA_NUMBER_PK PRIMARY KEY (PHONE)
);
CREATE INDEX WA_NUMBER_CANONICAL ON WA_NUMBER (CANONICAL);

-- Every recipient that a request has named, with the phones behind it (with and without the ninth digit two phones may be
-- one recipient).
CREATE TABLE WA_RECIPIENT (
  RECIPIENT  WA_ID NOT NULL,
  PHONE      WA_PHONE NOT NULL,
  CONSTRAINT WA_RECIPIENT_PK PRIMARY KEY (RECIPIENT, PHONE)
);

CREATE TABLE WA_LID (
  LID    WA_ID NOT NULL,
  PHONE  WA_PHONE NOT NULL,
  CONSTRAINT WA_LID_PK PRIMARY KEY (LID)
);

CREATE TABLE WA_REPLY (
  INSTANCE      WA_ID NOT NULL,
  CHAT          WA_ID NOT NULL,
  GATEWAY_ID    WA_ID NOT NULL,
  PHONE         WA_PHONE NOT NULL,
  NOTICE        BIGINT,
  WRITTEN_AT    TIMESTAMP NOT NULL,
  CONTENT       WA_BYTES,
  MEDIA         WA_SHORT,
  INTENT        WA_WORD NOT NULL,
  NEEDS_PERSON  WA_FLAG,
  CONSTRAINT WA_REPLY_PK PRIMARY KEY (INSTANCE, CHAT, GATEWAY_ID),
  CONSTRAINT WA_REPLY_NOTICE FOREIGN KEY (NOTICE) REFERENCES WA_NOTICE (ID)
);
CREATE INDEX WA_REPLY_PERSON ON WA_REPLY (NEEDS_PERSON, WRITTEN_AT);

-- At most one automatic answer for each notice.
CREATE TABLE WA_ANSWER (
  NOTICE      BIGINT NOT NULL,
  MESSAGE_ID  WA_MESSAGE_ID NOT NULL,
  STATE       WA_WORD NOT NULL,
  CONTENT     WA_BYTES NOT NULL,
  BEGUN_AT    TIMESTAMP NOT NULL,
  GATEWAY_ID  WA_ID,
  CONSTRAINT WA_ANSWER_PK PRIMARY KEY (NOTICE),
  CONSTRAINT WA_ANSWER_NOTICE FOREIGN KEY (NOTICE) REFERENCES WA_NOTICE (ID),
  CONSTRAINT WA_ANSWER_STATE CHECK (STATE IN ('sending', 'accepted', 'refused', 'unknown'))
);

CREATE TABLE WA_OPT_OUT (
  PHONE     WA_PHONE NOT NULL,
  WHY       WA_WORD NOT NULL,
  SINCE_AT  TIMESTAMP NOT NULL,
  CONSTRAINT WA_OPT_OUT_PK PRIMARY KEY (PHONE)
);

CREATE TABLE WA_HOLD (
  CUSTOMER  WA_ID NOT NULL,
  UNTIL_ON  DATE,
  KIND      WA_WORD NOT NULL,
  CONSTRAINT WA_HOLD_PK PRIMARY KEY (CUSTOMER)
);

-- Append-only. ID tells the order; it has no index, for the reason given at WA_PART.
CREATE TABLE WA_EVENT (
  ID           BIGINT NOT NULL,
  HAPPENED_AT  TIMESTAMP NOT NULL,
  NOTICE       BIGINT,
  SEQ          SMALLINT,
  KIND         WA_WORD NOT NULL,
  DETAIL       WA_SHORT NOT NULL,
  CONSTRAINT WA_EVENT_NOTICE FOREIGN KEY (NOTICE) REFERENCES WA_NOTICE (ID)
);

-- What a constraint of one row cannot say. A retention job, which removes what the law says must go, opens the door for
-- its own transaction: SELECT RDB$SET_CONTEXT('USER_TRANSACTION', 'WA_RETENTION', '1') FROM RDB$DATABASE.
SET TERM ^ ;

CREATE TRIGGER WA_EVENT_KEEP FOR WA_EVENT BEFORE UPDATE OR DELETE AS
BEGIN
  IF (UPDATING OR RDB$GET_CONTEXT('USER_TRANSACTION', 'WA_RETENTION') IS NULL) THEN
    EXCEPTION WA_APPEND_ONLY;
END^

-- Only a queued part departs, each time under the next number, and not before the parts ahead of it are settled; what was
-- accepted never comes back to where it could depart, except a failure after acceptance that a person requeues.
CREATE TRIGGER WA_PART_MOVE FOR WA_PART BEFORE UPDATE AS
BEGIN
  IF (NEW.NOTICE <> OLD.NOTICE OR NEW.SEQ <> OLD.SEQ
      OR OLD.MESSAGE_ID IS NOT NULL AND NEW.MESSAGE_ID IS DISTINCT FROM OLD.MESSAGE_ID) THEN
    EXCEPTION WA_ILLEGAL_MOVE;
  IF (OLD.STATE IN ('accepted', 'server_ack', 'delivered', 'read')
      AND NEW.STATE NOT IN ('accepted', 'server_ack', 'delivered', 'read', 'failed')) THEN
    EXCEPTION WA_ILLEGAL_MOVE;
  IF (NEW.STATE = 'sending' AND OLD.STATE <> 'sending') THEN
  BEGIN
    IF (OLD.STATE <> 'queued' OR NEW.ATTEMPT <> OLD.ATTEMPT + 1) THEN
      EXCEPTION WA_ILLEGAL_MOVE;
    IF (EXISTS(SELECT 1 FROM WA_PART P WHERE P.NOTICE = NEW.NOTICE AND P.SEQ < NEW.SEQ
        AND P.STATE IN ('queued', 'sending', 'unknown'))) THEN
      EXCEPTION WA_ILLEGAL_MOVE;
  END
  ELSE IF (NEW.ATTEMPT <> OLD.ATTEMPT) THEN
    EXCEPTION WA_ILLEGAL_MOVE;
  IF (OLD.ACCEPTED_AT IS NOT NULL AND NEW.ACCEPTED_AT IS NULL) THEN
    EXCEPTION WA_ILLEGAL_MOVE;
END^

CREATE TRIGGER WA_PART_KEEP FOR WA_PART BEFORE DELETE AS
BEGIN
  IF (OLD.ATTEMPT > 0 AND RDB$GET_CONTEXT('USER_TRANSACTION', 'WA_RETENTION') IS NULL) THEN
    EXCEPTION WA_MAY_HAVE_LEFT;
END^

CREATE TRIGGER WA_NOTICE_KEEP FOR WA_NOTICE BEFORE DELETE AS
BEGIN
  IF (EXISTS(SELECT 1 FROM WA_PART P WHERE P.NOTICE = OLD.ID)
      OR EXISTS(SELECT 1 FROM WA_NOTICE_ITEM I WHERE I.NOTICE = OLD.ID)) THEN
    EXCEPTION WA_MAY_HAVE_LEFT;
END^

CREATE TRIGGER WA_INSTANCE_KEEP FOR WA_INSTANCE BEFORE UPDATE OR DELETE AS
BEGIN
  IF (DELETING OR NEW.INSTANCE <> OLD.INSTANCE) THEN
    IF (EXISTS(SELECT 1 FROM WA_NOTICE N WHERE N.INSTANCE = OLD.INSTANCE)) THEN
      EXCEPTION WA_MAY_HAVE_LEFT;
END^

CREATE TRIGGER WA_CLAIM_KEEP FOR WA_CLAIM BEFORE DELETE AS
BEGIN
  IF (EXISTS(SELECT 1 FROM WA_PART P WHERE P.NOTICE = OLD.NOTICE AND P.MAY_HAVE_LEFT = 1)
      AND RDB$GET_CONTEXT('USER_TRANSACTION', 'WA_RETENTION') IS NULL) THEN
    EXCEPTION WA_MAY_HAVE_LEFT;
END^

SET TERM ; ^
