-- A chave são três colunas; juntas dão o código do título, e boletos.sql junta as mesmas da mesma maneira.
-- O saldo é uma conta: tudo bem, porque a busca é por vencimento e por cliente, e essas duas colunas vão sem conta.
-- DUP_SIT: CA em cartório, RN renegociada; vazia ou A, em aberto.
SELECT
  TRIM(D.DUP_EMP) || '-' || TRIM(D.DUP_NUM) || '-' || TRIM(D.DUP_PARC) AS RECEIVABLE_ID,
  D.DUP_EMP AS BRANCH_ID,
  D.DUP_CLI AS CUSTOMER_ID,
  'DP ' || TRIM(D.DUP_NUM) AS DOCUMENT,
  D.DUP_PARC AS INSTALLMENT,
  D.DUP_EMISSAO AS ISSUED_ON,
  D.DUP_VENCTO AS DUE_ON,
  D.DUP_VALOR AS AMOUNT,
  D.DUP_VALOR - COALESCE(D.DUP_PAGO, 0) AS BALANCE,
  D.DUP_MULTA AS FINE_PERCENT,
  D.DUP_JUROS AS INTEREST_PERCENT_MONTH,
  CASE D.DUP_SIT WHEN 'CA' THEN 'protestado' WHEN 'RN' THEN 'renegociado' END AS EXCLUDED_REASON
FROM DUPLIC D
