-- Neste ERP o módulo se chama ZAP e está liberado quando há um 'X': nenhum dos dois o wa-notify adivinha.
SELECT
  CASE M.MOD_SIGLA WHEN 'ZAP' THEN 'WHATSAPP' ELSE M.MOD_SIGLA END AS FEATURE,
  CASE M.MOD_LIBERADO WHEN 'X' THEN 'S' ELSE 'N' END AS ACTIVE,
  M.MOD_ATE AS VALID_UNTIL
FROM MODULO M
