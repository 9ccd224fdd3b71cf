-- Não há tabela de contatos: cada cliente tem dois, em colunas. Um UNION ALL faz deles duas linhas, e o número da coluna
-- serve de código. A linha sem telefone fica de fora, ou seria um contato marcado sem número.
SELECT
  1 AS CONTACT_ID,
  C.CLI_COD AS CUSTOMER_ID,
  C.CLI_CONTATO1 AS CONTACT_NAME,
  C.CLI_FONE1 AS PHONE,
  C.CLI_AVISO1 AS RECEIVES_WHATSAPP
FROM CLIENTE C
WHERE C.CLI_FONE1 > ''
UNION ALL
SELECT
  2,
  C.CLI_COD,
  C.CLI_CONTATO2,
  C.CLI_FONE2,
  C.CLI_AVISO2
FROM CLIENTE C
WHERE C.CLI_FONE2 > ''
