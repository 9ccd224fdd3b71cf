-- system: as datas do próprio ERP. Tem de devolver exatamente uma linha.
--
-- BUSINESS_DATE     data do sistema (anda só no fechamento; não é o relógio do computador)   DATE, obrigatória
-- LAST_CLOSED_DATE  último dia fechado; sem ela vale a véspera de BUSINESS_DATE              DATE ou nula
-- LAST_BANK_RETURN  data do último retorno bancário importado; sem ela nada é conferido      DATE ou nula
SELECT
  P.DATA_SISTEMA AS BUSINESS_DATE,
  (SELECT MAX(F.DATA) FROM FECHAMENTO_DIARIO F) AS LAST_CLOSED_DATE,
  (SELECT MAX(R.DATA_ARQUIVO) FROM RETORNO_BANCARIO R) AS LAST_BANK_RETURN
FROM PARAMETRO_SISTEMA P
