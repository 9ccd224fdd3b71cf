-- receivables: os títulos a receber, uma linha por parcela, pagos inclusive (BALANCE = 0): é assim que o envio
-- percebe o que foi pago depois da varredura.
-- É filtrada por DUE_ON e por CUSTOMER_ID: deixe essas colunas sem CAST nem ||, para que o banco use os índices.
-- Onde isso não bastar (UNION, GROUP BY), filtre aqui mesmo: VENCIMENTO BETWEEN :DUE_FROM AND :DUE_TO OR VENCIMENTO IS NULL.
-- Títulos em aberto com vencimento impossível (ano 0206, 2206, 9999) ou sem ele são relatados, não avisados.
--
-- RECEIVABLE_ID           código do título (da parcela)                 inteiro ou texto, obrigatório
-- BRANCH_ID               filial credora                                como em branches
-- CUSTOMER_ID             cliente devedor                               como em customers
-- DOCUMENT                documento como o cliente o conhece: NF 4512   texto, obrigatório
-- INSTALLMENT             parcela: 2 ou 2/3                             texto, inteiro ou nulo
-- ISSUED_ON               emissão                                       DATE ou nula
-- DUE_ON                  vencimento combinado                          DATE, obrigatória
-- AMOUNT                  valor original                                NUMERIC, obrigatório
-- BALANCE                 saldo em aberto; 0 = liquidado                NUMERIC, obrigatório
-- FINE_PERCENT            multa por atraso, em %: 2.00                  NUMERIC ou nulo
-- INTEREST_PERCENT_MONTH  juros ao mês, em %: 1.00                      NUMERIC ou nulo
-- EXCLUDED_REASON         motivo para nunca avisar (protestado, renegociado...)   texto ou nulo
SELECT
  T.ID AS RECEIVABLE_ID,
  T.FILIAL AS BRANCH_ID,
  T.CLIENTE AS CUSTOMER_ID,
  T.DOCUMENTO AS DOCUMENT,
  CASE WHEN T.TOTAL_PARCELAS > 1 THEN T.PARCELA || '/' || T.TOTAL_PARCELAS END AS INSTALLMENT,
  T.EMISSAO AS ISSUED_ON,
  T.VENCIMENTO AS DUE_ON,
  T.VALOR AS AMOUNT,
  T.SALDO AS BALANCE,
  T.MULTA_PERCENTUAL AS FINE_PERCENT,
  T.JUROS_MES AS INTEREST_PERCENT_MONTH,
  CASE T.SITUACAO
    WHEN 'P' THEN 'protestado'
    WHEN 'R' THEN 'renegociado'
    WHEN 'C' THEN 'cancelado'
  END AS EXCLUDED_REASON
FROM TITULO_RECEBER T
