-- notice_policy: a regra do módulo de aviso de débito por e-mail. O WhatsApp complementa o e-mail e nunca
-- funciona sem ele: sem EMAIL_CONFIGURED a varredura se recusa a rodar.
--
-- BRANCH_ID          filial; nula = todas as que não têm linha própria         como em branches, ou nula
-- EMAIL_CONFIGURED   avisos por e-mail configurados                            'S'/'N', 1/0, 'T'/'F' ou BOOLEAN
-- NOTIFY_UPCOMING    avisa antes do vencimento                                 idem
-- UPCOMING_DAYS      dias antes do vencimento: '5,2,0' ou um número só         texto ou inteiro
-- NOTIFY_OVERDUE     avisa depois do vencimento                                'S'/'N', 1/0, 'T'/'F' ou BOOLEAN
-- OVERDUE_DAYS       dias depois do vencimento: '1,7,15,30'                    texto ou inteiro
-- REPEAT_EVERY_DAYS  depois do último dia da lista, de novo a cada tantos dias inteiro ou nulo (não repete)
-- STOP_AFTER_DAYS    com mais dias de atraso que isto, nada mais               inteiro ou nulo (1825, o máximo)
-- MIN_AMOUNT         soma mínima dos títulos avisados                          NUMERIC ou nulo
SELECT
  A.FILIAL AS BRANCH_ID,
  A.EMAIL_CONFIGURADO AS EMAIL_CONFIGURED,
  A.AVISA_A_VENCER AS NOTIFY_UPCOMING,
  A.DIAS_A_VENCER AS UPCOMING_DAYS,
  A.AVISA_VENCIDOS AS NOTIFY_OVERDUE,
  A.DIAS_VENCIDOS AS OVERDUE_DAYS,
  A.REPETE_A_CADA AS REPEAT_EVERY_DAYS,
  A.PARA_APOS AS STOP_AFTER_DAYS,
  A.VALOR_MINIMO AS MIN_AMOUNT
FROM AVISO_DEBITO_CONFIG A
