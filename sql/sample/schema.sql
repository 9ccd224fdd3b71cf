-- O ERP de amostra: um recorte, no estilo do Sidicom S4, do que o wa-notify precisa ler.
-- O esquema do S4 não é público; nomes e tipos daqui são invenção nossa, com os costumes da época: WIN1252,
-- sinalizadores 'S'/'N' em CHAR(1), valores em NUMERIC, quase tudo aceitando nulo.
--
-- Tudo antes da linha "DEPOIS DA CARGA" é criado antes das linhas; o resto (chaves estrangeiras e índices),
-- depois delas, porque ordenar um índice de uma vez é bem mais rápido do que mantê-lo a cada inserção.
-- Um comando por bloco, terminado em ponto e vírgula no fim da linha.

-- Uma linha só: a data do sistema, que anda apenas no fechamento diário (não é o relógio do computador).
CREATE TABLE PARAMETRO_SISTEMA (
  ID                SMALLINT NOT NULL,
  DATA_SISTEMA      DATE NOT NULL,
  VERSAO            VARCHAR(20),
  CONSTRAINT PK_PARAMETRO_SISTEMA PRIMARY KEY (ID)
);

-- Um dia fechado por linha.
CREATE TABLE FECHAMENTO_DIARIO (
  DATA              DATE NOT NULL,
  FECHADO_EM        TIMESTAMP,
  USUARIO           VARCHAR(30),
  CONSTRAINT PK_FECHAMENTO_DIARIO PRIMARY KEY (DATA)
);

-- Arquivos de retorno (CNAB) importados do banco.
CREATE TABLE RETORNO_BANCARIO (
  ID                INTEGER NOT NULL,
  BANCO             CHAR(3) NOT NULL,
  DATA_ARQUIVO      DATE NOT NULL,
  NOME_ARQUIVO      VARCHAR(60),
  QTD_TITULOS       INTEGER,
  CONSTRAINT PK_RETORNO_BANCARIO PRIMARY KEY (ID)
);

-- Filiais: cada uma com CNPJ próprio; é quem aparece como credor.
CREATE TABLE FILIAL (
  CODIGO            SMALLINT NOT NULL,
  RAZAO_SOCIAL      VARCHAR(80) NOT NULL,
  FANTASIA          VARCHAR(60),
  CNPJ              VARCHAR(18) NOT NULL,
  ENDERECO          VARCHAR(80),
  NUMERO            VARCHAR(10),
  BAIRRO            VARCHAR(40),
  CIDADE            VARCHAR(40),
  UF                CHAR(2),
  CEP               VARCHAR(9),
  TELEFONE          VARCHAR(20),
  EMAIL             VARCHAR(80),
  LOGO              BLOB SUB_TYPE BINARY,
  CONSTRAINT PK_FILIAL PRIMARY KEY (CODIGO)
);

-- Funcionalidades contratadas, gravadas por "atualizar contrato".
CREATE TABLE CONTRATO_FUNCIONALIDADE (
  FUNCIONALIDADE    VARCHAR(30) NOT NULL,
  ATIVA             CHAR(1) DEFAULT 'N' NOT NULL,
  VALIDADE          DATE,
  CONSTRAINT PK_CONTRATO_FUNCIONALIDADE PRIMARY KEY (FUNCIONALIDADE)
);

-- Instâncias (números) de WhatsApp do contrato; FILIAL nula = todas.
CREATE TABLE WHATSAPP_INSTANCIA (
  ID                INTEGER NOT NULL,
  NOME              VARCHAR(60) NOT NULL,
  FILIAL            SMALLINT,
  TIPO              VARCHAR(20),
  URL               VARCHAR(200),
  TOKEN             VARCHAR(200),
  CONSTRAINT PK_WHATSAPP_INSTANCIA PRIMARY KEY (ID)
);

-- Módulo de aviso de débito por e-mail; FILIAL nula = todas as que não têm linha própria.
CREATE TABLE AVISO_DEBITO_CONFIG (
  ID                INTEGER NOT NULL,
  FILIAL            SMALLINT,
  EMAIL_CONFIGURADO CHAR(1) DEFAULT 'N' NOT NULL,
  EMAIL_REMETENTE   VARCHAR(80),
  AVISA_A_VENCER    CHAR(1) DEFAULT 'N' NOT NULL,
  DIAS_A_VENCER     VARCHAR(40),
  AVISA_VENCIDOS    CHAR(1) DEFAULT 'N' NOT NULL,
  DIAS_VENCIDOS     VARCHAR(40),
  REPETE_A_CADA     SMALLINT,
  PARA_APOS         SMALLINT,
  VALOR_MINIMO      NUMERIC(15,2),
  CONSTRAINT PK_AVISO_DEBITO_CONFIG PRIMARY KEY (ID)
);

-- Pessoas físicas ('F') e jurídicas ('J').
CREATE TABLE PESSOA (
  CODIGO            INTEGER NOT NULL,
  TIPO              CHAR(1) NOT NULL,
  NOME              VARCHAR(80),
  CPF_CNPJ          VARCHAR(18),
  ENDERECO          VARCHAR(80),
  NUMERO            VARCHAR(10),
  BAIRRO            VARCHAR(40),
  CIDADE            VARCHAR(40),
  UF                CHAR(2),
  CEP               VARCHAR(9),
  EMAIL             VARCHAR(80),
  CONSTRAINT PK_PESSOA PRIMARY KEY (CODIGO)
);

-- O que só interessa de quem compra.
CREATE TABLE CLIENTE (
  CODIGO            INTEGER NOT NULL,
  DATA_CADASTRO     DATE,
  LIMITE_CREDITO    NUMERIC(15,2),
  AVISO_EMAIL       CHAR(1) DEFAULT 'N' NOT NULL,
  BLOQUEADO         CHAR(1) DEFAULT 'N' NOT NULL,
  CONSTRAINT PK_CLIENTE PRIMARY KEY (CODIGO)
);

-- Contatos do cliente; só quem tem RECEBE_AVISO_DEBITO = 'S' recebe por WhatsApp.
CREATE TABLE CONTATO (
  ID                INTEGER NOT NULL,
  CLIENTE           INTEGER NOT NULL,
  NOME              VARCHAR(60),
  CARGO             VARCHAR(30),
  TELEFONE          VARCHAR(40),
  EMAIL             VARCHAR(80),
  RECEBE_AVISO_DEBITO CHAR(1) DEFAULT 'N',
  CONSTRAINT PK_CONTATO PRIMARY KEY (ID)
);

-- Uma parcela por linha. SITUACAO: A aberto, B baixado, P protestado, R renegociado, C cancelado.
CREATE TABLE TITULO_RECEBER (
  ID                INTEGER NOT NULL,
  FILIAL            SMALLINT NOT NULL,
  CLIENTE           INTEGER NOT NULL,
  DOCUMENTO         VARCHAR(20),
  PARCELA           SMALLINT,
  TOTAL_PARCELAS    SMALLINT,
  EMISSAO           DATE,
  VENCIMENTO        DATE,
  VALOR             NUMERIC(15,2),
  VALOR_PAGO        NUMERIC(15,2),
  SALDO             NUMERIC(15,2),
  DATA_BAIXA        DATE,
  MULTA_PERCENTUAL  NUMERIC(5,2),
  JUROS_MES         NUMERIC(5,2),
  SITUACAO          CHAR(1) DEFAULT 'A' NOT NULL,
  CONSTRAINT PK_TITULO_RECEBER PRIMARY KEY (ID)
);

-- O boleto registrado de um título.
CREATE TABLE BOLETO (
  TITULO            INTEGER NOT NULL,
  BANCO             CHAR(3),
  AGENCIA           VARCHAR(8),
  CONTA             VARCHAR(15),
  CARTEIRA          VARCHAR(5),
  NOSSO_NUMERO      VARCHAR(25),
  CODIGO_BARRAS     VARCHAR(44),
  LINHA_DIGITAVEL   VARCHAR(60),
  PIX_COPIA_COLA    VARCHAR(500),
  BENEFICIARIO_NOME VARCHAR(80),
  BENEFICIARIO_CNPJ VARCHAR(18),
  PAGAVEL_ATE       DATE,
  INSTRUCOES        VARCHAR(300),
  PDF               BLOB SUB_TYPE BINARY,
  CONSTRAINT PK_BOLETO PRIMARY KEY (TITULO)
);

-- DEPOIS DA CARGA

ALTER TABLE WHATSAPP_INSTANCIA ADD CONSTRAINT FK_INSTANCIA_FILIAL FOREIGN KEY (FILIAL) REFERENCES FILIAL (CODIGO);

ALTER TABLE AVISO_DEBITO_CONFIG ADD CONSTRAINT FK_AVISO_FILIAL FOREIGN KEY (FILIAL) REFERENCES FILIAL (CODIGO);

ALTER TABLE CLIENTE ADD CONSTRAINT FK_CLIENTE_PESSOA FOREIGN KEY (CODIGO) REFERENCES PESSOA (CODIGO);

ALTER TABLE CONTATO ADD CONSTRAINT FK_CONTATO_CLIENTE FOREIGN KEY (CLIENTE) REFERENCES CLIENTE (CODIGO);

ALTER TABLE TITULO_RECEBER ADD CONSTRAINT FK_TITULO_FILIAL FOREIGN KEY (FILIAL) REFERENCES FILIAL (CODIGO);

ALTER TABLE TITULO_RECEBER ADD CONSTRAINT FK_TITULO_CLIENTE FOREIGN KEY (CLIENTE) REFERENCES CLIENTE (CODIGO);

ALTER TABLE BOLETO ADD CONSTRAINT FK_BOLETO_TITULO FOREIGN KEY (TITULO) REFERENCES TITULO_RECEBER (ID);

-- O índice que a varredura de vencimentos usa; o de CLIENTE vem com a chave estrangeira acima.
CREATE INDEX IDX_TITULO_VENCIMENTO ON TITULO_RECEBER (VENCIMENTO);

CREATE INDEX IDX_PESSOA_NOME ON PESSOA (NOME);
