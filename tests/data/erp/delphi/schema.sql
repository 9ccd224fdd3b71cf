-- An ERP as Delphi programs of the nineties left them. The names are made up, the habits are not: codes and texts in padded
-- CHAR, flags of one letter that mean something else in each table, settings as rows of text, keys of three columns,
-- amounts with four decimal places, TIMESTAMP for days, two phones in two columns of the customer.
-- It is the same text for dialect 1, where TIMESTAMP is what DATE was and NUMERIC(18,4) a double.

CREATE TABLE PARAM (
  PAR_NOME          CHAR(20) NOT NULL PRIMARY KEY,
  PAR_VALOR         CHAR(60)
);

CREATE TABLE MODULO (
  MOD_SIGLA         CHAR(8) NOT NULL PRIMARY KEY,
  MOD_LIBERADO      CHAR(1),
  MOD_ATE           TIMESTAMP
);

CREATE TABLE EMPRESA (
  EMP_COD           CHAR(2) NOT NULL PRIMARY KEY,
  EMP_RAZAO         CHAR(60),
  EMP_FANTASIA      CHAR(40),
  EMP_CGC           CHAR(20),
  EMP_ENDER         CHAR(60),
  EMP_BAIRRO        CHAR(30),
  EMP_CIDADE        CHAR(30),
  EMP_UF            CHAR(2),
  EMP_CEP           CHAR(10),
  EMP_FONE          CHAR(20),
  EMP_LOGO          BLOB SUB_TYPE 0
);

CREATE TABLE CLIENTE (
  CLI_COD           CHAR(8) NOT NULL PRIMARY KEY,
  CLI_NOME          CHAR(60),
  CLI_CGC           CHAR(20),
  CLI_ENDER         CHAR(60),
  CLI_BAIRRO        CHAR(30),
  CLI_CIDADE        CHAR(30),
  CLI_UF            CHAR(2),
  CLI_CEP           CHAR(10),
  CLI_CONTATO1      CHAR(30),
  CLI_FONE1         CHAR(20),
  CLI_AVISO1        CHAR(1),
  CLI_CONTATO2      CHAR(30),
  CLI_FONE2         CHAR(20),
  CLI_AVISO2        CHAR(1),
  CLI_MALA          CHAR(1),
  CLI_SIT           CHAR(1)
);

CREATE TABLE DUPLIC (
  DUP_EMP           CHAR(2) NOT NULL,
  DUP_NUM           CHAR(10) NOT NULL,
  DUP_PARC          CHAR(3) NOT NULL,
  DUP_CLI           CHAR(8),
  DUP_EMISSAO       TIMESTAMP,
  DUP_VENCTO        TIMESTAMP,
  DUP_VALOR         NUMERIC(18,4),
  DUP_PAGO          NUMERIC(18,4),
  DUP_MULTA         CHAR(8),
  DUP_JUROS         DOUBLE PRECISION,
  DUP_SIT           CHAR(2),
  PRIMARY KEY (DUP_EMP, DUP_NUM, DUP_PARC)
);

CREATE INDEX DUP_I_VENCTO ON DUPLIC (DUP_VENCTO);
CREATE INDEX DUP_I_CLI ON DUPLIC (DUP_CLI);

CREATE TABLE BLOQUETO (
  BLO_EMP           CHAR(2) NOT NULL,
  BLO_NUM           CHAR(10) NOT NULL,
  BLO_PARC          CHAR(3) NOT NULL,
  BLO_BANCO         SMALLINT,
  BLO_NOSSO         CHAR(25),
  BLO_LINHA         CHAR(60),
  BLO_MSG           CHAR(80),
  PRIMARY KEY (BLO_EMP, BLO_NUM, BLO_PARC)
);

COMMIT;
