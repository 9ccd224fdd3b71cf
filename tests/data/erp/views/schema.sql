-- An ERP that shows itself to the outside through views in Portuguese, with accents and blanks in their names, over tables
-- that nobody can read. Who is granted the views sees nothing else. BOOLEAN and BIGINT: Firebird 3 at least, dialect 3.

CREATE DOMAIN D_DINHEIRO AS NUMERIC(15,2);

CREATE TABLE T0001 (F1 INTEGER NOT NULL PRIMARY KEY, F2 VARCHAR(80), F3 VARCHAR(14), F4 VARCHAR(80), F5 VARCHAR(40), F6 CHAR(2),
  F7 VARCHAR(8), F8 VARCHAR(60));
CREATE TABLE T0002 (F1 BIGINT NOT NULL PRIMARY KEY, F2 VARCHAR(40), F3 VARCHAR(40), F4 VARCHAR(14), F5 BOOLEAN, F6 BOOLEAN,
  F7 VARCHAR(120));
CREATE TABLE T0003 (F1 BIGINT NOT NULL PRIMARY KEY, F2 BIGINT REFERENCES T0002, F3 VARCHAR(60), F4 SMALLINT, F5 VARCHAR(20),
  F6 BOOLEAN);
CREATE TABLE T0004 (F1 BIGINT NOT NULL PRIMARY KEY, F2 INTEGER REFERENCES T0001, F3 BIGINT REFERENCES T0002, F4 INTEGER,
  F5 SMALLINT, F6 SMALLINT, F7 DATE, F8 DATE, F9 D_DINHEIRO, F10 SMALLINT);
CREATE TABLE T0005 (F1 BIGINT NOT NULL PRIMARY KEY, F2 BIGINT REFERENCES T0004, F3 DATE, F4 D_DINHEIRO);
CREATE TABLE T0006 (F1 BIGINT NOT NULL PRIMARY KEY REFERENCES T0004, F2 VARCHAR(44), F3 VARCHAR(512), F4 BLOB SUB_TYPE TEXT,
  F5 DATE);
CREATE TABLE T0009 (F1 VARCHAR(20) NOT NULL PRIMARY KEY, F2 VARCHAR(60));
CREATE INDEX I0004 ON T0004 (F8);

COMMIT;

CREATE VIEW "Filiais" ("Código", "Razão Social", "CNPJ", "Endereço", "Município", "UF", "CEP", "E-mail") AS
  SELECT F1, F2, F3, F4, F5, F6, F7, F8 FROM T0001;

CREATE VIEW "Clientes" ("Código", "Nome", "CPF ou CNPJ", "Endereço", "Recebe e-mail?", "Bloqueado?") AS
  SELECT F1, F2 || COALESCE(' ' || F3, ''), F4, F7, F5, F6 FROM T0002;

CREATE VIEW "Telefones" ("Código", "Cliente", "Contato", "Número", "Aviso de débitos") AS
  SELECT F1, F2, F3, COALESCE('(' || F4 || ') ', '') || F5, F6 FROM T0003;

CREATE VIEW "Títulos" ("Código", "Filial", "Cliente", "Nota", "Parcela", "Emissão", "Vencimento", "Valor", "Saldo", "Situação") AS
  SELECT T.F1, T.F2, T.F3, T.F4, T.F5 || ' de ' || T.F6, T.F7, T.F8, T.F9,
    T.F9 - COALESCE((SELECT SUM(P.F4) FROM T0005 P WHERE P.F2 = T.F1), 0),
    CASE T.F10 WHEN 0 THEN 'Aberto' WHEN 1 THEN 'Em cartório' WHEN 2 THEN 'Renegociação' END
  FROM T0004 T;

CREATE VIEW "Cobrança" ("Título", "Código de barras", "Pix", "Instruções", "Pagável até") AS
  SELECT F1, F2, F3, F4, F5 FROM T0006;

-- A stored procedure that gives rows: what the vendor offers for the system's dates.
SET TERM ^ ;
CREATE PROCEDURE "Situação do Sistema" RETURNS ("Data" DATE, "Último fechamento" DATE, "Último retorno" DATE) AS
BEGIN
  SELECT CAST(F2 AS DATE) FROM T0009 WHERE F1 = 'hoje' INTO "Data";
  SELECT CAST(F2 AS DATE) FROM T0009 WHERE F1 = 'fechado' INTO "Último fechamento";
  SELECT CAST(F2 AS DATE) FROM T0009 WHERE F1 = 'retorno' INTO "Último retorno";
  SUSPEND;
END^
SET TERM ; ^
GRANT SELECT ON T0009 TO PROCEDURE "Situação do Sistema";

COMMIT;
