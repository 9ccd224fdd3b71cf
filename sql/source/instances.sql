-- instances: as instâncias (números de WhatsApp) do contrato; na maioria das lojas, uma só.
-- O que vier preenchido aqui vale mais do que a seção [gateway] da configuração.
--
-- INSTANCE   nome da instância no gateway                               texto, obrigatório
-- BRANCH_ID  filial que escreve por ela; nula = todas                   como em branches, ou nula
-- KIND       tipo de gateway: evolution, cloud_api, waha, z_api         texto ou nulo
-- URL        endereço do gateway                                        texto ou nulo
-- TOKEN      token da instância (segredo: nunca aparece em log)         texto ou nulo
SELECT
  I.NOME AS INSTANCE,
  I.FILIAL AS BRANCH_ID,
  I.TIPO AS KIND,
  I.URL AS URL,
  I.TOKEN AS TOKEN
FROM WHATSAPP_INSTANCIA I
