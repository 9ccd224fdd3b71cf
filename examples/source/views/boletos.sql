-- Sem CUSTOMER_ID: o wa-notify chega ao boleto pelo código do título.
SELECT
  B."Título" AS RECEIVABLE_ID,
  B."Código de barras" AS BARCODE,
  B."Pix" AS PIX_CODE,
  B."Instruções" AS INSTRUCTIONS,
  B."Pagável até" AS PAYABLE_UNTIL
FROM "Cobrança" B
