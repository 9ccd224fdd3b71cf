# As ferramentas: boleto, pix e source. Para as chaves de ajuda, veja src/cli/help.rs.

help-boleto-decode = Lê código de barras ou linha digitável: campos, vencimento e valor
help-boleto-decode-more =
    Aceita 44, 47 ou 48 dígitos, com ou sem pontos e espaços, e confere todos os dígitos verificadores. Com - lê um código por linha da entrada padrão e responde um JSON por linha.
help-boleto-decode-examples =
    wa-notify boleto decode 34191.09008 00001.191238 45678.970000 9 16210000035000
    wa-notify boleto decode - < codigos.txt
arg-boleto-decode-digits = Código de barras ou linha digitável; - lê um por linha
arg-boleto-decode-today = Dia de referência do fator de vencimento (padrão: hoje)

help-boleto-encode = Monta código de barras e linha digitável a partir dos campos
help-boleto-encode-more =
    Para testes e conferência: só o banco registra boletos, e o envio usa apenas os códigos do ERP.
help-boleto-encode-examples =
    wa-notify boleto encode --bank 341 --due 2026-12-05 --amount-cents 35000 \
        --free-field 1090000001191234567897000
arg-boleto-encode-bank = Banco, três dígitos
arg-boleto-encode-due = Vencimento; sem ele, o código fica sem vencimento (fator 0000)
arg-boleto-encode-amount_cents = Valor em centavos; 0 deixa o valor em aberto
arg-boleto-encode-free_field = Campo livre do banco, 25 dígitos
arg-boleto-encode-today = Dia de referência do fator de vencimento (padrão: hoje)

help-boleto-render = Desenha boletos em PDF a partir de um arquivo JSON
help-boleto-render-more =
    ARQUIVO.json tem um boleto; ARQUIVO.jsonl, um por linha, e cada um vira um PDF com o número da linha (000001.pdf). Confere se vencimento e valor são os do código; o resto é impresso como está. PDFs que já existem são trocados. Linhas com erro são puladas e listadas.
help-boleto-render-examples =
    wa-notify boleto render boleto.json --out boleto.pdf
    wa-notify boleto render boletos.jsonl --out pasta
arg-boleto-render-file = Descrição do boleto (.json) ou de vários (.jsonl)
arg-boleto-render-out = PDF a gravar; com .jsonl, a pasta
arg-boleto-render-today = Dia de referência do fator de vencimento (padrão: hoje)

help-pix-decode = Lê um Pix copia e cola: tipo, chave ou endereço, valor, nome
help-pix-decode-more =
    Recusa só o que nenhum app leria: estrutura quebrada ou CRC errado. O resto que for estranho vira aviso. Com - lê um código por linha e responde um JSON por linha.
help-pix-decode-examples =
    wa-notify pix decode "00020126...6304ABCD"
arg-pix-decode-code = O código, entre aspas; - lê um por linha

arg-source-export-force = Substituir arquivos que já existem e são diferentes

value-digits = DÍGITOS
value-bank = BANCO
value-cents = CENTAVOS
value-code = TEXTO
value-out = SAÍDA

# Códigos que não se leem.

code-length = { $found ->
    [1] É 1 dígito
   *[other] São { $found } dígitos
}; um código de barras tem 44, uma linha digitável 47 (boleto) ou 48 (arrecadação).
code-character = Há algo que não é dígito na posição { $position }: { $found }
code-product-47 = Uma linha de 47 dígitos nunca começa com { $found }: as de arrecadação têm 48.
code-product-48 = Uma linha de 48 dígitos (arrecadação) começa com 8, não com { $found }.
code-value-kind = O terceiro dígito de uma arrecadação é 6, 7, 8 ou 9, não { $found }.
code-check-digit = Dígito verificador errado { $place }: esperado { $expected }, encontrado { $found }.
code-check-digit-hint = Algum dígito foi trocado ou digitado errado; copie o código de novo.
code-place-field_1 = no 1º campo da linha
code-place-field_2 = no 2º campo da linha
code-place-field_3 = no 3º campo da linha
code-place-general = no código inteiro (dígito geral)
code-place-block_1 = no 1º bloco da linha
code-place-block_2 = no 2º bloco da linha
code-place-block_3 = no 3º bloco da linha
code-place-block_4 = no 4º bloco da linha
pix-empty = O código Pix está vazio.
pix-tlv = O código Pix está quebrado na posição { $position }: os campos não se encaixam.
pix-no-crc = Falta o CRC no fim do código Pix (6304 e quatro caracteres).
pix-crc = O CRC do código Pix não confere: esperado { $expected }, encontrado { $found }.
pix-broken-hint = O código veio cortado ou alterado; copie-o inteiro de novo.
lines-refused = { $refused ->
    [1] { $refused } linha recusada
   *[other] { $refused } linhas recusadas
} de { $lines }.
lines-refused-hint = Procure "field" na saída: diz a linha e o campo de cada uma.

# boleto decode, em texto.

decode-kind = Tipo
decode-kind-cobranca = boleto de cobrança
decode-kind-arrecadacao = arrecadação
decode-bank = Banco
decode-segment = Segmento
decode-company = Empresa
decode-line = Linha digitável
decode-barcode = Código de barras
decode-amount = Valor
decode-amount-open = em aberto (quem paga informa)
decode-reference = { $quantity } (quantidade de referência, não é valor em reais)
decode-due = Vencimento
decode-due-none = não está no código
decode-due-unknown = fora do alcance do fator
decode-factor = Fator
decode-free-field = Campo livre
decode-warning = Atenção: { $warning }
segment-city-hall = prefeituras
segment-sanitation = saneamento
segment-power-and-gas = energia elétrica e gás
segment-telecom = telecomunicações
segment-government = órgãos governamentais
segment-company = empresa (CNPJ)
segment-traffic-fines = multas de trânsito
segment-bank = uso exclusivo do banco
segment-unknown = não atribuído
part-name-agency = agência
part-name-agency-digit = dígito da agência
part-name-account = conta
part-name-account-digit = dígito da conta
part-name-wallet = carteira
part-name-agreement = convênio
part-name-agreement-digit = dígito do convênio
part-name-our-number = nosso número
part-name-our-number-digit = dígito do nosso número
part-name-unit = posto
part-name-product = produto
part-name-modality = modalidade
part-name-operation = operação
part-name-installment = parcela
part-name-other = outros
part-name-fixed = fixo
part-name-check-digit = dígito do campo livre
code-warning-currency = a moeda do código é { $found }, não 9 (real).
code-warning-factor = o fator { $factor } não corresponde a nenhuma data que um banco aceite hoje.
code-warning-unknown-bank = o campo livre deste banco não é conhecido e não pôde ser conferido.
code-warning-layout = o campo livre não segue nenhum formato conhecido do banco.
code-warning-digit = no campo livre, { $part }: esperado { $expected }, encontrado { $found }.
code-warning-segment = o segmento { $found } não foi atribuído a ninguém.

# boleto encode.

encode-bank = O banco são três dígitos, e nenhum banco começa com 8.
encode-amount = O valor é um número inteiro de centavos, de 0 a 9999999999999 (R$ 99.999.999.999,99).
encode-due = O vencimento é anterior a 03/07/2000, o primeiro com fator de quatro dígitos.
encode-free-field = O campo livre tem 25 dígitos; foram dados { $found } caracteres, ou algo que não é dígito.
encode-no-room-for-due = Acima de R$ 99.999.999,99 o valor ocupa o lugar do vencimento, que não fica no código.
encode-due-out-of-window = Visto de { $today }, o fator deste vencimento está fora da janela dos bancos (3.000 dias antes a 5.500 depois): { $read ->
    [none] não se lê como data nenhuma.
   *[other] lê-se como { $read }.
}

# boleto render.

render-hint = Há um exemplo em examples/boleto.json.
render-line = Linha { $line }: { $words }
render-no-file = O arquivo { $path } não existe.
render-not-utf8 = O arquivo não é texto UTF-8.
render-not-utf8-hint = Salve-o como UTF-8 e rode de novo.
render-not-json = Não é um objeto JSON válido.
render-unknown-key = Chave desconhecida: { $key }.
render-known = Chaves: { $known }.
render-key-twice = A chave { $key } aparece duas vezes.
render-kind = { $key }: esperado { $expected }.
render-kind-text = um texto
render-kind-cents = um número inteiro de centavos, de 0 para cima
render-kind-date = uma data como "2026-12-05"
render-kind-lines = uma lista de textos
render-missing = Falta { $key }.
render-codes-differ = barcode e digitable_line são dois códigos diferentes.
render-arrecadacao = É um código de arrecadação, que não se desenha como boleto de cobrança.
render-due-differs = due_on é { $given }, mas o vencimento no código é: { $code }.
render-amount-differs = amount_cents é { $given }, mas o valor no código é { $code }.
render-pix-left-out = Boleto desenhado sem o Pix: { $why }
render-pix-static = só o Pix dinâmico do próprio banco baixa o boleto; este não é.
render-pix-amount = o valor do Pix não é o do boleto.
render-done = Gravado: { $file }
render-done-many = { $written ->
    [1] { $written } boleto gravado
   *[other] { $written } boletos gravados
} em { $folder }

# pix decode, em texto.

pix-kind-static = Pix estático (chave de quem recebe)
pix-kind-dynamic = Pix dinâmico (cobrança no banco)
pix-kind-other = QR Code que não é Pix
pix-key = Chave
pix-url = Endereço
pix-name = Nome
pix-city = Cidade
pix-postal-code = CEP
pix-txid = Identificador
pix-info = Informação
pix-crc-label = CRC
pix-amount-open = não está no código
pix-on-boleto = Em boleto
pix-on-boleto-yes = pode ser impresso
pix-on-boleto-no = não: pagar por ele não baixa o boleto
pix-warning-format-indicator = não começa com 000201.
pix-warning-no-pix-account = não há conta do arranjo br.gov.bcb.pix.
pix-warning-key-or-url = não há chave nem endereço, ou há os dois.
pix-warning-key-form = a chave não tem a forma de nenhum tipo de chave.
pix-warning-url-form = o endereço passa de 77 caracteres, traz https:// ou tem espaços.
pix-warning-category = a categoria (campo 52) não são quatro dígitos.
pix-warning-currency = a moeda não é o real (986).
pix-warning-amount-form = o valor não é um número com até duas casas decimais.
pix-warning-country = o país não é BR.
pix-warning-name = o nome falta ou passa de 25 caracteres.
pix-warning-city = a cidade falta ou passa de 15 caracteres.
pix-warning-txid = o identificador falta, passa de 25 caracteres ou tem mais que letras e dígitos.
pix-warning-not-ascii = há acentos: alguns apps contam os tamanhos em bytes.
pix-warning-control-character = há caracteres de controle.
pix-warning-repeated = há um campo repetido.
pix-warning-small-crc = o CRC está em letras minúsculas.
pix-warning-too-long = passa de 512 caracteres.

# source.

source-in-the-way = { $folder } já tem arquivos diferentes dos que acompanham o programa: { $files }. Nada foi gravado.
source-in-the-way-hint = Podem ser as consultas desta loja. Escolha outra pasta, ou use --force para substituí-las.
source-exported = { $count ->
    [0] Nada a gravar em { $folder }: as consultas já estão lá.
    [1] { $count } consulta gravada em { $folder }.
   *[other] { $count } consultas gravadas em { $folder }.
}
source-exported-next = Adapte-as ao ERP, aponte a configuração para a pasta e confira com wa-notify source check:
source-shipped = acompanha o programa
source-ok = certa
source-fails = com problema
source-absent = Não traz (opcionais): { $columns }
source-no-rows = Não trouxe nenhuma linha.
source-stranger = { $file } não é de nenhuma consulta e não é usado. O nome está certo?
source-checked = { $failed ->
    [0] Todas as { $count } consultas estão certas.
    [1] { $failed } de { $count } consultas tem problema.
   *[other] { $failed } de { $count } consultas têm problema.
}
type-integer-or-text = inteiro ou texto
type-text = texto
type-date = data
type-exact-number = número exato
type-yes-or-no = sim ou não
type-list-of-days = lista de dias
type-integer = inteiro
type-number = número
type-blob = BLOB
type-boolean = BOOLEAN
