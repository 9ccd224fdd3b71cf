SELECT
  T."Código" AS CONTACT_ID,
  T."Cliente" AS CUSTOMER_ID,
  T."Contato" AS CONTACT_NAME,
  T."Número" AS PHONE,
  T."Aviso de débitos" AS RECEIVES_WHATSAPP
FROM "Telefones" T
