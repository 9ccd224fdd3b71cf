-- contract: as funcionalidades contratadas. A linha que conta é a de FEATURE = 'WHATSAPP'; se a tabela da sua
-- base usa outro nome, traduza-o aqui (por exemplo com CASE).
--
-- FEATURE      nome da funcionalidade                                   texto, obrigatório
-- ACTIVE       em vigor                                                 'S'/'N', 1/0, 'T'/'F' ou BOOLEAN
-- VALID_UNTIL  último dia em vigor; nula = sem prazo                    DATE ou nula
SELECT
  C.FUNCIONALIDADE AS FEATURE,
  C.ATIVA AS ACTIVE,
  C.VALIDADE AS VALID_UNTIL
FROM CONTRATO_FUNCIONALIDADE C
