-- Quem instala responde pelo contrato: este ERP não o guarda.
SELECT
  'WHATSAPP' AS FEATURE,
  TRUE AS ACTIVE
FROM RDB$DATABASE
