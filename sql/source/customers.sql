-- customers: os clientes. É filtrada por CUSTOMER_ID: deixe essa coluna sem CAST nem ||, para que o banco use
-- o índice.
--
-- CUSTOMER_ID   código do cliente                                       inteiro ou texto, obrigatório
-- NAME          nome ou razão social                                    texto, obrigatório
-- TAX_ID        CPF ou CNPJ, com ou sem pontuação                       texto ou nulo
-- ADDRESS       rua e número                                            texto ou nulo
-- DISTRICT      bairro                                                  texto ou nulo
-- CITY          cidade                                                  texto ou nulo
-- STATE         UF                                                      texto ou nulo
-- POSTAL_CODE   CEP                                                     texto ou nulo
-- EMAIL_NOTICE  recebe aviso de débito por e-mail (sem ele, nem por WhatsApp)   'S'/'N', 1/0, 'T'/'F' ou BOOLEAN
-- BLOCKED       bloqueado no ERP: não recebe aviso                      idem, ou nulo (não)
SELECT
  C.CODIGO AS CUSTOMER_ID,
  P.NOME AS NAME,
  P.CPF_CNPJ AS TAX_ID,
  P.ENDERECO || COALESCE(', ' || P.NUMERO, '') AS ADDRESS,
  P.BAIRRO AS DISTRICT,
  P.CIDADE AS CITY,
  P.UF AS STATE,
  P.CEP AS POSTAL_CODE,
  C.AVISO_EMAIL AS EMAIL_NOTICE,
  C.BLOQUEADO AS BLOCKED
FROM CLIENTE C
JOIN PESSOA P ON P.CODIGO = C.CODIGO
