-- O ERP não sabe de instâncias. A loja tem uma só; endereço e token ficam na seção [gateway] da configuração.
SELECT
  'loja' AS INSTANCE
FROM RDB$DATABASE
