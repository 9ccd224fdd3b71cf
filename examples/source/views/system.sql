-- O fornecedor dá as datas por um procedimento que devolve uma linha. Lê-se dele como de uma tabela.
SELECT
  S."Data" AS BUSINESS_DATE,
  S."Último fechamento" AS LAST_CLOSED_DATE,
  S."Último retorno" AS LAST_BANK_RETURN
FROM "Situação do Sistema" S
