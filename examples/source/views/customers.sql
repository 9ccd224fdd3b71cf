SELECT
  C."Código" AS CUSTOMER_ID,
  C."Nome" AS NAME,
  C."CPF ou CNPJ" AS TAX_ID,
  C."Endereço" AS ADDRESS,
  C."Recebe e-mail?" AS EMAIL_NOTICE,
  C."Bloqueado?" AS BLOCKED
FROM "Clientes" C
