-- contacts: as pessoas de contato de cada cliente. Só recebe quem tem a marca "Recebe aviso de débitos".
-- É filtrada por CUSTOMER_ID: deixe essa coluna sem CAST nem ||, para que o banco use o índice.
--
-- CONTACT_ID         código do contato                                  inteiro ou texto, obrigatório
-- CUSTOMER_ID        de quem é o contato                                como em customers
-- CONTACT_NAME       nome do contato                                    texto
-- PHONE              telefone como foi digitado, um só por linha        texto
-- RECEIVES_WHATSAPP  "Recebe aviso de débitos" (WhatsApp)               'S'/'N', 1/0, 'T'/'F' ou BOOLEAN
SELECT
  K.ID AS CONTACT_ID,
  K.CLIENTE AS CUSTOMER_ID,
  K.NOME AS CONTACT_NAME,
  K.TELEFONE AS PHONE,
  K.RECEBE_AVISO_DEBITO AS RECEIVES_WHATSAPP
FROM CONTATO K
