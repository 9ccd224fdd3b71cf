-- branches: as filiais, isto é, os credores. Nome, endereço e CNPJ vão na mensagem e no relatório de débitos
-- porque o Código de Defesa do Consumidor (art. 42-A) exige.
--
-- BRANCH_ID    código da filial                                         inteiro ou texto, obrigatório
-- LEGAL_NAME   razão social                                             texto, obrigatório
-- TRADE_NAME   nome fantasia, o que o cliente conhece                   texto ou nulo
-- TAX_ID       CNPJ ou CPF, com ou sem pontuação                        texto, obrigatório
-- ADDRESS      rua e número                                             texto, obrigatório
-- DISTRICT     bairro                                                   texto ou nulo
-- CITY         cidade                                                   texto, obrigatório
-- STATE        UF                                                       texto, obrigatório
-- POSTAL_CODE  CEP                                                      texto ou nulo
-- PHONE        telefone da filial, para o cliente ler                   texto ou nulo
-- EMAIL        e-mail da filial                                         texto ou nulo
-- LOGO         logotipo em PNG; lido só ao desenhar os documentos       BLOB ou nulo
SELECT
  F.CODIGO AS BRANCH_ID,
  F.RAZAO_SOCIAL AS LEGAL_NAME,
  F.FANTASIA AS TRADE_NAME,
  F.CNPJ AS TAX_ID,
  F.ENDERECO || COALESCE(', ' || F.NUMERO, '') AS ADDRESS,
  F.BAIRRO AS DISTRICT,
  F.CIDADE AS CITY,
  F.UF AS STATE,
  F.CEP AS POSTAL_CODE,
  F.TELEFONE AS PHONE,
  F.EMAIL AS EMAIL,
  F.LOGO AS LOGO
FROM FILIAL F
