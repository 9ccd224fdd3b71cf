-- boletos: o boleto registrado de cada título. O wa-notify nunca inventa um código: desenha o que está aqui.
-- Um boleto faltando, inválido ou com valor diferente do saldo só deixa de ser anexado; o aviso segue.
-- É filtrada por CUSTOMER_ID e RECEIVABLE_ID: deixe essas colunas sem CAST nem ||.
--
-- RECEIVABLE_ID       título                                            como em receivables
-- CUSTOMER_ID         cliente do título (acelera a releitura no envio)  como em customers
-- BANK_CODE           código do banco, três dígitos                     texto ou nulo
-- AGENCY              agência                                           texto ou nulo
-- ACCOUNT             conta ou código do beneficiário                   texto ou nulo
-- WALLET              carteira                                          texto ou nulo
-- OUR_NUMBER          nosso número                                      texto ou nulo
-- BARCODE             código de barras, 44 dígitos                      texto ou nulo
-- DIGITABLE_LINE      linha digitável, 47 dígitos, com ou sem pontos    texto ou nulo
-- PIX_CODE            Pix copia e cola do banco                         texto ou nulo
-- BENEFICIARY_NAME    beneficiário que o banco mostra, se não a filial  texto ou nulo
-- BENEFICIARY_TAX_ID  CNPJ ou CPF dele                                  texto ou nulo
-- PAYABLE_UNTIL       último dia em que o boleto pode ser pago          DATE ou nula
-- BOLETO_PDF          o PDF do banco; lido só ao montar os documentos   BLOB ou nulo
-- INSTRUCTIONS        instruções impressas                              texto ou nulo
SELECT
  B.TITULO AS RECEIVABLE_ID,
  T.CLIENTE AS CUSTOMER_ID,
  B.BANCO AS BANK_CODE,
  B.AGENCIA AS AGENCY,
  B.CONTA AS ACCOUNT,
  B.CARTEIRA AS WALLET,
  B.NOSSO_NUMERO AS OUR_NUMBER,
  B.CODIGO_BARRAS AS BARCODE,
  B.LINHA_DIGITAVEL AS DIGITABLE_LINE,
  B.PIX_COPIA_COLA AS PIX_CODE,
  B.BENEFICIARIO_NOME AS BENEFICIARY_NAME,
  B.BENEFICIARIO_CNPJ AS BENEFICIARY_TAX_ID,
  B.PAGAVEL_ATE AS PAYABLE_UNTIL,
  B.PDF AS BOLETO_PDF,
  B.INSTRUCOES AS INSTRUCTIONS
FROM BOLETO B
JOIN TITULO_RECEBER T ON T.ID = B.TITULO
