-- Nomes com acento, espaço ou minúsculas vão entre aspas, exatamente como foram criados.
SELECT
  F."Código" AS BRANCH_ID,
  F."Razão Social" AS LEGAL_NAME,
  F."CNPJ" AS TAX_ID,
  F."Endereço" AS ADDRESS,
  F."Município" AS CITY,
  F."UF" AS STATE,
  F."CEP" AS POSTAL_CODE,
  F."E-mail" AS EMAIL
FROM "Filiais" F
