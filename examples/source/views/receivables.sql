-- A multa e os juros não estão no ERP; são os do contrato da loja. A situação que não for "Aberto" exclui o título,
-- e o próprio texto é o motivo.
SELECT
  T."Código" AS RECEIVABLE_ID,
  T."Filial" AS BRANCH_ID,
  T."Cliente" AS CUSTOMER_ID,
  'NF ' || T."Nota" AS DOCUMENT,
  T."Parcela" AS INSTALLMENT,
  T."Emissão" AS ISSUED_ON,
  T."Vencimento" AS DUE_ON,
  T."Valor" AS AMOUNT,
  T."Saldo" AS BALANCE,
  CAST(2 AS NUMERIC(5,2)) AS FINE_PERCENT,
  CAST(1 AS NUMERIC(5,2)) AS INTEREST_PERCENT_MONTH,
  NULLIF(T."Situação", 'Aberto') AS EXCLUDED_REASON
FROM "Títulos" T
